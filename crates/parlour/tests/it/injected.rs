//! SIGKILL at the Nth system call of each kind that changes the disk, by strace.

use std::collections::BTreeMap;
use std::process::Command;

use crate::house::{Dice, House, PARLOUR, RESTLESS};
use crate::orders;

/// The calls that change the disk, by the names they may have.
pub(crate) const CALLS: [&str; 5] = ["pwrite64", "write", "fsync,fdatasync", "rename,renameat,renameat2", "ftruncate"];
/// Points tried of each kind of call.
const POINTS: u64 = 6;

pub(crate) fn strace(house: &House, options: &[&str], args: &[&str]) -> std::process::Output {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq"]).args(options).arg(PARLOUR).arg("--data").arg(house.data()).args(args);
    command.current_dir(house.folder.path()).env_remove("PARLOUR_DATABASE").env("PARLOUR_LOG", "off");
    command.output().expect("strace is missing; install strace (./test does)")
}

/// How many calls of each kind one thread makes at most; that is what strace counts by.
pub(crate) fn counted(trace: &str) -> BTreeMap<&'static str, u64> {
    let mut by_thread: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for line in trace.lines().filter(|line| !line.contains("resumed>")) {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let Some((name, _)) = call.trim_start().split_once('(') else { continue };
        if let Some(kind) = CALLS.into_iter().find(|kind| kind.split(',').any(|known| known == name)) {
            *by_thread.entry((kind, thread)).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((kind, _), n) in by_thread {
        let kind = CALLS.into_iter().find(|known| *known == kind).unwrap();
        let known = most.entry(kind).or_insert(0);
        *known = n.max(*known);
    }
    most
}

#[test]
fn killed_at_the_nth_call() {
    let mut dice = Dice::new("killed_at_the_nth_call");
    let house = House::new(RESTLESS);
    let args = orders::put(&house, &mut dice, (5, 1_200));
    let args: Vec<String> = args
        .into_iter()
        .map(|arg| if arg.contains(".csv") { house.path(&arg).display().to_string() } else { arg })
        .collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    house.ok(&["sql", "SELECT 1"]);
    let plain = house.twin();
    plain.ok(&args);
    let wanted = plain.state();
    let traced = house.twin();
    let all = format!("trace={}", CALLS.join(","));
    let trace = traced.path("trace");
    let ran = strace(&traced, &["-o", trace.to_str().unwrap(), "-e", &all], &args);
    assert!(ran.status.success(), "strace: {}", String::from_utf8_lossy(&ran.stderr));
    traced.state().must_be(&wanted, "traced and not disturbed");
    let counts = counted(&std::fs::read_to_string(trace).unwrap());
    assert_eq!(counts.len(), CALLS.len(), "each kind of call is made: {counts:?}");
    let mut n_hit = 0;
    for (kind, most) in counts {
        for point in 0..POINTS.min(most) {
            let n = 1 + (point * most + dice.below(most)) / POINTS.min(most);
            let twin = house.twin();
            let inject = format!("inject={kind}:signal=SIGKILL:when={}", n.min(most));
            let ran = strace(&twin, &["-o", "/dev/null", "-e", &format!("trace={kind}"), "-e", &inject], &args);
            n_hit += u64::from(!ran.status.success());
            let doctor = twin.json(&["doctor", "--json"]);
            assert_eq!(doctor["findings"], serde_json::json!([]), "{inject}");
            twin.ok(&args);
            twin.state().must_be(&wanted, &inject);
        }
    }
    eprintln!("killed at {n_hit} calls");
    assert!(n_hit >= 20, "only {n_hit} of the injected kills hit");
}
