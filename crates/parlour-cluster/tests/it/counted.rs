//! What a cluster counts.

use parlour_core::event::Layer;
use parlour_engine::Engine;

use crate::processes::Cluster;
use crate::world::{World, must_be_same, populations};

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
