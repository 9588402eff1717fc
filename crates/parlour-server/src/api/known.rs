//! What somebody said of what is known of them: their consent by purpose, and what they dispute.

use parlour_core::consent::{Choice, How, Purpose};
use parlour_core::key::Key;
use parlour_core::said::Saying;
use parlour_engine::clock;
use parlour_store::dispute;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::ApiError;

/// What somebody lets be done, and everything they said of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Consent {
    purpose: ConsentPurpose,
    is_given: bool,
    /// Who said so, and when; null where nothing was ever said, so that nothing is withdrawn.
    by: Option<ConsentWord>,
    /// The newest first.
    history: Vec<ConsentWord>,
}

/// A word for or against a purpose.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentWord {
    at: String,
    is_given: bool,
    how: ConsentHow,
}

/// For what.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConsentPurpose {
    /// Having what one does made into standings, lists, numbers and forecasts.
    Reading,
    /// Having what concerns one sent to other systems.
    Sharing,
    /// Having brands ask to hang their pictures.
    Offers,
}

/// How it was said.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConsentHow {
    /// In one's room.
    Room,
    /// By one's browser: Global Privacy Control.
    Browser,
    /// To staff.
    Desk,
}

/// Something that somebody says against what was concluded of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct Dispute {
    /// `kind:id`.
    object: String,
    object_title: String,
    /// Which value of their standing.
    matter: String,
    /// What is so instead, which counts in place of what was concluded; null where it stands beside it.
    said: Option<String>,
    /// The same as a sentence.
    said_in_words: Option<String>,
    words: String,
    at: String,
    taken_back_at: Option<String>,
}

impl From<ConsentPurpose> for Purpose {
    fn from(purpose: ConsentPurpose) -> Self {
        match purpose {
            ConsentPurpose::Reading => Self::Reading,
            ConsentPurpose::Sharing => Self::Sharing,
            ConsentPurpose::Offers => Self::Offers,
        }
    }
}

impl From<Purpose> for ConsentPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Reading => Self::Reading,
            Purpose::Sharing => Self::Sharing,
            Purpose::Offers => Self::Offers,
        }
    }
}

impl From<Choice> for ConsentWord {
    fn from(choice: Choice) -> Self {
        let how = match choice.how {
            How::Room => ConsentHow::Room,
            How::Browser => ConsentHow::Browser,
            How::Desk => ConsentHow::Desk,
        };
        Self { at: clock::rfc3339(choice.at), is_given: choice.is_given, how }
    }
}

/// What the person of these ids lets be done.
pub(crate) fn consents(app: &App, ids: &[Key]) -> Result<Vec<Consent>, ApiError> {
    let stances = app.engine.stances(ids)?.into_iter();
    Ok(stances
        .map(|stance| Consent {
            purpose: stance.purpose.into(),
            is_given: stance.is_given,
            by: stance.by.map(Into::into),
            history: stance.history.into_iter().map(Into::into).collect(),
        })
        .collect())
}

/// What the person of these ids disputes, of what whoever asks may see, the newest first.
pub(crate) fn disputes(app: &App, ids: &[Key]) -> Result<Vec<Dispute>, ApiError> {
    let mut told = Vec::new();
    for one in app.engine.disputes_of(ids)?.into_iter().rev() {
        let name = app.engine.object_named(one.object).to_string();
        if app.may_see(&name)? {
            told.push(dispute_of(app, one, name));
        }
    }
    Ok(told)
}

fn dispute_of(app: &App, one: dispute::Dispute, object: String) -> Dispute {
    let title = app.engine.title_of_brand(&object);
    Dispute {
        said_in_words: Saying::of_name(&one.said).map(|saying| saying.in_words(&title)),
        said: (!one.said.is_empty()).then_some(one.said),
        object_title: title,
        object,
        matter: one.matter,
        words: one.words,
        at: clock::rfc3339(one.at),
        taken_back_at: one.taken_back_at.map(clock::rfc3339),
    }
}
