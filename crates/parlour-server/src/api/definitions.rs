//! Definitions: what every author's lens says of the same people, how far they agree, and what each says of one person.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use parlour_core::event::Name;
use parlour_core::key::Key;
use parlour_core::lens::Lens;
use parlour_engine::desk::Asked;
use parlour_engine::desk::definitions::{Definitions as Found, Disputed as FoundDisputed, Said, Seen};
use serde::Serialize;
use utoipa::ToSchema;

use super::Scope;
use super::wire::{self, Date, Piece};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{Asking, At};
use crate::words::definitions as words;

/// Every definition over the same people.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the page, and what it is a list of, have one name")]
pub(crate) struct Definitions {
    object: String,
    on: Date,
    sentence: Vec<Piece>,
    /// People who are present.
    n_people: u64,
    /// How many of them ranks are compared over: all, or a sample that is the same each time.
    n_sampled: u64,
    /// Days of the window in which visits, minutes and shares are counted.
    window_days: u32,
    /// ISO 4217; of scores in `minor`.
    currency: String,
    /// Ours first.
    definitions: Vec<Definition>,
    /// Each pair of definitions once, and each with itself.
    agreements: Vec<PairAgreement>,
    /// Ranked people about whom the definitions differ most, the most first.
    disputed: Vec<Disputed>,
}

/// What a definition is.
#[derive(Serialize, ToSchema)]
pub(crate) struct AboutDefinition {
    id: &'static str,
    name: &'static str,
    author: &'static str,
    /// Empty where it is not known.
    year: &'static str,
    /// Where it was read.
    source: &'static str,
    measures: &'static str,
    /// How it is computed here.
    formula: &'static str,
    needs: &'static str,
    /// What it does not see.
    blind: &'static str,
    /// From where on it calls somebody engaged, and whose line that is.
    line: &'static str,
    /// What scores are counted in.
    unit: &'static str,
    /// Whether a lower score is more engaged.
    is_lower_better: bool,
}

/// What one definition says of everybody.
#[derive(Serialize, ToSchema)]
pub(crate) struct Definition {
    #[serde(flatten)]
    about: AboutDefinition,
    /// People it can judge.
    n_judged: u64,
    /// Why it cannot judge the others, the most frequent reason first.
    missing: Vec<MissingEvidence>,
    /// Mean score of those it judges.
    mean: Option<f64>,
    /// People for whom it draws a line.
    n_with_line: u64,
    /// Those of them it calls engaged.
    n_engaged: u64,
    /// Query of the list of them.
    list: String,
    /// A figure of the author's for everybody together.
    summary: Option<String>,
    /// How many are in each of its classes.
    classes: Vec<ClassCount>,
    /// The ten most engaged.
    top: Vec<Topmost>,
}

/// Why some people cannot be judged.
#[derive(Serialize, ToSchema)]
pub(crate) struct MissingEvidence {
    reason: &'static str,
    n: u64,
}

/// How many are in a class.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClassCount {
    class: &'static str,
    n: u64,
}

/// One of the most engaged by a definition.
#[derive(Serialize, ToSchema)]
pub(crate) struct Topmost {
    person: String,
    name: String,
    score: f64,
}

/// How two definitions rank the same people.
#[derive(Serialize, ToSchema)]
pub(crate) struct PairAgreement {
    a: &'static str,
    b: &'static str,
    /// Spearman's rank correlation, ties in the middle; null where fewer than three are judged by both, or one definition
    /// sees no difference between them.
    rho: Option<f64>,
    /// Ranked people whom both judge.
    n: u64,
}

/// Somebody about whom the definitions differ.
#[derive(Serialize, ToSchema)]
pub(crate) struct Disputed {
    person: String,
    name: String,
    /// Standard deviation of the ranks, in percent of people.
    spread: f64,
    /// The ranks, in the order of `definitions`: the percentage of ranked people below; null where it cannot judge.
    ranks: Vec<Option<f64>>,
}

/// What every definition says of one person.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonDefinitions {
    person: String,
    object: String,
    on: Date,
    sentence: Vec<Piece>,
    /// ISO 4217; of scores in `minor`.
    currency: String,
    rows: Vec<PersonDefinition>,
}

/// What one definition says of one person.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonDefinition {
    #[serde(flatten)]
    about: AboutDefinition,
    /// Null where it cannot judge; `missing` then says why.
    score: Option<f64>,
    class: Option<&'static str>,
    /// Null where no line is drawn.
    is_engaged: Option<bool>,
    /// The percentage of ranked people below.
    rank: Option<f64>,
    missing: Option<&'static str>,
    /// What the score is made of.
    parts: Vec<ScorePart>,
}

/// A part of a score.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScorePart {
    label: &'static str,
    value: String,
}

/// What every author's definition says of the people present, side by side.
#[utoipa::path(
    get, path = "/api/v1/definitions", tag = "desk", params(Scope), responses((status = 200, body = Definitions))
)]
pub(crate) async fn get_definitions(
    State(app): State<Arc<App>>,
    Asking(scope): Asking<Scope>,
) -> Result<Json<Definitions>, ApiError> {
    app.run(move |app| definitions(app, scope)).await.map(Json)
}

