//! Settings: the compiled-in defaults with the operator's `parlour.toml` over them, checked.

use std::path::Path;

use parlour_core::alert::AlertSettings;
use parlour_core::duty::Duty;
use parlour_core::event::{MAX_ID_BYTES, MAX_TEXT_BYTES};
use parlour_core::lens::Choices;
use parlour_core::parameters::{DEFAULT_SETTINGS, Parameters};
use parlour_core::vocabulary::Vocabulary;
use parlour_core::wire::Limits;
use parlour_core::wire::json::MAX_DEPTH;
use serde::{Deserialize, Serialize};

use crate::EngineError;
use crate::staff::Role;

mod rooms;

pub use rooms::{MediaSettings, OfferSettings};

/// Room for what the second and later products of an order have after their message id.
const ORDER_SUFFIX_BYTES: usize = 8;
/// Most addresses that get the digest.
const MAX_MAIL_ADDRESSES: usize = 50;
/// Most bytes of what somebody writes in a form, whatever the setting: less than an event may have.
const MAX_FORM_BYTES: usize = 30_000;
/// Largest mail that is taken, whatever the setting.
const MAX_MAIL_BYTES: usize = 100_000_000;
/// Most files of a mail that are kept, whatever the setting.
const MAX_FILES: usize = 20;
/// Most bytes that may wait to be taken, whatever the setting.
const MAX_WAITING_BYTES: usize = 4_000_000_000;

/// All settings; `parlour.default.toml` explains each.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct Settings {
    pub standing: Parameters,
    pub definitions: Choices,
    pub duty: Duty,
    pub asks: AskSettings,
    pub forms: FormLimits,
    pub mentions: MentionLimits,
    pub rooms: RoomSettings,
    pub engine: EngineSettings,
    pub explore: ExploreSettings,
    pub server: ServerSettings,
    pub passwords: PasswordSettings,
    pub oidc: OidcSettings,
    pub ingest: IngestSettings,
    pub alerts: AlertSettings,
    pub delivery: DeliverySettings,
    pub mail: MailSettings,
    pub media: MediaSettings,
    pub offers: OfferSettings,
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
    pub kept_relations: usize,
    pub held_rows: u64,
    pub queue_bytes: usize,
    pub max_waiting_events: u64,
    pub max_unsealed_events: u64,
    pub journal_in_store: bool,
}

/// Under `[asks]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct AskSettings {
    pub undo_seconds: u32,
    pub hold_seconds: u32,
}

/// Under `[forms]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct FormLimits {
    pub text_bytes: usize,
    pub per_visitor: u32,
    pub kept_days: u32,
    pub max_watching: usize,
}

/// Under `[mentions]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct MentionLimits {
    pub page_bytes: usize,
    pub timeout_seconds: u64,
    pub max_waiting: i64,
    pub feed_minutes: u32,
    pub entry_days: u32,
    pub allow_private: bool,
}

/// Under `[rooms]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct RoomSettings {
    pub sign_up: bool,
    pub session_days: u32,
    pub frames: i64,
    pub page_frames: i64,
    pub photos: i64,
    pub acquaintances: i64,
    pub requests_per_day: u32,
    pub removed_days: u32,
}

impl RoomSettings {
    fn check(&self) -> Result<(), EngineError> {
        let is_fine = (1..=100_000).contains(&self.frames)
            && (1..=200).contains(&self.page_frames)
            && (1..=400).contains(&self.session_days)
            && 0 < self.photos
            && 0 < self.acquaintances;
        let wrong = "`rooms.frames` must be between 1 and 100000, `rooms.page_frames` between 1 and 200, \
            `rooms.session_days` between 1 and 400, `rooms.photos` and `rooms.acquaintances` at least 1";
        if is_fine { Ok(()) } else { Err(EngineError::Settings(wrong.to_owned())) }
    }
}

impl FormLimits {
    fn check(&self) -> Result<(), EngineError> {
        if !(1..=MAX_FORM_BYTES).contains(&self.text_bytes) || self.per_visitor == 0 || self.kept_days == 0 {
            let text = format!(
                "`forms.text_bytes` must be between 1 and {MAX_FORM_BYTES}, `forms.per_visitor` and `forms.kept_days` at \
                 least 1"
            );
            return Err(EngineError::Settings(text));
        }
        Ok(())
    }
}

impl MentionLimits {
    fn check(&self) -> Result<(), EngineError> {
        let is_fine = (1..=20_000_000).contains(&self.page_bytes)
            && (1..=60).contains(&self.timeout_seconds)
            && (5..=10_080).contains(&self.feed_minutes);
        if !is_fine {
            let text = "`mentions.page_bytes` must be between 1 and 20000000, `mentions.timeout_seconds` between 1 and \
                60, and `mentions.feed_minutes` between 5 and 10080";
            return Err(EngineError::Settings(text.to_owned()));
        }
        Ok(())
    }
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
    pub invite_days: u32,
    pub audit_days: u32,
}

