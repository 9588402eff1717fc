//! `parlour fit`: models of coming back, fitted to activity or to a file, and scored on time they have not seen.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use parlour_core::forecast::{Choice, Fitting};
use parlour_core::purchases::Unit;
use parlour_engine::Engine;
use parlour_engine::desk::models::{Comparison, Spans, Tried};
use parlour_engine::desk::{Asked, Question};
use parlour_stats::fit::Options;
use parlour_stats::history::{Histories, History};
use parlour_stats::holdout::Scores;
use parlour_stats::model::Fitted;
use serde_json::{Value, json};

use crate::cli::{Fit, Plain};
use crate::output::Output;

/// Fits to activity.
pub(crate) fn fit(engine: &Engine, options: &Fit, out: &mut Output) -> anyhow::Result<()> {
    let choices = choices(&options.model)?;
    let unit = Unit::from(options.unit);
    let end = options.holdout_until.or(options.until);
    let asked =
        engine.ask(&Question { object: options.object.clone(), on: end, since: None, ..Question::default() })?;
    match (options.until, options.holdout_until) {
        (Some(_), None) => fits(engine, &asked, unit, &choices, (options, out)),
        (until, _) => {
            let spans = match until {
                Some(until) if asked.on <= until => {
                    anyhow::bail!("--until ({until}) must lie before --holdout-until ({})", asked.on)
                }
                Some(until) => engine.spans_at(&asked, until),
                None => engine.spans(&asked),
            };
            let comparison = engine.compare_models(&asked, spans, unit, &choices)?;
            match options.format {
                Plain::Json => out.json(&json_of(&asked, &comparison)),
                Plain::Text => print(&asked, &comparison, out),
            }
        }
    }
}

fn choices(name: &str) -> anyhow::Result<Vec<Choice>> {
    if name == "all" {
        return Ok(Choice::all());
    }
    let known = || Choice::all().into_iter().map(Choice::name).collect::<Vec<_>>().join(", ");
    let choice = Choice::of_name(name).with_context(|| format!("there is no model `{name}`; take all, {}", known()))?;
    Ok(vec![choice])
}

/// Nothing held out: parameters only.
fn fits(
    engine: &Engine,
    asked: &Asked,
    unit: Unit,
    choices: &[Choice],
    (options, out): (&Fit, &mut Output),
) -> anyhow::Result<()> {
    let mut made = Vec::new();
    for &choice in choices {
        let (fitting, n_people, seconds) = engine.fit_model(asked, unit, choice)?;
        made.push((choice.name(), fitting?, n_people as f64, seconds));
    }
    print_fits(&asked.object_name(), &made, (options, out))
}

fn print_fits(
    of: &str,
    made: &[(String, Fitting, f64, f64)],
    (options, out): (&Fit, &mut Output),
) -> anyhow::Result<()> {
    if options.format == Plain::Json {
        let one = |(name, fitting, n_people, seconds): &(String, Fitting, f64, f64)| {
            let mut told = json_of_fitting(name, fitting);
            told["n_people"] = json!(n_people);
            told["seconds"] = json!(seconds);
            told
        };
        return out.json(&json!({ "of": of, "models": made.iter().map(one).collect::<Vec<_>>() }));
    }
    for (name, fitting, n_people, seconds) in made {
        writeln!(out, "{} {n_people} people, {seconds:.3} s", out.bold(name))?;
        print_fitting(fitting, out)?;
    }
    Ok(())
}

fn print_fitting(fitting: &Fitting, out: &mut Output) -> anyhow::Result<()> {
    for (name, value, error) in &fitting.parameters {
        let error = error.map_or_else(String::new, |error| format!(" ± {error:.4}"));
        writeln!(out, "  {name:<10} {value:.5}{error}")?;
    }
    writeln!(out, "  log-likelihood {:.3}", fitting.log_likelihood)?;
    if let Some((open, stand_in)) = fitting.open {
        writeln!(out, "  not identified: these people do not determine `{open}`; {stand_in} stands in")?;
    }
    Ok(())
}

fn json_of_fitting(name: &str, fitting: &Fitting) -> Value {
    let parameter = |(name, value, error): &(&str, f64, Option<f64>)| json!({ "name": name, "value": value, "standard_error": error });
    json!({
        "model": name,
        "parameters": fitting.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "log_likelihood": fitting.log_likelihood,
        "not_identified": fitting.open.map(|(open, stand_in)| json!({ "parameter": open, "fall_back": stand_in })),
    })
}

fn json_of_scores(scores: &Scores) -> Value {
    let decile = |decile: &parlour_stats::holdout::Decile| json!({ "n_people": decile.n_people, "forecast": decile.forecast, "actual": decile.actual });
    json!({
        "sum": scores.sum, "actual_sum": scores.actual_sum, "bias": scores.bias, "mae": scores.mae,
        "rmse": scores.rmse, "auc": scores.auc, "top_share": scores.top_share, "active_share": scores.active_share,
        "deciles": scores.deciles.iter().map(decile).collect::<Vec<_>>(),
    })
}