/// What every author's definition says of one person, and why.
#[utoipa::path(
    get, path = "/api/v1/people/{person}/definitions", tag = "people", params(("person" = String, Path), Scope),
    responses((status = 200, body = PersonDefinitions))
)]
pub(crate) async fn get_person_definitions(
    State(app): State<Arc<App>>,
    At(name): At<String>,
    Asking(scope): Asking<Scope>,
) -> Result<Json<PersonDefinitions>, ApiError> {
    app.run(move |app| person_definitions(app, &name, scope)).await.map(Json)
}

pub(crate) fn definitions(app: &App, scope: Scope) -> Result<Definitions, ApiError> {
    let asked = scope.whole(app)?;
    let found = app.engine.definitions(&asked)?;
    let names = app.engine.names_seen(&asked, &told_of(&found))?;
    Ok(Definitions {
        object: asked.object_name(),
        on: Date(asked.on),
        sentence: wire::sentence(words::of_all(&found, asked.on)),
        n_people: found.n_people,
        n_sampled: found.n_sampled,
        window_days: app.engine.settings.definitions.window_days,
        currency: app.engine.settings.standing.currency.clone(),
        definitions: found.seen.iter().map(|seen| definition(seen, &names)).collect(),
        agreements: agreements(&found),
        disputed: found.disputed.iter().map(|disputed| self::disputed(disputed, &names)).collect(),
    })
}

fn told_of(found: &Found) -> Vec<Key> {
    let top = found.seen.iter().flat_map(|seen| seen.top.iter().map(|(person, _)| *person));
    let mut all: Vec<Key> = top.chain(found.disputed.iter().map(|disputed| disputed.person)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn name_of(person: Key, names: &HashMap<Key, Name>) -> Name {
    names.get(&person).cloned().unwrap_or_else(|| Name::new("key", person.to_string()))
}

fn definition(seen: &Seen, names: &HashMap<Key, Name>) -> Definition {
    let topmost = |&(person, score): &(Key, f64)| {
        let name = name_of(person, names);
        Topmost { person: name.to_string(), name: name.id, score }
    };
    Definition {
        about: about(seen.lens),
        n_judged: seen.n_judged,
        missing: seen.missing.iter().map(|&(reason, n)| MissingEvidence { reason, n }).collect(),
        mean: seen.mean,
        n_with_line: seen.n_with_line,
        n_engaged: seen.n_engaged,
        list: format!("engaged_by={}", seen.lens.about().id),
        summary: seen.lens.summary(&seen.classes),
        classes: seen.classes.iter().map(|&(class, n)| ClassCount { class, n }).collect(),
        top: seen.top.iter().map(topmost).collect(),
    }
}

fn about(lens: Lens) -> AboutDefinition {
    let about = lens.about();
    AboutDefinition {
        id: about.id,
        name: about.name,
        author: about.author,
        year: about.year,
        source: about.source,
        measures: about.measures,
        formula: about.formula,
        needs: about.needs,
        blind: about.blind,
        line: about.line,
        unit: about.unit.name(),
        is_lower_better: about.is_lower_better,
    }
}

fn agreements(found: &Found) -> Vec<PairAgreement> {
    let pairs = Lens::ALL.iter().enumerate().flat_map(|(at, &a)| {
        let others = Lens::ALL.iter().zip(&found.agreements[at]).skip(at);
        others.map(move |(&b, agreement)| (a, b, *agreement))
    });
    pairs
        .map(|(a, b, agreement)| PairAgreement { a: a.about().id, b: b.about().id, rho: agreement.rho, n: agreement.n })
        .collect()
}

fn disputed(found: &FoundDisputed, names: &HashMap<Key, Name>) -> Disputed {
    let name = name_of(found.person, names);
    Disputed {
        person: name.to_string(),
        name: name.id,
        spread: 100.0 * found.spread,
        ranks: found.ranks.iter().map(|rank| rank.map(|rank| 100.0 * rank)).collect(),
    }
}

fn person_definitions(app: &App, name: &str, scope: Scope) -> Result<PersonDefinitions, ApiError> {
    let asked: Asked = scope.of_one(app)?;
    let key = app.engine.person_named(&asked, name)?;
    let said = app.engine.definitions_of(&asked, key)?;
    let name = name_of(key, &app.engine.names_seen(&asked, &[key])?);
    Ok(PersonDefinitions {
        person: name.to_string(),
        object: asked.object_name(),
        on: Date(asked.on),
        sentence: wire::sentence(words::of_one(&said, &name.id)),
        currency: app.engine.settings.standing.currency.clone(),
        rows: said.into_iter().map(row).collect(),
    })
}

fn row(said: Said) -> PersonDefinition {
    let judged = said.judged.as_ref().ok();
    PersonDefinition {
        about: about(said.lens),
        score: judged.map(|(judgement, _)| judgement.score),
        class: judged.and_then(|(judgement, _)| judgement.class),
        is_engaged: judged.and_then(|(judgement, _)| judgement.is_engaged),
        rank: judged.map(|(_, rank)| 100.0 * rank),
        missing: said.judged.err(),
        parts: said.parts.into_iter().map(|part| ScorePart { label: part.label, value: part.value }).collect(),
    }
}