/// Under `[passwords]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct PasswordSettings {
    pub least_length: usize,
    pub memory_kib: u32,
    pub passes: u32,
}

/// Under `[oidc]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct OidcSettings {
    pub issuer: String,
    pub client_id: String,
    pub client_token: String,
    pub name: String,
    pub domain: String,
    pub role: String,
}

impl PasswordSettings {
    fn check(&self) -> Result<(), EngineError> {
        let rules = [
            ((8..=128).contains(&self.least_length), "least_length", "between 8 and 128"),
            ((8192..=1_048_576).contains(&self.memory_kib), "memory_kib", "between 8192 and 1048576"),
            ((1..=20).contains(&self.passes), "passes", "between 1 and 20"),
        ];
        let wrong = rules.into_iter().find(|(is_fine, ..)| !is_fine);
        wrong.map_or(Ok(()), |(_, name, range)| {
            Err(EngineError::Settings(format!("`passwords.{name}` must be {range}")))
        })
    }
}

impl OidcSettings {
    /// Whether there is a provider to sign in with.
    pub fn is_set(&self) -> bool {
        !self.issuer.is_empty()
    }

    fn check(&self) -> Result<(), EngineError> {
        let wrong = |text: &str| Err(EngineError::Settings(text.to_owned()));
        if !self.is_set() {
            return Ok(());
        }
        let is_local = ["http://127.0.0.1", "http://localhost"].iter().any(|start| self.issuer.starts_with(start));
        if !self.issuer.starts_with("https://") && !is_local {
            return wrong("`oidc.issuer` must begin with `https://`");
        }
        if self.client_id.is_empty() || self.client_token.is_empty() {
            return wrong("`oidc.client_id` and `oidc.client_token` must be what the provider gave out for Parlour");
        }
        match Role::of_name(&self.role) {
            Some(Role::Owner) | None => wrong("`oidc.role` must be `analyst`, `agent` or `read-only`"),
            Some(Role::Analyst | Role::Agent | Role::ReadOnly) => Ok(()),
        }
    }
}

/// Under `[ingest]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct IngestSettings {
    pub event_bytes: usize,
    pub batch_bytes: usize,
    pub batch_events: usize,
    pub unpacked_bytes: usize,
    pub json_depth: usize,
    pub message_id_bytes: usize,
    pub body_seconds: u64,
    pub waiting_bytes: usize,
}

/// Under `[delivery]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct DeliverySettings {
    pub allow_private: bool,
    pub timeout_seconds: u64,
    pub kept_days: u32,
    pub desk: String,
}

/// Under `[mail]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct MailSettings {
    pub url: String,
    pub from: String,
    pub to: Vec<String>,
    pub poll_seconds: u64,
    pub max_bytes: usize,
    pub file_bytes: usize,
    pub max_files: usize,
    pub stored_bytes: u64,
    pub loop_after: u32,
}

impl MailSettings {
    /// Whether there is a server, so that answers can go out by mail.
    pub fn has_server(&self) -> bool {
        !self.url.is_empty()
    }

    /// Whether there is somebody to write a digest to as well.
    pub fn is_set(&self) -> bool {
        self.has_server() && !self.to.is_empty()
    }

    fn check(&self) -> Result<(), EngineError> {
        let wrong = |text: &str| Err(EngineError::Settings(text.to_owned()));
        if !self.url.is_empty() && !self.url.starts_with("smtp://") && !self.url.starts_with("smtps://") {
            // It may hold a password.
            return wrong("`mail.url` must begin with `smtp://` or `smtps://`");
        }
        if self.has_server() && !self.from.contains('@') {
            return wrong("`mail.from` must be the address that mail comes from, such as `parlour@example.com`");
        }
        if MAX_MAIL_ADDRESSES < self.to.len() || !self.to.iter().all(|to| to.contains('@')) {
            return wrong("`mail.to` must be at most 50 addresses, such as [\"anna@example.com\"]");
        }
        if !(5..=3_600).contains(&self.poll_seconds) {
            return wrong("`mail.poll_seconds` must be between 5 and 3600");
        }
        if !(10_000..=MAX_MAIL_BYTES).contains(&self.max_bytes) || self.max_bytes < self.file_bytes {
            return wrong("`mail.max_bytes` must be between 10000 and 100000000, and `mail.file_bytes` at most that");
        }
        if MAX_FILES < self.max_files || self.loop_after == 0 {
            return wrong("`mail.max_files` must be at most 20, and `mail.loop_after` at least 1");
        }
        Ok(())
    }
}

impl IngestSettings {
    /// What the decoders may take.
    pub fn limits(&self) -> Limits {
        Limits {
            event_bytes: self.event_bytes,
            batch_events: self.batch_events,
            message_id_bytes: self.message_id_bytes,
            json_depth: self.json_depth,
        }
    }

