//! Values computed elsewhere with sixty digits or published, to every digit shown.

use parlour_stats::beta_geometric::{BetaGeometric, Form};
use parlour_stats::bg_bb::{BgBb, Chances};
use parlour_stats::gamma_gamma::{GammaGamma, Spend};
use parlour_stats::history::History;
use parlour_stats::pareto_nbd::ParetoNbd;

use crate::{digits, near};

fn history(x: u32, t_x: f64, age: f64) -> History {
    History::new(x, t_x, age).unwrap()
}

/// 52 weeks ahead.
const YEAR: f64 = 52.0;

#[test]
fn bg_nbd() {
    let model = BetaGeometric::new(Form::Bg, [0.243, 4.414, 0.793, 2.426]).unwrap();
    let check = |(x, t_x, age), ln: &str, p_alive: &str, expected: &str| {
        let history = history(x, t_x, age);
        digits(model.log_likelihood(&history), ln);
        digits(model.p_alive(&history), p_alive);
        digits(model.expected(&history, YEAR), expected);
    };
    check((0, 0.0, 38.86), "-0.55471328", "1", "0.2520730223");
    check((2, 30.43, 38.86), "-9.45860631", "0.72657857", "1.5587208064");
    check((26, 30.86, 31.0), "-37.72657947", "0.96891565", "25.7581959365");
    check((7, 5.0, 38.86), "-13.62176857", "0.00016909", "0.00110634");
    digits(model.expected(&history(200, 103.4, 103.6), YEAR), "81.6305350163");
    digits(model.expected(&history(5000, 3649.0, 3650.0), YEAR), "70.7083537291");
    digits(model.expected(&History::NEW, 39.0), "1.196723");
}

#[test]
fn mbg_nbd() {
    for form in [Form::Mbg, Form::MbgCnbd(1)] {
        let model = BetaGeometric::new(form, [0.525, 6.183, 0.891, 1.614]).unwrap();
        let check = |(x, t_x, age), ln: &str, p_alive: &str, expected: &str| {
            let history = history(x, t_x, age);
            digits(model.log_likelihood(&history), ln);
            digits(model.p_alive(&history), p_alive);
            digits(model.expected(&history, YEAR), expected);
        };
        check((0, 0.0, 38.86), "-0.53983746", "0.38973508", "0.19770582");
        check((2, 30.43, 38.86), "-9.48555131", "0.70620227", "1.59721663");
    }
}

#[test]
fn pareto_nbd() {
    let model = ParetoNbd::new([0.553, 10.578, 0.606, 11.669]).unwrap();
    let check = |(x, t_x, age), ln: &str, p_alive: &str, expected: &str| {
        let history = history(x, t_x, age);
        digits(model.log_likelihood(&history), ln);
        digits(model.p_alive(&history), p_alive);
        digits(model.expected(&history, YEAR), expected);
    };
    check((0, 0.0, 38.86), "-0.52104629408089", "0.295286604617", "0.136201005924");
    check((2, 30.43, 38.86), "-9.5542832451504", "0.869167559153", "1.8508267207");
    check((26, 30.86, 31.0), "-39.131671540303", "0.997918731055", "25.4584729514");
    check((500, 365.0, 366.0), "-361.56442046657", "0.996646353914", "66.2079813712");
    check((1000, 700.0, 730.0), "-669.74230609203", "1.73319821606e-15", "1.19270654671e-13");
    let check = |(x, t_x, age), discounted: &str| {
        digits(model.discounted(&history(x, t_x, age), 0.0027), discounted);
    };
    check((0, 0.0, 38.86), "0.477136229");
    check((2, 30.43, 38.86), "6.483773568");
    check((26, 30.86, 31.0), "86.0564936");
    check((7, 5.0, 38.86), "0.02610770635");
    digits(model.expected(&History::NEW, 39.0), "1.213003");
}

#[test]
fn bg_bb() {
    let model = BgBb::new([1.204, 0.750, 0.657, 2.783]).unwrap();
    let check = |(x, t_x), ln: &str, p_alive: &str, expected: &str| {
        let chances = Chances::new(x, t_x, 6).unwrap();
        digits(model.log_likelihood(&chances), ln);
        digits(model.p_alive(&chances, 1), p_alive);
        digits(model.expected(&chances, 5), expected);
    };
    check((0, 0), "-1.16726247", "0.108017", "0.072803");
    check((3, 5), "-5.61589475", "0.766734", "1.804426");
    check((6, 6), "-2.18224845", "0.930403", "3.752116");
}

#[test]
fn bg_bb_sums_to_one_and_discounts_what_it_expects() {
    let model = BgBb::new([1.204, 0.750, 0.657, 2.783]).unwrap();
    // Histories of x purchases up to t_x in any order: (t_x − 1 over x − 1) of them.
    let choose = |n: u32, k: u32| (0..k).fold(1.0, |product, i| product * f64::from(n - i) / f64::from(i + 1));
    let ways = |x: u32, t_x: u32| if x == 0 { 1.0 } else { choose(t_x - 1, x - 1) };
    let cells = (0..=6).flat_map(|t_x: u32| (u32::from(0 < t_x)..=t_x).map(move |x| (x, t_x)));
    let total: f64 =
        cells.map(|(x, t_x)| ways(x, t_x) * model.log_likelihood(&Chances::new(x, t_x, 6).unwrap()).exp()).sum();
    near(total, 1.0, 1e-12);
    let chances = Chances::new(3, 5, 6).unwrap();
    let one_by_one: f64 = (0..400)
        .map(|j| (model.expected(&chances, j + 1) - model.expected(&chances, j)) / 1.1_f64.powi(j as i32 + 1))
        .sum();
    near(model.discounted(&chances, 0.1), one_by_one, 1e-9);
}

#[test]
fn gamma_gamma() {
    let model = GammaGamma::new([6.25, 3.74, 15.44]).unwrap();
    let spend = |x, mean| Spend { x, mean, weight: 1.0 };
    digits(model.expected(&spend(2, 22.35)).unwrap(), "24.6637139");
    digits(model.expected(&spend(7, 73.74)).unwrap(), "71.4696709");
    digits(model.mean().unwrap(), "35.2189781");
    assert_eq!(GammaGamma::new([6.25, 0.9, 15.44]).unwrap().mean(), None);
}
