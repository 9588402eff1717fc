//! Settings of rooms: what pictures may cost, what brands may offer, and how many people a total takes.

use parlour_media::Limits;
use serde::{Deserialize, Serialize};

use crate::EngineError;

/// Largest picture that is taken, whatever the setting.
const MAX_PICTURE_BYTES: usize = 100_000_000;

/// Under `[media]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct MediaSettings {
    pub max_bytes: usize,
    pub max_pixels: u64,
    pub max_side: u32,
    pub memory_bytes: u64,
    pub at_once: usize,
    pub receiving: usize,
    pub upload_seconds: u64,
    pub owner_bytes: i64,
    pub link_minutes: u32,
}

/// Under `[offers]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct OfferSettings {
    pub k: i64,
    pub set_images: i64,
    pub max_products: i64,
    pub catalogue_bytes: usize,
    pub max_tags: i64,
    pub max_facts: i64,
}

impl MediaSettings {
    /// What one file may cost.
    pub fn limits(&self) -> Limits {
        Limits {
            max_bytes: self.max_bytes,
            max_pixels: self.max_pixels,
            max_side: self.max_side,
            max_memory: self.memory_bytes,
        }
    }

    pub(super) fn check(&self) -> Result<(), EngineError> {
        let rules = [
            ((1..=MAX_PICTURE_BYTES).contains(&self.max_bytes), "max_bytes", "between 1 and 100000000"),
            ((1..=400_000_000).contains(&self.max_pixels), "max_pixels", "between 1 and 400000000"),
            ((1..=65_535).contains(&self.max_side), "max_side", "between 1 and 65535"),
            (self.memory_bytes > 0, "memory_bytes", "at least 1"),
            ((1..=64).contains(&self.at_once), "at_once", "between 1 and 64"),
            ((1..=1024).contains(&self.receiving), "receiving", "between 1 and 1024"),
            ((1..=3600).contains(&self.upload_seconds), "upload_seconds", "between 1 and 3600"),
            (self.owner_bytes > 0, "owner_bytes", "at least 1"),
            ((2..=10_080).contains(&self.link_minutes), "link_minutes", "between 2 and 10080"),
        ];
        told("media", &rules)
    }
}

impl OfferSettings {
    pub(super) fn check(&self) -> Result<(), EngineError> {
        let rules = [
            ((1..=1000).contains(&self.k), "k", "between 1 and 1000"),
            ((1..=1000).contains(&self.set_images), "set_images", "between 1 and 1000"),
            (self.max_products > 0, "max_products", "at least 1"),
            ((1..=500_000_000).contains(&self.catalogue_bytes), "catalogue_bytes", "between 1 and 500000000"),
            ((1..=1000).contains(&self.max_tags), "max_tags", "between 1 and 1000"),
            ((1..=10_000).contains(&self.max_facts), "max_facts", "between 1 and 10000"),
        ];
        told("offers", &rules)
    }
}

fn told(table: &str, rules: &[(bool, &str, &str)]) -> Result<(), EngineError> {
    let wrong = rules.iter().find(|(is_fine, ..)| !is_fine);
    wrong.map_or(Ok(()), |(_, name, range)| Err(EngineError::Settings(format!("`{table}.{name}` must be {range}"))))
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn mistakes_are_named() {
        let error = |own: &str| Settings::parse(own).unwrap_err().to_string();
        assert!(error("[media]\nat_once = 0\n").contains("media.at_once"));
        assert!(error("[media]\nlink_minutes = 1\n").contains("media.link_minutes"));
        assert!(error("[offers]\nk = 0\n").contains("offers.k"));
        assert_eq!(Settings::parse("").unwrap().offers.k, 5);
    }
}
