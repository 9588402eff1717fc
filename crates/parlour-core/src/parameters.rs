//! Parameters of a standing: the settings of the arithmetic, checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Most days the two direction windows may span together; their active days are kept as bits of a `u128`.
pub const MAX_WINDOW_DAYS: u32 = 128;

/// The settings under `[standing]`; `parlour.default.toml` explains each.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct Parameters {
    pub half_life_days: f64,
    pub retention_months: u16,
    pub recent_days: u32,
    pub before_days: u32,
    pub direction_certainty: f64,
    pub new_days: u32,
    pub overdue_quantile: f64,
    pub prior_gaps: u32,
    pub currency: String,
    pub margin: f64,
    pub margins: BTreeMap<String, f64>,
    pub id_ranks: Vec<String>,
    pub blocked_ids: Vec<String>,
    pub max_ids_per_kind: usize,
    pub id_limits: BTreeMap<String, IdLimit>,
    pub shared_after: usize,
}

/// How many ids of one kind may be one person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdLimit {
    /// The most ids.
    pub most: usize,
    /// That joined within so many days; without it, ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

/// A parameter outside its range: its name and what it may be.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`standing.{name}` must be {range}")]
pub struct OutOfRange {
    /// Which.
    pub name: &'static str,
    /// What it may be.
    pub range: &'static str,
}

impl Parameters {
    /// The margin of an object: its own, or that of the nearest it belongs to, or the one of all. `line` are their names,
    /// nearest first.
    pub fn margin_of(&self, mut line: impl Iterator<Item = String>) -> f64 {
        line.find_map(|name| self.margins.get(&name).copied()).unwrap_or(self.margin)
    }

    /// Checks every parameter's range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let rules = [
            ((0.5..=36_500.0).contains(&self.half_life_days), "half_life_days", "between 0.5 and 36500 days"),
            ((1..=1200).contains(&self.retention_months), "retention_months", "between 1 and 1200 months"),
            (
                self.recent_days >= 1
                    && self.before_days >= 1
                    && self.recent_days.saturating_add(self.before_days) <= MAX_WINDOW_DAYS,
                "recent_days",
                "at least 1, as before_days, and with it at most 128 days",
            ),
            ((0.5..1.0).contains(&self.direction_certainty), "direction_certainty", "at least 0.5 and below 1"),
            ((0.5..1.0).contains(&self.overdue_quantile), "overdue_quantile", "at least 0.5 and below 1"),
            ((1..=1000).contains(&self.prior_gaps), "prior_gaps", "between 1 and 1000"),
            (self.new_days <= 3660, "new_days", "at most 3660 days"),
            (
                crate::event::Currency::of_code(&self.currency).is_some(),
                "currency",
                "an ISO 4217 code of three letters, such as EUR",
            ),
            (is_margin(self.margin), "margin", "above 0 and at most 1"),
            (
                self.margins.iter().all(|(name, margin)| name.contains(':') && is_margin(*margin)),
                "margins",
                "above 0 and at most 1 for every `kind:id`, such as \"brand:acme\" = 0.3",
            ),
            (self.max_ids_per_kind >= 1, "max_ids_per_kind", "at least 1"),
            (
                self.id_limits.values().all(|limit| limit.most >= 1 && limit.days != Some(0)),
                "id_limits",
                "at least 1 id and, where given, 1 day for every kind",
            ),
        ];
        match rules.into_iter().find(|(is_kept, _, _)| !is_kept) {
            Some((_, name, range)) => Err(OutOfRange { name, range }),
            None => Ok(()),
        }
    }
}

fn is_margin(margin: f64) -> bool {
    0.0 < margin && margin <= 1.0
}

/// The settings file that is compiled in.
pub const DEFAULT_SETTINGS: &str = include_str!("../../../parlour.default.toml");

impl Default for Parameters {
    /// The defaults of `parlour.default.toml`.
    fn default() -> Self {
        #[derive(Deserialize)]
        struct File {
            standing: Parameters,
        }
        let file: File = toml::from_str(DEFAULT_SETTINGS).expect("the compiled-in settings are checked by a test");
        file.standing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_in_range_and_a_wrong_one_is_named() {
        let mut parameters = Parameters::default();
        assert_eq!(parameters.check(), Ok(()));
        parameters.before_days = 200;
        assert!(parameters.check().unwrap_err().to_string().contains("standing.recent_days"));
        let of = |name: &str, margin| Parameters {
            margins: BTreeMap::from([(name.to_owned(), margin)]),
            ..Parameters::default()
        };
        assert!(of("acme", 0.3).check().is_err() && of("brand:acme", 0.0).check().is_err());
        let acme = of("brand:acme", 0.3);
        assert_eq!(acme.check(), Ok(()));
        let margin = |line: &[&str]| acme.margin_of(line.iter().map(|name| (*name).to_owned()));
        assert_eq!((margin(&["product:x", "brand:acme"]), margin(&["brand:other"])), (0.3, 1.0));
    }
}
