//! A made-up world in a data folder: people of several ids, some who do not want to be read, layers, money, brands with
//! products, several runs and what is not sealed yet.

use std::sync::Arc;

use parlour_core::day::Day;
use parlour_core::event::{Currency, Event, Layer, Money, Name};
use parlour_core::population::Population;
use parlour_engine::{Engine, Places, Submission};
use parlour_store::consent::{self, Consent};
use tempfile::TempDir;

/// The last day of the world, 2024-06-30.
pub(crate) const LAST: Day = Day(19_904);
const N_DAYS: u64 = 200;
const VERBS: [&str; 7] = ["bought", "viewed", "complained", "praised", "did:Wiggled", "renewed", "returned"];
const DAY_MICROS: i64 = 86_400_000_000;

pub(crate) struct World {
    pub(crate) folder: TempDir,
}

/// Numbers as good as chance, the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

fn event(dice: &mut Dice, n_people: u64, number: u64) -> Event {
    let at = LAST.start_micros() - (dice.below(N_DAYS) as i64) * DAY_MICROS + dice.below(86_400) as i64 * 1_000_000;
    // Few do much.
    let person = dice.below(n_people).min(dice.below(n_people));
    let user = Name::new("user", person.to_string());
    let email = Name::new("email", format!("{person}@example.org"));
    // Every third person also comes by an address.
    let (subject, also) = match (person % 3, dice.below(4)) {
        (0, 0) => (email, vec![]),
        (0, 1) => (user, vec![email]),
        _ => (user, vec![]),
    };
    let product = dice.below(12);
    let brand = Name::new("brand", (product % 3).to_string());
    let (object, parent) =
        if dice.below(3) == 0 { (brand, None) } else { (Name::new("product", product.to_string()), Some(brand)) };
    let verb = VERBS[dice.below(VERBS.len() as u64) as usize];
    let code = ["USD", "EUR"][dice.below(2) as usize];
    let money = Money { minor: dice.below(50_000) as i64, currency: Currency::of_code(code).unwrap() };
    Event {
        also,
        parent,
        layer: Layer::ALL[dice.below(Layer::ALL.len() as u64) as usize],
        rating: (dice.below(5) == 0).then(|| 1 + dice.below(5) as u8),
        paid: dice.below(9) == 0,
        value: matches!(verb, "bought" | "renewed" | "returned").then_some(money),
        message: Some(format!("m{number}")),
        ..Event::new(at, subject, verb, object)
    }
}

impl World {
    /// So many people who do so many things. Unless all of it `is_sealed`, the last events are not, and some people do not
    /// want to be read.
    pub(crate) fn new(n_people: u64, n_events: u64, is_sealed: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("parlour.toml"), "[standing]\nhalf_life_days = 33.3\n").unwrap();
        let this = Self { folder };
        let engine = this.open(None);
        let mut dice = Dice(7);
        let batch = n_events / 5;
        for i in 0..5 {
            let some = (i * batch..(i + 1) * batch).map(|number| (event(&mut dice, n_people, number), None));
            let some = Submission { events: some.collect(), ..Submission::default() };
            engine.append("world", some).unwrap();
            engine.fold_all().unwrap();
            if is_sealed || i < 4 {
                assert!(engine.seal_once(true).unwrap());
            }
        }
        if !is_sealed {
            for person in (0..n_people).step_by(11) {
                let row = Consent {
                    key: engine.key("user", &person.to_string()),
                    purpose: "reading".to_owned(),
                    at: 1,
                    is_given: false,
                    how: "desk".to_owned(),
                };
                engine.database.write(move |conn| consent::put(conn, &row)).unwrap();
            }
        }
        drop(engine);
        this
    }

    /// Opens it, with a cluster or alone, once everything is folded.
    pub(crate) fn open(&self, url: Option<&str>) -> Arc<Engine> {
        self.open_with(Places { engine: url, ..Places::default() })
    }

    /// The same, with what lies elsewhere.
    pub(crate) fn open_with(&self, places: Places<'_>) -> Arc<Engine> {
        let engine = Engine::open_with(self.folder.path(), places).unwrap();
        engine.fold_all().unwrap();
        engine
    }
}

/// The populations on days that lie `step` apart, the last being that of the world.
pub(crate) fn populations(engine: &Engine, layer: Option<Layer>, (n, step): (i32, i32)) -> Vec<Vec<Population>> {
    let days: Vec<Day> = (0..n).map(|i| Day(LAST.0 - i * step)).collect();
    let told = engine.populations_on(&engine.snapshot(), layer, &days).unwrap();
    told.iter().map(|day| day.to_vec()).collect()
}

/// Fails unless they are the same, to the last bit of what follows from them.
#[track_caller]
pub(crate) fn must_be_same(ours: &[Vec<Population>], theirs: &[Vec<Population>]) {
    assert_eq!(ours, theirs);
    assert!(ours.iter().flatten().any(|population| population.n_present > 0), "nobody is there");
    for (our, their) in ours.iter().flatten().zip(theirs.iter().flatten()) {
        assert_eq!(our.rhythm(), their.rhythm());
        let bits = |mean: Option<f64>| mean.map(f64::to_bits);
        assert_eq!(bits(our.mean_gap()), bits(their.mean_gap()));
        assert_eq!(bits(our.variance_of_m()), bits(their.variance_of_m()));
        for involvement in [0, 1, 1_000_000, 40_000_000, i64::MAX] {
            assert_eq!(our.percentile(involvement), their.percentile(involvement));
        }
    }
}