    fn check(&self) -> Result<(), EngineError> {
        let most_id = MAX_ID_BYTES - ORDER_SUFFIX_BYTES;
        let rules = [
            (
                (1..=MAX_TEXT_BYTES).contains(&self.event_bytes),
                "event_bytes",
                format!("between 1 and {MAX_TEXT_BYTES}"),
            ),
            ((1..=10_000).contains(&self.batch_events), "batch_events", "between 1 and 10000".to_owned()),
            (
                (1..=self.unpacked_bytes).contains(&self.batch_bytes),
                "batch_bytes",
                "at most `unpacked_bytes`".to_owned(),
            ),
            (self.unpacked_bytes <= 100_000_000, "unpacked_bytes", "at most 100000000".to_owned()),
            ((1..=MAX_DEPTH).contains(&self.json_depth), "json_depth", format!("between 1 and {MAX_DEPTH}")),
            ((1..=most_id).contains(&self.message_id_bytes), "message_id_bytes", format!("between 1 and {most_id}")),
            ((1..=600).contains(&self.body_seconds), "body_seconds", "between 1 and 600".to_owned()),
            (
                (self.unpacked_bytes..=MAX_WAITING_BYTES).contains(&self.waiting_bytes),
                "waiting_bytes",
                format!("between `unpacked_bytes` and {MAX_WAITING_BYTES}"),
            ),
        ];
        let wrong = rules.into_iter().find(|(is_fine, ..)| !is_fine);
        wrong.map_or(Ok(()), |(_, name, range)| Err(EngineError::Settings(format!("`ingest.{name}` must be {range}"))))
    }
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
        settings.definitions.check().map_err(EngineError::Settings)?;
        settings.duty.check().map_err(|error| EngineError::Settings(error.to_string()))?;
        if 600 < settings.asks.undo_seconds || !(5..=3600).contains(&settings.asks.hold_seconds) {
            let text = "`asks.undo_seconds` must be at most 600 and `asks.hold_seconds` between 5 and 3600";
            return Err(EngineError::Settings(text.to_owned()));
        }
        settings.forms.check()?;
        settings.mentions.check()?;
        settings.rooms.check()?;
        let engine = &settings.engine;
        if engine.seal_events == 0 || engine.compact_fan_in < 2 {
            let text = "`engine.seal_events` must be at least 1 and `engine.compact_fan_in` at least 2";
            return Err(EngineError::Settings(text.to_owned()));
        }
        settings.ingest.check()?;
        settings.passwords.check()?;
        settings.oidc.check()?;
        settings.alerts.check().map_err(EngineError::Settings)?;
        if !(1..=60).contains(&settings.delivery.timeout_seconds) {
            let text = "`delivery.timeout_seconds` must be between 1 and 60";
            return Err(EngineError::Settings(text.to_owned()));
        }
        settings.mail.check()?;
        settings.media.check()?;
        settings.offers.check()?;
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
        assert!(error("[definitions]\nwindow_days = 3\n").contains("definitions.window_days"));
        assert!(error("[duty.hours]\ncomplaint = 0.0\n").contains("duty.hours"));
        assert!(error("[asks]\nhold_seconds = 1\n").contains("asks.hold_seconds"));
        assert!(error("[forms]\nper_visitor = 0\n").contains("forms.per_visitor"));
        assert!(error("[mentions]\nfeed_minutes = 1\n").contains("mentions.feed_minutes"));
        assert!(error("[rooms]\npage_frames = 0\n").contains("rooms.page_frames"));
        assert!(error("[engine]\nseal_events = 0\n").contains("seal_events"));
        assert!(error("[ingest]\nevent_bytes = 40000\n").contains("ingest.event_bytes"));
        assert!(error("[alerts]\nquiet_below = 3.0\n").contains("alerts.quiet_below"));
        assert!(error("[delivery]\ntimeout_seconds = 0\n").contains("delivery.timeout_seconds"));
        let mail = error("[mail]\nurl = \"http://me:s3cret@x\"\n");
        assert!(mail.contains("mail.url") && !mail.contains("s3cret"), "{mail}");
        assert!(error("[mail]\nurl = \"smtp://x\"\nto = [\"a@b.example\"]\n").contains("mail.from"));
        assert!(error("[mail]\nto = [\"nobody\"]\n").contains("mail.to"));
        assert!(error("[passwords]\nleast_length = 4\n").contains("passwords.least_length"));
        assert!(error("[oidc]\nissuer = \"http://id.example\"\n").contains("oidc.issuer"));
        let whole = "[oidc]\nissuer = \"https://id.example\"\nclient_id = \"p\"\nclient_token = \"s\"\n";
        assert!(error(&format!("{whole}role = \"owner\"\n")).contains("oidc.role"), "a provider makes no owners");
        assert!(Settings::parse(whole).unwrap().oidc.is_set());
        assert!(error("[mail]\npoll_seconds = 0\n").contains("mail.poll_seconds"));
        assert!(error("[mail]\nmax_bytes = 1\n").contains("mail.max_bytes"));
        assert!(error("[mail]\nloop_after = 0\n").contains("mail.loop_after"));
    }
}
