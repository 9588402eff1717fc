//! kill -9 at random moments of an import, with every step of the engine happening all the time: whatever comes of it
//! is what an undisturbed run makes.

use std::time::{Duration, Instant};

use crate::house::{Dice, House, RESTLESS, cdnow};
use crate::orders;

/// Kills in each test; there are two.
const N_KILLS: u32 = 30;

fn strs(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

/// Runs a command again and again until it succeeds, killing it at a moment up to `longest` after its start as long as
/// there are kills left. Returns how many there were.
fn killed_until_done(house: &House, args: &[&str], dice: &mut Dice, (longest, most): (Duration, u32)) -> u32 {
    let mut n_kills = 0;
    loop {
        let mut child = house.command(args).spawn().unwrap();
        if n_kills < most {
            // The random moment is the fault itself, nothing waits for it.
            std::thread::sleep(longest.mul_f64(dice.below(1_000_000) as f64 / 1e6));
            if child.try_wait().unwrap().is_none() {
                child.kill().unwrap();
                child.wait().unwrap();
                n_kills += 1;
                continue;
            }
        }
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "after {n_kills} kills: {}", String::from_utf8_lossy(&output.stderr));
        return n_kills;
    }
}

/// Imports with kills, in as many fresh twins as it takes.
fn withstands(name: &str, house: &House, args: &[String]) {
    let mut dice = Dice::new(name);
    let args = strs(args);
    house.ok(&["sql", "SELECT 1"]);
    let plain = house.twin();
    copy_inputs(house, &plain);
    let began = Instant::now();
    plain.ok(&args);
    let undisturbed = began.elapsed();
    let wanted = plain.state();
    let (mut n_kills, mut n_rounds) = (0, 0);
    while n_kills < N_KILLS {
        let twin = house.twin();
        copy_inputs(house, &twin);
        let longest = undisturbed.mul_f64(0.2 + 0.2 * f64::from(n_rounds % 4));
        n_kills += killed_until_done(&twin, &args, &mut dice, (longest, N_KILLS - n_kills));
        twin.state().must_be(&wanted, &format!("round {n_rounds}, {n_kills} kills"));
        n_rounds += 1;
        for command in ["compact", "rebuild"] {
            let n = killed_until_done(&twin, &[command], &mut dice, (undisturbed.mul_f64(0.3), 3));
            twin.state().must_be(&wanted, &format!("{command} killed {n} times"));
        }
    }
    eprintln!("{name}: {n_kills} kills in {n_rounds} rounds, {undisturbed:?} undisturbed");
}

fn copy_inputs(from: &House, to: &House) {
    for entry in std::fs::read_dir(from.folder.path()).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.path(&entry.file_name().to_string_lossy())).unwrap();
        }
    }
}

#[test]
fn killed_while_importing_cdnow_in_parts() {
    let house = House::new(RESTLESS);
    let text = cdnow();
    let (header, rest) = text.split_once('\n').unwrap();
    let lines: Vec<&str> = rest.split_inclusive('\n').collect();
    let mut args: Vec<String> = ["import", "--preset", "cdnow"].map(str::to_owned).to_vec();
    for (i, part) in lines.chunks(lines.len().div_ceil(25)).enumerate() {
        let name = format!("part{i}.txt");
        house.file(&name, format!("{header}\n{}", part.concat()));
        args.push(name);
    }
    withstands("killed_while_importing_cdnow_in_parts", &house, &args);
}

#[test]
fn killed_while_importing_a_hard_history() {
    let house = House::new(RESTLESS);
    let args = orders::put(&house, &mut Dice::new("orders"), (8, 6_000));
    withstands("killed_while_importing_a_hard_history", &house, &args);
}
