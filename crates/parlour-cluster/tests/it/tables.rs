//! SQL over the lake.

use std::path::Path;
use std::process::Command;

use parlour_engine::Engine;

use crate::processes::{CLUSTER, Cluster};
use crate::world::{LAST, World};

/// What is printed for a question, as CSV without its head.
#[track_caller]
pub(crate) fn asked(data: &Path, engine: Option<&str>, question: &str) -> Vec<String> {
    let mut command = Command::new(CLUSTER);
    command.env_remove("PARLOUR_LOG").args(["sql", "--format", "csv", "--data"]).arg(data);
    let ran = command.args(engine.map(|url| ["--engine", url]).into_iter().flatten()).arg(question).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap().lines().skip(1).map(str::to_owned).collect()
}

/// The kernel's totals: events, their worth, and days on which something was done.
pub(crate) fn totals(engine: &Engine) -> String {
    let sum = |sums: &mut (u64, i64, u64), columns: &parlour_core::relation::Columns, rows: std::ops::Range<usize>| {
        sums.0 += columns.n[rows.clone()].iter().sum::<u64>();
        sums.1 += columns.value_minor[rows.clone()].iter().sum::<i64>();
        sums.2 += rows.map(|row| columns.day[row] as u64).sum::<u64>();
    };
    let parts = engine
        .snapshot()
        .everyone()
        .visit(Default::default, |sums, _, columns, rows| sum(sums, columns, rows))
        .unwrap();
    let all = parts.iter().fold((0, 0, 0), |all, part| (all.0 + part.0, all.1 + part.1, all.2 + part.2));
    format!("{},{},{}", all.0, all.1, all.2)
}

#[test]
fn sql_has_the_kernels_totals_alone_and_on_a_cluster() {
    let world = World::new(200, 3_000, true);
    let engine = world.open(None);
    let n_kept = engine.keep_day(LAST).unwrap();
    let own = totals(&engine);
    drop(engine);
    let cluster = Cluster::new(&["a", "b"]);
    let data = world.folder.path();
    for engine in [None, Some(cluster.url.as_str())] {
        let sums = "SELECT sum(n), sum(value_minor), sum(CAST(day AS INT)) FROM activity";
        assert_eq!(asked(data, engine, sums), std::slice::from_ref(&own));
        assert_eq!(asked(data, engine, "SELECT count(*) FROM event"), ["3000"]);
        assert_eq!(asked(data, engine, "SELECT count(*) FROM standing"), [n_kept.to_string()]);
        let joined = "SELECT count(*) FROM standing s JOIN (SELECT DISTINCT subject FROM activity) a \
                      ON CAST(a.subject AS BYTEA) = s.subject WHERE s.is_customer AND s.stage <> 'defected'";
        let n: u64 = asked(data, engine, joined)[0].parse().unwrap();
        assert!(0 < n && n < n_kept);
    }
    let ran = Command::new(CLUSTER).args(["sql", "--data"]).arg(data).arg("SELECT nothing FROM activity").output();
    let ran = ran.unwrap();
    assert!(!ran.status.success() && String::from_utf8_lossy(&ran.stderr).contains("nothing"));
    let ran = Command::new(CLUSTER).args(["sql", "--data", "/nowhere", "SELECT 1"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ran.stderr), "error: `/nowhere` is no data folder: it has no `lake`\n");
}
