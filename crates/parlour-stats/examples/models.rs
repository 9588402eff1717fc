//! Times the models on a file of x, t_x, T, or writes such a file: what `bench/models.py` runs beside other packages.
//!
//! `models generate N FILE` or `models KIND FILE`, KIND a name such as `bg_nbd`; prints one line of JSON.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::time::Instant;

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
    let mut out = String::from("x,t_x,T\n");
    for _ in 0..n {
        let age = 27.0 + 12.0 * random.uniform();
        let history = generate::pareto_nbd(&model, age, 0.0, &mut random).history;
        let day = |time: f64| (time * 7.0).floor() / 7.0;
        out.push_str(&format!("{},{:.4},{:.4}\n", history.x(), day(history.t_x()), day(history.age())));
    }
    Ok(fs::write(file, out)?)
}

fn time(kind: Kind, file: &str) -> Result<(), Box<dyn Error>> {
    let people = read(file)?;
    let before_kib = peak_kib()?;
    let start = Instant::now();
    let fitted = Fitted::fit(kind, &Histories::new(people.iter().copied()), Options::default())?;
    let fit_s = start.elapsed().as_secs_f64();
    let fit_kib = peak_kib()? - before_kib;
    let start = Instant::now();
    let made = fitted.model.predict_all(&people, 52.0);
    let predict_s = start.elapsed().as_secs_f64();
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

/// The most memory that was ever resident.
fn peak_kib() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM")).ok_or("no peak is told")?;
    Ok(line.split_whitespace().nth(1).ok_or("no peak is told")?.parse()?)
}
