//! Settings: every parameter with what it means, and the vocabulary with how often each verb was met.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use parlour_core::parameters::DEFAULT_SETTINGS;
use parlour_core::vocabulary::{By, Feeling, Role};
use parlour_engine::desk::overview::VerbUse;
use parlour_engine::settings::Settings as EngineSettings;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::{App, State};
use crate::error::ApiError;

/// Most unmapped names that are told, the most frequent.
const MAX_UNMAPPED: usize = 500;

/// Every parameter and the vocabulary.
#[derive(Serialize, ToSchema)]
pub(crate) struct Settings {
    parameters: Vec<Parameter>,
    layers: Vec<LayerFactor>,
    verbs: Vec<VerbRow>,
    /// Names from outside and the verb each stands for.
    names: Vec<NameRow>,
    /// Names from outside that stand for no verb, the most frequent first; at most 500.
    unmapped: Vec<UnmappedName>,
}

/// One parameter.
#[derive(Serialize, ToSchema)]
pub(crate) struct Parameter {
    /// As in `parlour.toml`, with its section: `standing.half_life_days`.
    name: String,
    value: String,
    default: String,
    /// What it means.
    about: String,
}

/// What things done on a layer count.
#[derive(Serialize, ToSchema)]
pub(crate) struct LayerFactor {
    layer: &'static str,
    factor: f64,
}

/// One verb.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerbRow {
    verb: String,
    /// ActivityStreams 2.0 or schema.org Action type.
    as2: String,
    /// `+`, `0`, `-`, or `±` where rating or text decides.
    kind: &'static str,
    /// Points for one, before layer and decay.
    points: f64,
    /// The class of ask it opens.
    ask: Option<String>,
    /// `none`, `purchase`, `renewal`, `refund` or `cancellation`.
    role: &'static str,
    /// `person`, `brand` or `system`.
    by: &'static str,
    /// Events so far, under all names that stand for it.
    n: u64,
}

/// A name from outside and its verb.
#[derive(Serialize, ToSchema)]
pub(crate) struct NameRow {
    name: String,
    verb: String,
}

/// A name from outside without a verb.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnmappedName {
    name: String,
    /// Events so far.
    n: u64,
}

/// Every parameter with its meaning, and the vocabulary with counts.
#[utoipa::path(get, path = "/api/v1/settings", tag = "settings", responses((status = 200, body = Settings)))]
pub(crate) async fn get_settings(State(app): State<Arc<App>>) -> Result<Json<Settings>, ApiError> {
    app.run(settings).await.map(Json)
}

fn settings(app: &App) -> Result<Settings, ApiError> {
    let vocabulary = app.engine.vocabulary();
    let census = app.census()?;
    let mut by_verb: BTreeMap<&str, u64> = BTreeMap::new();
    let mut unmapped = Vec::new();
    for VerbUse { stored, n, .. } in &census.by_verb {
        if let Some(verb) = vocabulary.resolve(stored) {
            *by_verb.entry(verb).or_default() += n;
        } else {
            let name = stored.strip_prefix("did:").unwrap_or(stored).to_owned();
            unmapped.push(UnmappedName { name, n: *n });
        }
    }
    unmapped.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.name.cmp(&b.name)));
    unmapped.truncate(MAX_UNMAPPED);
    let verbs = vocabulary.verbs.iter().map(|(name, verb)| VerbRow {
        verb: name.clone(),
        as2: verb.as2.clone(),
        kind: kind(verb.kind),
        points: verb.points,
        ask: verb.ask.map(|opens| opens.to_string()),
        role: role(verb.role),
        by: by(verb.by),
        n: by_verb.get(name.as_str()).copied().unwrap_or(0),
    });
    Ok(Settings {
        parameters: parameters(&app.engine.settings)?,
        layers: vocabulary
            .layers
            .iter()
            .map(|(layer, factor)| LayerFactor { layer: layer.name(), factor: *factor })
            .collect(),
        verbs: verbs.collect(),
        names: vocabulary.names.iter().map(|(name, verb)| NameRow { name: name.clone(), verb: verb.clone() }).collect(),
        unmapped,
    })
}

