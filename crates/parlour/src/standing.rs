//! `parlour standing`: one person.

use std::io::Write;

use parlour_core::day::Day;
use parlour_core::standing::Standing;
use parlour_core::why::{Of, Why};
use parlour_engine::Engine;
use parlour_engine::desk::{Asked, Question};
use serde_json::{Value, json};

use crate::cli;
use crate::output::Output;

/// Contributions shown of each value; the rest are summed in one line.
const SHOWN: usize = 10;

/// Prints one person's standings.
pub(crate) fn standing(engine: &Engine, options: &cli::Standing, out: &mut Output) -> anyhow::Result<()> {
    let asked = engine.ask(&question(&options.about))?;
    let key = engine.person_named(&asked, &options.person)?;
    let name = engine.names(&[key])?.remove(&key).map_or_else(|| key.to_string(), |name| name.to_string());
    let person = engine.person(&asked, key)?;
    let whys = if options.why && person.standings.iter().any(|(object, ..)| *object == asked.object) {
        Of::ALL.into_iter().map(|of| engine.why(&asked, key, of)).collect::<Result<Vec<_>, _>>()?
    } else {
        Vec::new()
    };
    let title = |object| asked.snapshot.objects.get(object).map_or_else(String::new, |object| object.name.to_string());
    if options.json {
        let standings: Vec<Value> =
            person.standings.iter().map(|(object, standing, _)| json_of(&title(*object), standing)).collect();
        return out.json(&json!({ "person": name, "on": asked.on, "standings": standings, "why": whys }));
    }
    writeln!(out, "{} on {}", out.bold(&name), asked.on)?;
    if person.standings.is_empty() {
        writeln!(out, "  no relation with anything by that day")?;
    }
    for (object, standing, _) in &person.standings {
        print(&title(*object), standing, &asked, out)?;
    }
    for why in &whys {
        print_why(why, out)?;
    }
    Ok(())
}

/// The question that these flags ask.
pub(crate) fn question(about: &cli::About) -> Question {
    Question { object: about.object.clone(), on: about.on, since: about.since, ..Question::default() }
}

fn kind_of(standing: &Standing) -> Option<f64> {
    standing.kind_milli.map(|kind| f64::from(kind) / 1000.0)
}

fn json_of(object: &str, standing: &Standing) -> Value {
    let relation = &standing.relation;
    json!({
        "object": object,
        "involvement": standing.involvement(),
        "degree": standing.degree_milli as f64 / 1000.0,
        "percentile": standing.percentile,
        "kind": kind_of(standing),
        "cell": standing.cell,
        "is_customer": standing.is_customer,
        "direction": standing.direction,
        "p_falling": standing.p_falling,
        "stage": standing.stage,
        "first_day": Day(relation.first_day),
        "last_day": Day(relation.last_day),
        "due_day": standing.due_day.map(Day),
        "n_days": relation.n_days,
        "value_minor": relation.value_minor,
    })
}

fn print(object: &str, standing: &Standing, asked: &Asked, out: &mut Output) -> anyhow::Result<()> {
    let relation = &standing.relation;
    let cell = standing.cell.map_or("gone", |cell| cell.name());
    let kind = kind_of(standing).map_or_else(|| "unknown".to_owned(), |kind| format!("{kind:+.2}"));
    let due = standing.due_day.map_or_else(|| "no rhythm yet".to_owned(), |day| format!("due by {}", Day(day)));
    writeln!(out, "  {object}: {cell}, {}", standing.stage.name().replace('_', " "))?;
    writeln!(
        out,
        "    involvement {:.3} points, degree {:.2} × average (above {} %)",
        standing.involvement(),
        standing.degree_milli as f64 / 1000.0,
        standing.percentile
    )?;
    writeln!(
        out,
        "    kind {kind}, {} (p falling {:.2}; {} active days lately, {} before)",
        standing.direction.name(),
        standing.p_falling,
        standing.n_recent,
        standing.n_before
    )?;
    let silent = asked.on.0 - relation.last_day;
    writeln!(
        out,
        "    active on {} days from {} to {}, silent for {silent}; {due}",
        relation.n_days,
        Day(relation.first_day),
        Day(relation.last_day)
    )?;
    Ok(())
}

fn print_why(why: &Why, out: &mut Output) -> anyhow::Result<()> {
    writeln!(out, "\n{}: {}", out.bold(why.of.name()), why.value)?;
    writeln!(out, "  {}", why.sentence)?;
    let shown = &why.contributions[..why.contributions.len().min(SHOWN)];
    let mut rows: Vec<Vec<String>> =
        shown.iter().map(|c| vec![c.amount.to_string(), c.label.clone(), c.detail.clone()]).collect();
    let rest = &why.contributions[shown.len()..];
    if !rest.is_empty() {
        let sum: i64 = rest.iter().map(|c| c.amount).fold(0, i64::wrapping_add);
        rows.push(vec![sum.to_string(), format!("{} more", rest.len()), String::new()]);
    }
    if !rows.is_empty() {
        rows.push(vec![why.total.to_string(), "in all".to_owned(), String::new()]);
        out.table(&[&why.unit, "", ""], &rows)?;
    }
    for step in &why.steps {
        writeln!(out, "  {}: {}", step.label, step.value)?;
    }
    Ok(())
}
