//! Settings: the compiled-in defaults with the operator's `parlour.toml` over them, checked.

use std::path::Path;

use parlour_core::parameters::{DEFAULT_SETTINGS, Parameters};
use parlour_core::vocabulary::Vocabulary;
use serde::{Deserialize, Serialize};

use crate::EngineError;

/// All settings; `parlour.default.toml` explains each.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct Settings {
    pub standing: Parameters,
    pub engine: EngineSettings,
    pub explore: ExploreSettings,
    pub server: ServerSettings,
    /// The operator's own vocabulary file, relative to the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<String>,
}

/// Under `[engine]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct EngineSettings {
    pub seal_events: u64,
    pub compact_fan_in: usize,
    pub duplicate_window_days: u32,
    pub kept_days: usize,
    pub rejected_days: u32,
}

/// Under `[explore]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct ExploreSettings {
    pub max_seconds: u64,
    pub max_rows: usize,
    pub max_bytes: usize,
}

/// Under `[server]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct ServerSettings {
    pub listen: String,
    pub session_days: u32,
    pub link_minutes: u32,
    pub max_body_bytes: usize,
    pub header_seconds: u64,
    pub request_seconds: u64,
    pub max_connections: usize,
    pub metrics_token: String,
}

impl Settings {
    /// The defaults with `parlour.toml` of the data folder over them, where there is one.
    pub fn load(folder: &Path) -> Result<Self, EngineError> {
        let path = folder.join("parlour.toml");
        let own = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(EngineError::Folder { path: path.display().to_string(), source }),
        };
        Self::parse(&own).map_err(|error| EngineError::Settings(format!("`{}`: {error}", path.display())))
    }

    /// The defaults with `own` over them.
    pub fn parse(own: &str) -> Result<Self, EngineError> {
        let wrong = |error: toml::de::Error| EngineError::Settings(error.to_string());
        let mut all: toml::Table = toml::from_str(DEFAULT_SETTINGS).map_err(wrong)?;
        let own: toml::Table = toml::from_str(own).map_err(wrong)?;
        lay_over(&mut all, own);
        let settings: Self = toml::Value::Table(all).try_into().map_err(wrong)?;
        settings.standing.check().map_err(|error| EngineError::Settings(error.to_string()))?;
        let engine = &settings.engine;
        if engine.seal_events == 0 || engine.compact_fan_in < 2 {
            let text = "`engine.seal_events` must be at least 1 and `engine.compact_fan_in` at least 2";
            return Err(EngineError::Settings(text.to_owned()));
        }
        Ok(settings)
    }

    /// The operator's vocabulary, or the compiled-in one.
    pub fn vocabulary(&self, folder: &Path) -> Result<Vocabulary, EngineError> {
        let Some(file) = &self.vocabulary else { return Ok(Vocabulary::default()) };
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path)
            .map_err(|source| EngineError::Folder { path: path.display().to_string(), source })?;
        Ok(Vocabulary::parse(&text)?)
    }
}

fn lay_over(below: &mut toml::Table, above: toml::Table) {
    for (name, value) in above {
        match (below.get_mut(&name), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => lay_over(below, above),
            (_, value) => {
                below.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_settings_lie_over_the_defaults_and_mistakes_are_named() {
        let settings = Settings::parse("[standing]\nhalf_life_days = 7\n").unwrap();
        assert!((settings.standing.half_life_days - 7.0).abs() < f64::EPSILON);
        assert_eq!(settings.standing.retention_months, 24);
        let error = |own: &str| Settings::parse(own).unwrap_err().to_string();
        assert!(error("[standing]\nhalf_live_days = 7\n").contains("half_live_days"));
        assert!(error("[standing]\ncurrency = \"EURO\"\n").contains("standing.currency"));
        assert!(error("[engine]\nseal_events = 0\n").contains("seal_events"));
    }
}
