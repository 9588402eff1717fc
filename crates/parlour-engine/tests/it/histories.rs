//! Histories that come in any order, any parcels, more than once and with interruptions.

use parlour_store::Kind;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::bench::Bench;
use crate::world::{SETTINGS, delivered, history, steps, told};

crate::on_both!(however_it_comes_it_is_the_same, rebuilding_changes_nothing);

fn cases(kind: Kind) -> Config {
    let cases = match kind {
        Kind::Sqlite => 10,
        Kind::Postgres => 5,
    };
    // What fails is printed whole and shrunk; a file of seeds would not outlive a change of the strategies.
    Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() }
}

fn however_it_comes_it_is_the_same(kind: Kind) {
    let mut runner = TestRunner::new_with_rng(cases(kind), rng());
    let worlds = (history(), steps(), steps());
    let run = |(history, one, other): (Vec<_>, Vec<_>, Vec<_>)| {
        let plain = Bench::new(kind, SETTINGS);
        let wanted = told(&delivered(&plain, &history, &[]));
        prop_assert_eq!(wanted.n_folded, history.len() as i64);
        for steps in [one, other] {
            let bench = Bench::new(kind, SETTINGS);
            let engine = delivered(&bench, &history, &steps);
            prop_assert_eq!(&told(&engine), &wanted);
            drop(engine);
            let engine = bench.open();
            prop_assert_eq!(&told(&engine), &wanted, "after a restart");
            engine.compact_all().unwrap();
            prop_assert_eq!(&told(&engine), &wanted, "after compaction");
            prop_assert_eq!(engine.n_scored_events().unwrap(), engine.diagnose().unwrap().n_scored);
        }
        Ok(())
    };
    runner.run(&worlds, run).unwrap_or_else(|failure| panic!("{failure}"));
}

fn rebuilding_changes_nothing(kind: Kind) {
    let config = Config { cases: cases(kind).cases / 2, ..cases(kind) };
    let run = |(history, steps): (Vec<_>, Vec<_>)| {
        let bench = Bench::new(kind, SETTINGS);
        let engine = delivered(&bench, &history, &steps);
        let wanted = told(&engine);
        engine.compact_all().unwrap();
        let bytes = engine.database.read(|conn| parlour_store::run::list(conn, "activity")).unwrap();
        prop_assert_eq!(bytes.len(), 1);
        let rebuilt = engine.rebuild().unwrap();
        prop_assert_eq!(&rebuilt.digest, &bytes[0].digest);
        prop_assert_eq!(rebuilt.n_events as usize, history.len());
        prop_assert_eq!(&told(&engine), &wanted);
        drop(engine);
        prop_assert_eq!(&told(&bench.open()), &wanted);
        Ok(())
    };
    TestRunner::new_with_rng(config, rng())
        .run(&(history(), steps()), run)
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// The same cases in each run, unless `PARLOUR_SEED` asks for others; told, so that a failure can be had again.
#[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
fn rng() -> proptest::test_runner::TestRng {
    let seed: u64 = std::env::var("PARLOUR_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_121);
    eprintln!("PARLOUR_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    proptest::test_runner::TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &bytes)
}
