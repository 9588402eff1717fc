//! Times the models on a file of x, t_x, T, or writes such a file: what `bench/models.py` runs beside other packages.
//!
//! `models generate N FILE` or `models KIND FILE`, KIND a name such as `bg_nbd`; prints one line of JSON.

use std::error::Error;
use std::fs;
use std::io::Write as _;

use parlour_stats::fit::Options;
use parlour_stats::generate::{self, Random};
use parlour_stats::history::{Histories, History};
use parlour_stats::model::{Fitted, Kind};
use parlour_stats::pareto_nbd::ParetoNbd;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate", n, file] => write_people(n.parse()?, file),
        [kind, file] => time(Kind::from_name(kind).ok_or("KIND is no model")?, file),
        _ => Err("models generate N FILE, or models KIND FILE".into()),
    }
}

/// People as in CDNOW: first purchases over a quarter, times on whole days.
fn write_people(n: usize, file: &str) -> Result<(), Box<dyn Error>> {
    let model = ParetoNbd::new([0.553, 10.578, 0.606, 11.669])?;
    let mut random = Random::new(1);
    let mut out = b"x,t_x,T\n".to_vec();
    for _ in 0..n {
        let age = 27.0 + 12.0 * random.uniform();
        let history = generate::pareto_nbd(&model, age, 0.0, &mut random).history;
        let day = |time: f64| (time * 7.0).floor() / 7.0;
        writeln!(out, "{},{:.4},{:.4}", history.x(), day(history.t_x()), day(history.age()))?;
    }
    Ok(fs::write(file, out)?)
}

fn time(kind: Kind, file: &str) -> Result<(), Box<dyn Error>> {
    let people = read(file)?;
    let before_kib = peak_kib()?;
    let fit = || Fitted::fit(kind, &Histories::new(people.iter().copied()), Options::default());
    let (fit_s, fitted) = timed(fit)?;
    let fitted = fitted?;
    let fit_kib = peak_kib()? - before_kib;
    let (predict_s, made) = timed(|| fitted.model.predict_all(&people, 52.0))?;
    let sum: f64 = made.iter().map(|made| made.expected).sum();
    writeln!(
        std::io::stdout(),
        "{{\"fit_s\": {fit_s}, \"predict_s\": {predict_s}, \"log_likelihood\": {}, \"sum\": {sum}, \
         \"fit_mib\": {}, \"peak_mib\": {}}}",
        fitted.log_likelihood,
        fit_kib / 1024,
        peak_kib()? / 1024,
    )?;
    Ok(())
}

fn read(file: &str) -> Result<Vec<History>, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    let mut people = Vec::with_capacity(text.len() / 16);
    for line in text.lines().skip(1) {
        let mut fields = line.split(',');
        let mut next = || fields.next().ok_or("a line has fewer than three fields");
        let (x, t_x, age) = (next()?.parse()?, next()?.parse()?, next()?.parse()?);
        people.push(History::new(x, t_x, age)?);
    }
    Ok(people)
}

/// How long something takes on a core, on average over as many rounds as make it long enough to be told.
fn timed<T>(work: impl Fn() -> T) -> Result<(f64, T), Box<dyn Error>> {
    const LONG_ENOUGH_S: f64 = 0.2;
    let (start, mut n_rounds) = (on_core_s()?, 0.0);
    loop {
        let done = work();
        n_rounds += 1.0;
        let took = on_core_s()? - start;
        if LONG_ENOUGH_S < took {
            return Ok((took / n_rounds, done));
        }
    }
}

/// Seconds that this thread has spent on a core: others may use the machine meanwhile.
fn on_core_s() -> Result<f64, Box<dyn Error>> {
    let told = fs::read_to_string("/proc/thread-self/schedstat")?;
    let ns: f64 = told.split_whitespace().next().ok_or("no time is told")?.parse()?;
    Ok(ns / 1e9)
}

/// The most memory that was ever resident.
fn peak_kib() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM")).ok_or("no peak is told")?;
    Ok(line.split_whitespace().nth(1).ok_or("no peak is told")?.parse()?)
}
