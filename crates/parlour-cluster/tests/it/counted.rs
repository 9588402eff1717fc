//! What a cluster counts.

use std::sync::Arc;

use parlour_core::event::Layer;
use parlour_engine::{Engine, Places};
use parlour_store::Value;

use crate::processes::Cluster;
use crate::tables::asked;
use crate::world::{LAST, World, must_be_same, populations};

/// What is asked of the same world: on which layer, and on how many days how far apart.
const ASKED: [(Option<Layer>, (i32, i32)); 4] =
    [(None, (1, 1)), (None, (5, 13)), (Some(Layer::Web), (1, 1)), (Some(Layer::Face), (3, 30))];

fn all(engine: &Engine) -> Vec<Vec<Vec<parlour_core::population::Population>>> {
    ASKED.iter().map(|(layer, days)| populations(engine, *layer, *days)).collect()
}

#[test]
fn a_cluster_counts_as_the_kernel_does_to_the_last_bit() {
    let world = World::new(300, 6_000, false);
    let engine = world.open(None);
    let snapshot = engine.snapshot();
    assert!(snapshot.view.runs.len() > 1 && !snapshot.view.tails.is_empty(), "runs and what is not sealed");
    let walk = snapshot.everyone();
    assert!(walk.united.len() > 50 && walk.hidden.len() > 10, "several ids, and some who are not read");
    let own = all(&engine);
    drop((snapshot, engine));

    let cluster = Cluster::new(&["a", "b"]);
    let engine = world.open(Some(&cluster.url));
    for (own, afar) in own.iter().zip(all(&engine)) {
        must_be_same(own, &afar);
    }
    let health = engine.afar_health().unwrap();
    assert_eq!((health.n_answered, health.n_own, health.is_away), (ASKED.len() as u64, 0, false));
}

/// Where a store is, if `./test` started one.
#[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
fn store() -> Option<String> {
    std::env::var("PARLOUR_TEST_S3").ok()
}

#[test]
fn executors_read_a_lake_in_an_object_store() {
    let Some(store) = store() else {
        eprintln!("NOT TESTED: PARLOUR_TEST_S3 is not set; ./test starts an S3 server and sets it");
        return;
    };
    let variables = [
        ("AWS_ENDPOINT", store.as_str()),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "parlour"),
        ("AWS_SECRET_ACCESS_KEY", "a secret of the tests"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let url = format!("s3://parlour/cluster-{}", std::process::id());
    let world = World::new(300, 6_000, false);
    let own = all(&world.open(None));
    let cluster = Cluster::with(&["a", "b"], variables.clone());
    let open = || {
        world.open_with(Places {
            engine: Some(&cluster.url),
            lake: Some((&url, variables.clone())),
            ..Places::default()
        })
    };
    let engine = open();
    // Nobody but the server sees the folder: what executors read can only come from the store.
    let (lake, aside) = (world.folder.path().join("lake"), world.folder.path().join("aside"));
    std::fs::rename(&lake, &aside).unwrap();
    let afar = all(&engine);
    let events = engine.explore("SELECT sum(n) FROM lake.activity", None, &|| true).unwrap();
    std::fs::rename(&aside, &lake).unwrap();
    let sealed: u64 = engine.snapshot().view.runs.iter().map(|run| run.n_rows()).sum();
    assert!(matches!(events.rows[0][0], Value::Int(n) if n.unsigned_abs() >= sealed), "{events:?} of {sealed} rows");
    for (own, afar) in own.iter().zip(&afar) {
        must_be_same(own, afar);
    }
    assert_eq!(engine.afar_health().unwrap().n_answered, ASKED.len() as u64 + 1);
    let n_runs = engine.snapshot().view.runs.len();
    engine.compact_all().unwrap();
    let snapshot = engine.snapshot();
    assert!(snapshot.view.runs.len() < n_runs, "some were merged");
    let afar = populations(&engine, None, (7, 11));
    assert_eq!(engine.afar_health().unwrap().n_answered, ASKED.len() as u64 + 2);
    assert_eq!(cluster.n_fetched(), 2 * snapshot.view.runs.len(), "each of two has what counts, and no more");
    drop((snapshot, engine));
    must_be_same(&populations(&world.open(None), None, (7, 11)), &afar);
}

#[test]
fn who_has_one_id_needs_no_shuffle_and_an_empty_world_has_nobody() {
    let world = World::new(2, 10, true);
    let cluster = Cluster::new(&["a"]);
    let own = populations(&world.open(None), None, (2, 40));
    let engine = world.open(Some(&cluster.url));
    must_be_same(&own, &populations(&engine, None, (2, 40)));
    assert_eq!(engine.afar_health().unwrap().n_answered, 1);
    let folder = tempfile::tempdir().unwrap();
    let places = parlour_engine::Places { engine: Some(&cluster.url), ..Default::default() };
    let empty = Engine::open_with(folder.path(), places).unwrap();
    assert_eq!(populations(&empty, None, (1, 1)), [vec![]]);
    assert_eq!(empty.afar_health().unwrap().n_answered, 1);
}

/// Everybody's standings as the lake has them, each number to the last bit, and what the database has of them.
fn kept(world: &World, engine: Arc<Engine>) -> (Vec<String>, Vec<parlour_store::standing::Standing>) {
    engine.keep_day(LAST).unwrap();
    let mut rows = Vec::new();
    let mut each = |row| {
        rows.push(row);
        Ok(())
    };
    engine.database.read(|conn| parlour_store::standing::for_each(conn, LAST, &mut each)).unwrap();
    drop(engine);
    let all = "SELECT encode(subject, 'hex') AS s, encode(object, 'hex') AS o, * EXCEPT (subject, object) FROM standing \
               ORDER BY s, o";
    (asked(world.folder.path(), None, all), rows)
}

#[test]
fn the_days_standings_are_the_same_to_the_last_bit() {
    for (n_people, n_events, is_sealed) in [(300, 6_000, false), (2, 40, true)] {
        let world = World::new(n_people, n_events, is_sealed);
        let own = kept(&world, world.open(None));
        assert!(own.0.len() > own.1.len() && !own.1.is_empty(), "products too, which only the lake has");
        let cluster = Cluster::new(&["a", "b"]);
        let engine = world.open(Some(&cluster.url));
        let afar = kept(&world, Arc::clone(&engine));
        assert_eq!(own, afar);
        let health = engine.afar_health().unwrap();
        assert_eq!((health.n_answered, health.n_own), (2, 0), "populations, and standings");
    }
}
