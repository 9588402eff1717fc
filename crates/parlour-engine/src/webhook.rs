//! Webhooks in: what another system posts becomes events by its source's mapping.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use parlour_core::event::{Event, Flaw};
use parlour_store::rejected::Rejected;

use crate::engine::Engine;
use crate::mapping::{Body, Mapping};
use crate::source::{Source, SourceKind};
use crate::submission::{Receipt, Refused, Submission};
use crate::{EngineError, clock, mqtt};

/// The dialect of what came by a webhook.
pub(crate) const DIALECT: &str = "webhook";

/// Mappings made ready, by their source, with the text each was made of.
#[derive(Debug, Default)]
pub(crate) struct Mappings(Mutex<HashMap<i64, (String, Arc<Mapping>)>>);

impl Engine {
    /// Takes what was posted to a source: its events, or the whole of it as a rejection with the reason. When this
    /// returns, either is durable.
    pub fn take_webhook(
        &self,
        source: &Source,
        headers: &[(String, String)],
        raw: &[u8],
    ) -> Result<Receipt, EngineError> {
        let submission = match self.mapped(source, headers, raw, clock::now()) {
            Ok(events) => {
                let events = events.into_iter().map(|event| (event, None)).collect();
                Submission { events, ..Submission::default() }
            }
            Err(flaw) => {
                let refused = vec![Refused { line: None, flaw, raw: raw.to_vec() }];
                Submission { refused, dialect: Some(DIALECT), ..Submission::default() }
            }
        };
        self.append(&source.name, submission)
    }

    /// What a body would become by a mapping (the source's own unless one is given), with nothing stored. A broker's
    /// comes from `topic`, or from a topic called like the pattern.
    pub fn try_mapping(
        &self,
        source: &Source,
        mapping: Option<&str>,
        topic: Option<&str>,
        raw: &[u8],
    ) -> Result<Vec<Event>, Flaw> {
        let now = clock::now();
        let mapping = match mapping {
            None => self.mapping_of(source)?,
            Some(text) => Arc::new(Mapping::parse(text).map_err(Flaw::Unreadable)?),
        };
        let topic = topic.or(mapping.topic.as_deref()).filter(|_| source.kind == SourceKind::Mqtt);
        let events = match topic {
            None => mapping.events(&Body::of(source, raw, now), &self.vocabulary())?,
            Some(topic) => {
                let raw = mqtt::pasted(topic, raw);
                mapping.events(&Body { topic: Some(topic), ..Body::of(source, &raw, now) }, &self.vocabulary())?
            }
        };
        match events.iter().find_map(|event| event.flaw(now)) {
            None => Ok(events),
            Some(flaw) => Err(flaw),
        }
    }

    /// The events of a webhook's rejection, by the mapping that its source has now.
    pub(crate) fn remapped(&self, row: &Rejected) -> Result<Vec<Event>, Flaw> {
        let gone = || Flaw::Unreadable(format!("source `{}` is no longer there", row.source));
        let source = self.source_named(&row.source).ok_or_else(gone)?;
        self.mapped(&source, &[], &row.raw, row.at)
    }

    fn mapped(&self, source: &Source, headers: &[(String, String)], raw: &[u8], at: i64) -> Result<Vec<Event>, Flaw> {
        self.mapping_of(source)?.events(&body(source, headers, raw, at), &self.vocabulary())
    }

    pub(crate) fn mapping_of(&self, source: &Source) -> Result<Arc<Mapping>, Flaw> {
        let Some(text) = &source.mapping else {
            return Err(Flaw::Unreadable(format!("source `{}` has no mapping; give it one in Settings", source.name)));
        };
        let mut ready = self.mappings.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, mapping)) = ready.get(&source.id).filter(|(known, _)| known == text) {
            return Ok(Arc::clone(mapping));
        }
        let mapping = Arc::new(Mapping::parse(text).map_err(Flaw::Unreadable)?);
        ready.insert(source.id, (text.clone(), Arc::clone(&mapping)));
        Ok(mapping)
    }
}

fn body<'a>(source: &'a Source, headers: &'a [(String, String)], raw: &'a [u8], received_at: i64) -> Body<'a> {
    let message = headers.iter().find(|(name, _)| name == "webhook-id").map(|(_, id)| id.as_str());
    Body { headers, message, ..Body::of(source, raw, received_at) }
}
