//! Somebody dies, or never was: the answer is right all the same.

use std::process::Command;
use std::thread;

use parlour_engine::{Engine, Places};

use crate::processes::{CLUSTER, Cluster};
use crate::world::{World, must_be_same, populations};

/// Enough days that a question is under way for a while.
const MANY: (i32, i32) = (150, 1);

#[test]
fn an_executor_dies_amid_a_question_and_the_other_does_its_work() {
    let world = World::new(400, 8_000, false);
    let own = populations(&world.open(None), None, MANY);
    let mut cluster = Cluster::new(&["a", "b"]);
    let engine = world.open(Some(&cluster.url));
    let afar = thread::scope(|scope| {
        let asking = scope.spawn(|| populations(&engine, None, MANY));
        cluster.until_amid("b");
        cluster.executors[1].kill();
        assert!(!asking.is_finished());
        asking.join().unwrap()
    });
    must_be_same(&own, &afar);
    let health = engine.afar_health().unwrap();
    assert_eq!((health.n_answered, health.n_own), (1, 0), "the cluster answered, with what was left of it");
}

#[test]
fn the_scheduler_dies_amid_a_question_and_the_server_counts_itself() {
    let world = World::new(400, 8_000, false);
    let own = populations(&world.open(None), None, MANY);
    let mut cluster = Cluster::new(&["a", "b"]);
    let engine = world.open(Some(&cluster.url));
    let afar = thread::scope(|scope| {
        let asking = scope.spawn(|| populations(&engine, None, MANY));
        cluster.until_amid("a");
        cluster.scheduler.kill();
        asking.join().unwrap()
    });
    must_be_same(&own, &afar);
    let health = engine.afar_health().unwrap();
    assert_eq!((health.n_answered, health.n_own, health.is_away), (0, 1, true));
    let more = populations(&engine, None, (1, 1));
    must_be_same(&own[..1], &more[..1]);
}

#[test]
fn who_takes_too_long_is_not_waited_for_and_the_work_is_taken_back() {
    let world = World::new(100, 1_000, false);
    let own = populations(&world.open(None), None, (1, 1));
    let cluster = Cluster::new(&["a"]);
    // It holds its tasks, and does nothing.
    cluster.executors[0].signal("STOP");
    let engine = world.open(Some(&format!("{}?patience=1", cluster.url)));
    must_be_same(&own, &populations(&engine, None, (1, 1)));
    let health = engine.afar_health().unwrap();
    assert_eq!((health.n_answered, health.n_own, health.is_away), (0, 1, false));
    cluster.until("/v1/questions", |all| all.as_array().unwrap().is_empty());
}

#[test]
fn nobody_there_is_no_trouble_and_a_wrong_address_is_told() {
    let world = World::new(100, 1_000, false);
    let own = populations(&world.open(None), None, (1, 1));
    let cluster = Cluster::new(&[]);
    for (url, is_away) in [(cluster.url.as_str(), false), ("df://127.0.0.1:1", true)] {
        let engine = world.open(Some(url));
        must_be_same(&own, &populations(&engine, None, (1, 1)));
        let health = engine.afar_health().unwrap();
        assert_eq!((health.n_answered, health.n_own, health.is_away), (0, 1, is_away), "{url}");
    }
    let places = Places { engine: Some("http://127.0.0.1:1"), ..Places::default() };
    let told = Engine::open_with(world.folder.path(), places).err().unwrap().to_string();
    assert_eq!(
        told,
        "`http://127.0.0.1:1` is no place of a cluster (it does not begin with df://); it is one such as \
         df://scheduler:50060"
    );
    for (args, sentence) in [
        (["executor", "--engine", "nowhere"], "error: `nowhere` is no place of a cluster"),
        (["executor", "--engine", "df://127.0.0.1:1"], "error: the cluster at df://127.0.0.1:1 is not there"),
    ] {
        let ran = Command::new(CLUSTER).args(args).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(!ran.status.success() && said.starts_with(sentence), "{said}");
    }
}