fn kind(feeling: Feeling) -> &'static str {
    match feeling {
        Feeling::Positive => "+",
        Feeling::Neutral => "0",
        Feeling::Negative => "-",
        Feeling::ByEvidence => "±",
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::None => "none",
        Role::Purchase => "purchase",
        Role::Renewal => "renewal",
        Role::Refund => "refund",
        Role::Cancellation => "cancellation",
    }
}

fn by(by: By) -> &'static str {
    match by {
        By::Person => "person",
        By::Brand => "brand",
        By::System => "system",
    }
}

/// Every parameter in the order of the file that explains them.
fn parameters(settings: &EngineSettings) -> Result<Vec<Parameter>, ApiError> {
    let whole = |settings: &EngineSettings| {
        serde_json::to_value(settings).map_err(|error| ApiError::internal(error.to_string()))
    };
    let (own, default) = (whole(settings)?, whole(&EngineSettings::parse("")?)?);
    let text = |settings: &Value, (section, key): (&str, &str)| {
        settings.get(section).and_then(|section| section.get(key)).map_or_else(String::new, readable)
    };
    // A token opens a door, and so does a password in an address; that there is one is all that pages tell.
    let told = |settings: &Value, (section, key): (&str, &str)| {
        let text = text(settings, (section, key));
        match (key.ends_with("_token") || key == "url", text.is_empty()) {
            (_, true) => "not set".to_owned(),
            (true, false) => "set".to_owned(),
            (false, false) => text,
        }
    };
    let explained = explained(DEFAULT_SETTINGS).into_iter().map(|(section, key, about)| Parameter {
        name: format!("{section}.{key}"),
        value: told(&own, (&section, &key)),
        default: told(&default, (&section, &key)),
        about,
    });
    Ok(explained.collect())
}

/// Section, key and comment of every setting of the file. A key that has no comment of its own shares the one before.
fn explained(text: &str) -> Vec<(String, String, String)> {
    let (mut section, mut about, mut is_open) = (String::new(), String::new(), false);
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix('#') {
            if is_open {
                about.push(' ');
            } else {
                about.clear();
            }
            about.push_str(comment.trim());
            is_open = true;
            continue;
        }
        is_open = false;
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.clone_into(&mut section);
            about.clear();
        } else if let Some((key, _)) = line.split_once('=').filter(|_| !section.is_empty()) {
            found.push((section.clone(), key.trim().to_owned(), about.clone()));
        }
    }
    found
}

/// A value as people write it.
fn readable(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
        }
        Value::Array(items) => items.iter().map(readable).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Bool(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_explained() {
        let own = EngineSettings::parse("[standing]\nhalf_life_days = 7\n").unwrap();
        let parameters = parameters(&own).unwrap();
        assert!(parameters.iter().all(|of| !of.about.is_empty() && !of.default.is_empty() && !of.value.is_empty()));
        let all = serde_json::to_value(&own).unwrap();
        let n: usize =
            all.as_object().unwrap().values().filter_map(|of| of.as_object()).map(serde_json::Map::len).sum();
        assert_eq!(parameters.len(), n);
        let half_life = &parameters[0];
        assert_eq!(
            (half_life.name.as_str(), half_life.value.as_str(), half_life.default.as_str(), half_life.about.as_str()),
            ("standing.half_life_days", "7", "30", "Days in which involvement halves.")
        );
        let own = EngineSettings::parse("[server]\nmetrics_token = \"s3cret\"\n").unwrap();
        let told = super::parameters(&own).unwrap();
        assert!(
            told.iter().any(|of| of.name == "server.metrics_token" && of.value == "set" && of.default == "not set")
        );
        let own = EngineSettings::parse("[mail]\nurl = \"smtp://me:s3cret@x\"\nfrom = \"a@b.example\"\n").unwrap();
        assert!(super::parameters(&own).unwrap().iter().any(|of| of.name == "mail.url" && of.value == "set"));
        let shared: Vec<_> = parameters.iter().filter(|of| of.about.contains("to send its headers")).collect();
        assert_eq!(shared.len(), 2);
    }
}
