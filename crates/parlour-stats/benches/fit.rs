//! How long a million people take, on one core: from histories to parameters, and from parameters to predictions.
//!
//! Purchases fall on whole days and first purchases over a quarter, as in CDNOW; and once more with times that nobody
//! shares, where nothing can be counted once. The number of people is the first argument.

use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

use parlour_stats::beta_geometric::{BetaGeometric, Form};
use parlour_stats::covariates::{Known, WithCovariates};
use parlour_stats::fit::Options;
use parlour_stats::gamma_gamma::GammaGamma;
use parlour_stats::generate::{self, Random};
use parlour_stats::history::{Histories, History};
use parlour_stats::model::{Fitted, Kind};
use parlour_stats::nbd::Nbd;
use parlour_stats::pareto_nbd::ParetoNbd;

const PLAIN: Options = Options { prior_sd: None };
const TRUTH: [f64; 4] = [0.553, 10.578, 0.606, 11.669];

fn main() {
    let n_people = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    let people = people(n_people);
    let floored: Vec<_> = people.iter().map(by_day).collect();
    for (kind, people, n_pareto) in [("whole days", &floored, n_people), ("all distinct", &people, n_people / 10)] {
        let histories = timed(&format!("{kind}: count"), || Histories::new(people.iter().copied()));
        tell(&format!("  {} people, {} distinct", histories.n_people(), histories.n_distinct()));
        let mbg = timed("  MBG/NBD fit", || BetaGeometric::fit(Form::Mbg, &histories, PLAIN)).expect("people are many");
        tell(&format!("  in {} evaluations, {:?}", mbg.n_evaluations, mbg.identified));
        let _ = timed("  BG/NBD fit", || BetaGeometric::fit(Form::Bg, &histories, PLAIN));
        let _ = timed("  NBD fit", || Nbd::fit(&histories, PLAIN));
        let fewer = Histories::new(people[..n_pareto].iter().copied());
        let pareto = timed(&format!("  Pareto/NBD fit of {n_pareto}"), || ParetoNbd::fit(&fewer, PLAIN));
        tell(&format!("  in {} evaluations", pareto.expect("people are many").n_evaluations));
        let sum = timed("  MBG/NBD predictions with P(alive), of the distinct", || {
            let one =
                |(history, n): (History, f64)| n * (mbg.model.expected(&history, 52.0) + mbg.model.p_alive(&history));
            histories.iter().map(one).sum::<f64>()
        });
        black_box(sum);
        for fitted in [Kind::Mbg, Kind::ParetoNbd].map(|kind| Fitted::fit(kind, &fewer, PLAIN)) {
            let model = fitted.expect("people are many").model;
            timed(&format!("  {} predictions with P(alive), one for each person", model.name()), || {
                model.predict_all(people, 52.0).len()
            });
        }
    }
    let mut random = Random::new(3);
    let known = |history: &History| Known { history: *history, covariates: vec![random.normal()] };
    let known: Vec<Known> = floored[..n_people / 10].iter().map(known).collect();
    for kind in [Kind::Mbg, Kind::ParetoNbd] {
        let what = format!("{} fit of {} with a covariate", kind.name(), known.len());
        let _ = timed(&what, || WithCovariates::fit(kind, &known, PLAIN));
    }
    let model = GammaGamma::new([6.25, 3.74, 15.44]).expect("they are positive");
    let mut random = Random::new(2);
    let spends: Vec<_> = (0..n_people).map(|i| generate::gamma_gamma(&model, 1 + i as u32 % 7, &mut random)).collect();
    let _ = timed("Gamma-Gamma fit", || GammaGamma::fit(&spends, PLAIN));
}

fn people(n: usize) -> Vec<History> {
    let model = ParetoNbd::new(TRUTH).expect("they are positive");
    let mut random = Random::new(1);
    (0..n)
        .map(|_| {
            let age = 27.0 + 12.0 * random.uniform();
            generate::pareto_nbd(&model, age, 0.0, &mut random).history
        })
        .collect()
}

fn by_day(history: &History) -> History {
    let day = |time: f64| (time * 7.0).floor() / 7.0;
    let (t_x, age) = (day(history.t_x()), day(history.age()));
    History::new(history.x(), t_x, age).expect("flooring keeps the order")
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = black_box(work());
    tell(&format!("{what}: {:.3} s", start.elapsed().as_secs_f64()));
    done
}

fn tell(line: &str) {
    writeln!(std::io::stdout(), "{line}").expect("stdout is open");
}