fn json_of(asked: &Asked, comparison: &Comparison) -> Value {
    let Spans { earlier, split, end } = comparison.spans;
    let tried = |Tried { trial, seconds }: &Tried| {
        let mut told = json_of_fitting(&trial.choice.name(), &trial.fitting);
        told["holdout"] = json_of_scores(&trial.plain);
        told["holdout_corrected"] = json!(trial.corrected.as_ref().map(json_of_scores));
        told["holdout_by_cell"] = json!(trial.by_cell.as_ref().map(json_of_scores));
        told["factor"] = json!(trial.calibration.overall());
        told["seconds"] = json!(seconds);
        told
    };
    let baseline = |(name, scores): &(String, Scores)| json!({ "model": name, "holdout": json_of_scores(scores) });
    json!({
        "object": asked.object_name(),
        "until": split,
        "holdout_until": end,
        "corrected_from": earlier,
        "unit": comparison.unit.name(),
        "n_people": comparison.n_people,
        "models": comparison.tried.iter().map(tried).collect::<Vec<_>>(),
        "baselines": comparison.baselines.iter().map(baseline).collect::<Vec<_>>(),
        "chosen": comparison.chosen.map(Choice::name),
    })
}

const HEADS: [&str; 8] = ["model", "log-likelihood", "forecast", "bias", "MAE", "RMSE", "AUC", "seconds"];

fn print(asked: &Asked, comparison: &Comparison, out: &mut Output) -> anyhow::Result<()> {
    let Spans { split, end, earlier } = comparison.spans;
    writeln!(out, "{}: {} people seen until {split}, forecast until {end}", asked.object_name(), comparison.n_people)?;
    let number =
        |value: Option<f64>, decimals: usize| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.decimals$}"));
    let percent = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{:.1}%", v * 100.0));
    let row = |name: String, scores: &Scores, seconds: Option<f64>| {
        vec![
            name,
            number(scores.log_likelihood, 2),
            number(scores.sum, 0),
            percent(scores.bias),
            number(scores.mae, 4),
            number(scores.rmse, 4),
            number(scores.auc, 4),
            number(seconds, 3),
        ]
    };
    let mut rows = Vec::new();
    for Tried { trial, seconds } in &comparison.tried {
        rows.push(row(trial.choice.name(), &trial.plain, Some(*seconds)));
        rows.extend(trial.corrected.as_ref().map(|scores| row("  corrected".to_owned(), scores, None)));
        rows.extend(trial.by_cell.as_ref().map(|scores| row("  corrected by cell".to_owned(), scores, None)));
    }
    rows.extend(comparison.baselines.iter().map(|(name, scores)| row(name.clone(), scores, None)));
    out.table(&HEADS, &rows)?;
    if let Some(earlier) = earlier {
        writeln!(out, "\nCorrected: by what each said wrong from {earlier} to {split}.")?;
    }
    match comparison.chosen {
        Some(chosen) => writeln!(out, "The one to go by: {} (least squared error).", chosen.title())?,
        None => writeln!(out, "Too few people to choose by; {} is taken.", Choice::DEFAULT.title())?,
    }
    Ok(())
}

/// Fits to histories in a file.
pub(crate) fn fit_file(file: &Path, options: &Fit, out: &mut Output) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("`{}` cannot be read", file.display()))?;
    let people = histories(&text).with_context(|| format!("`{}`", file.display()))?;
    let people = Histories::weighted(people)?;
    let mut made = Vec::new();
    for choice in choices(&options.model)? {
        let kind = match choice {
            Choice::Plain(kind) => kind,
            Choice::FirstValue(_) if options.model == "all" => continue,
            Choice::FirstValue(_) => {
                anyhow::bail!("`{}` needs values, which a file of histories has not", choice.name())
            }
        };
        let started = Instant::now();
        let fitted = Fitted::fit(kind, &people, Options::default())?;
        let seconds = started.elapsed().as_secs_f64();
        made.push((choice.name(), Fitting::from(fitted), people.n_people(), seconds));
    }
    print_fits(&file.display().to_string(), &made, (options, out))
}

fn histories(text: &str) -> anyhow::Result<Vec<(History, f64)>> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (_, heads) = lines.next().context("is empty; write a line of heads: x,t_x,T")?;
    let heads: Vec<&str> = heads.split(',').map(|head| head.trim().trim_matches('"')).collect();
    let place = |name: &str| heads.iter().position(|head| head.eq_ignore_ascii_case(name));
    let needed = |name: &str| place(name).with_context(|| format!("has no column `{name}`; it needs x, t_x and T"));
    let (x, t_x, age, weight) = (needed("x")?, needed("t_x")?, needed("T")?, place("weight"));
    let read = |(line, text): (usize, &str)| {
        let cells: Vec<&str> = text.split(',').map(str::trim).collect();
        let number = |place: usize| -> anyhow::Result<f64> {
            let cell = cells.get(place).copied().unwrap_or_default();
            cell.parse().with_context(|| format!("line {}: `{cell}` is not a number", line + 1))
        };
        let count = number(x)?;
        anyhow::ensure!(
            (0.0..=f64::from(u32::MAX)).contains(&count) && count.fract() == 0.0,
            "line {}: x is not a whole number of repeats",
            line + 1
        );
        let history = History::new(count as u32, number(t_x)?, number(age)?);
        let history = history.with_context(|| format!("line {}", line + 1))?;
        Ok((history, weight.map_or(Ok(1.0), number)?))
    };
    lines.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_by_its_heads_and_a_mistake_is_named() {
        let people = histories("id,x,t_x,T,weight\n1,2,30.43,38.86,3\n\n2,0,0,38.86,1\n").unwrap();
        assert_eq!((people.len(), people[0].0.x(), people[0].1), (2, 2, 3.0));
        let error = |text: &str| format!("{:#}", histories(text).unwrap_err());
        assert!(error("x,t_x\n1,2\n").contains("no column `T`"));
        assert!(error("x,t_x,T\n1,2,3\n1,two,3\n").contains("line 3: `two`"));
        assert!(error("x,t_x,T\n1,9,3\n").contains("line 2"));
        assert!(error("x,t_x,T\n1.5,2,3\n").contains("whole number"));
    }
}
