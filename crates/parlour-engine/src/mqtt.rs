//! MQTT: what a source of that kind subscribes to, and what the messages become by its mapping. No network here.

use std::fmt;

use parlour_core::event::{Event, Flaw};
use parlour_store::rejected::Rejected;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::engine::Engine;
use crate::mapping::{Body, Mapping};
use crate::source::{Source, SourceKind};
use crate::submission::{Receipt, Refused, Submission};
use crate::{EngineError, clock};

/// The dialect of what a broker sent.
pub(crate) const DIALECT: &str = "mqtt";
/// Largest body of a message, bytes.
pub const MAX_BODY_BYTES: usize = 256 << 10;
/// Longest topic, bytes, as MQTT has it.
const MAX_TOPIC_BYTES: usize = 65_535;
/// Where brokers listen, in the clear and for TLS.
const PORTS: (u16, u16) = (1883, 8883);
/// How a certificate in text begins.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// What a source is subscribed to.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The broker's host.
    pub host: String,
    /// The broker's port.
    pub port: u16,
    /// How it is spoken to in secret; `None` for in the clear.
    pub tls: Option<Tls>,
    /// As whom, where the broker asks.
    pub user: Option<String>,
    /// With which password.
    pub password: Option<String>,
    /// The topics, maybe with `+` and `#`.
    pub topic: String,
    /// By which the broker knows the session again, after a restart too.
    pub client_id: String,
}

/// How a broker proves who it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Tls {
    /// Certificates of those who may vouch for it, as PEM; `None` for the authorities that browsers know.
    pub ca: Option<String>,
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}:{}", self.topic, self.host, self.port)
    }
}

/// A message of a broker.
#[derive(Debug)]
pub struct Message {
    /// Where it was published.
    pub topic: String,
    /// The broker's number of it while it waits to be acknowledged; 0 where it waits for nothing.
    pub packet: u16,
    /// Whether the broker may have sent it before.
    pub is_again: bool,
    /// What was published.
    pub body: Vec<u8>,
}

/// How a message is kept.
#[derive(Serialize, Deserialize)]
struct Envelope {
    topic: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    body: Box<RawValue>,
}

impl Envelope {
    /// What is no JSON is taken as text.
    fn of(topic: &str, id: Option<String>, body: &[u8]) -> Self {
        let text = || serde_json::value::to_raw_value(&String::from_utf8_lossy(body));
        let body = serde_json::from_slice(body).or_else(|_| text()).expect("a text can be written as JSON");
        Self { topic: topic.to_owned(), id, body }
    }

    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("topic, id and JSON can be written as JSON")
    }
}

/// A broker's address, `mqtt://[user[:password]@]host[:port]`, or `mqtts` for TLS.
struct Broker {
    is_tls: bool,
    host: String,
    port: u16,
    user: Option<String>,
    password: Option<String>,
}

impl Broker {
    fn parse(url: &str) -> Result<Self, String> {
        let wrong =
            || "`broker` is no address of a broker; write `mqtt://user@host:1883`, or `mqtts` for TLS".to_owned();
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        let is_tls = match scheme {
            "mqtt" | "tcp" => false,
            "mqtts" | "ssl" => true,
            _ => return Err(wrong()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (who, place) = rest.rsplit_once('@').map_or((None, rest), |(who, place)| (Some(who), place));
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().map_err(|_| wrong())?),
            _ => (place, if is_tls { PORTS.1 } else { PORTS.0 }),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() || port == 0 || host.contains(['/', '@', ' ']) {
            return Err(wrong());
        }
        let (user, password) = who.map_or((None, None), |who| match who.split_once(':') {
            Some((user, password)) => (Some(user), Some(password)),
            None => (Some(who), None),
        });
        Ok(Self {
            is_tls,
            host: host.to_owned(),
            port,
            user: user.map(unescaped).filter(|user| !user.is_empty()),
            password: password.map(unescaped).filter(|password| !password.is_empty()),
        })
    }
}

/// A text with its `%41` as `A`.
fn unescaped(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        (bytes, rest) = match code.filter(|_| *first == b'%') {
            Some(byte) => ([bytes, vec![byte]].concat(), &after[2..]),
            None => ([bytes, vec![*first]].concat(), after),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn check_topic(topic: &str) -> Result<(), String> {
    let levels: Vec<&str> = topic.split('/').collect();
    let last = levels.len() - 1;
    let is_fine = |(place, level): (usize, &&str)| match *level {
        "+" => true,
        "#" => place == last,
        level => !level.contains(['+', '#', '\0']),
    };
    if topic.is_empty() || MAX_TOPIC_BYTES < topic.len() || !levels.iter().enumerate().all(is_fine) {
        return Err(format!("`{topic}` is no pattern of topics; write such as `shop/+/sold` or `shop/#`"));
    }
    Ok(())
}

fn check_ca(ca: Option<&str>, is_tls: bool) -> Result<(), String> {
    let Some(ca) = ca else { return Ok(()) };
    if !is_tls {
        return Err("`ca` is for TLS, which `broker` does not ask for; write `mqtts://`".to_owned());
    }
    if !ca.contains(CERTIFICATE) {
        return Err(format!("`ca` is no certificate; paste one that begins with `{CERTIFICATE}`"));
    }
    Ok(())
}

/// The mapping and the secret of a source, checked: the password of a broker's address becomes the secret, since the
/// mapping is shown.
pub(crate) fn parted(
    kind: SourceKind,
    mapping: Option<String>,
    secret: Option<String>,
) -> Result<(Option<String>, Option<String>), EngineError> {
    if kind != SourceKind::Mqtt {
        return Ok((mapping, secret));
    }
    let Some(text) = mapping else { return Ok((None, secret)) };
    let invalid = EngineError::Invalid;
    let parsed = Mapping::parse(&text).map_err(invalid)?;
    let (Some(url), Some(topic)) = (&parsed.broker, &parsed.topic) else {
        let text = "a mapping for MQTT needs `broker`, such as `mqtt://user@host:1883`, and `topic`, such as `shop/#`";
        return Err(invalid(text.to_owned()));
    };
    check_topic(topic).map_err(invalid)?;
    let broker = Broker::parse(url).map_err(invalid)?;
    check_ca(parsed.ca.as_deref(), broker.is_tls).map_err(invalid)?;
    let Some(password) = broker.password else { return Ok((Some(text), secret)) };
    let cannot = |error: serde_json::Error| invalid(format!("the mapping cannot be read: {error}"));
    let mut written: serde_json::Value = serde_json::from_str(&text).map_err(cannot)?;
    written["broker"] = without_password(url).into();
    Ok((Some(serde_json::to_string_pretty(&written).map_err(cannot)?), Some(password)))
}

fn without_password(url: &str) -> String {
    let Some((who, place)) = url.rsplit_once('@') else { return url.to_owned() };
    let (scheme, who) = who.split_once("://").unwrap_or(("mqtt", who));
    let user = who.split_once(':').map_or(who, |(user, _)| user);
    format!("{scheme}://{user}@{place}")
}

impl Engine {
    /// What a source is subscribed to; else what is wrong with its settings.
    pub fn subscription(&self, source: &Source) -> Result<Subscription, Flaw> {
        let mapping = self.mapping_of(source)?;
        let missing = |what: &str| Flaw::Unreadable(format!("the mapping has no `{what}`; give it one in Settings"));
        let broker = mapping.broker.as_deref().ok_or_else(|| missing("broker"))?;
        let topic = mapping.topic.clone().ok_or_else(|| missing("topic"))?;
        let Broker { is_tls, host, port, user, .. } = Broker::parse(broker).map_err(Flaw::Unreadable)?;
        let tls = is_tls.then(|| Tls { ca: mapping.ca.clone() });
        let client_id = format!("parlour-{:032x}", self.secret.digest(&[b"mqtt", source.name.as_bytes()]));
        Ok(Subscription { host, port, tls, user, password: source.secret.clone(), topic, client_id })
    }

    /// Takes messages: their events, or them as rejections with the reason. When this returns, either is durable and
    /// they may be acknowledged.
    pub fn take_messages(&self, source: &Source, messages: &[Message]) -> Result<Receipt, EngineError> {
        let now = clock::now();
        let (mut events, mut refused) = (Vec::new(), Vec::new());
        for message in messages {
            let id = self.id_of(source, message, now)?;
            match self.events_of_message(source, message, id.as_deref(), now) {
                Ok(found) => events.extend(found.into_iter().map(|event| (event, None))),
                Err(flaw) => {
                    let body = &message.body[..message.body.len().min(MAX_BODY_BYTES)];
                    let raw = Envelope::of(&message.topic, id, body).bytes();
                    refused.push(Refused { line: None, flaw, raw });
                }
            }
        }
        if events.is_empty() && refused.is_empty() {
            return Ok(Receipt { seq: None, n_accepted: 0, n_rejected: 0 });
        }
        self.append(&source.name, Submission { events, refused, dialect: Some(DIALECT), ..Submission::default() })
    }

    /// By which the same message is known when the broker sends it again. Brokers count packets round and round, so a
    /// first delivery under an id that is known is another message.
    fn id_of(&self, source: &Source, message: &Message, now: i64) -> Result<Option<String>, EngineError> {
        if message.packet == 0 {
            return Ok(None);
        }
        let parts = [message.topic.as_bytes(), &message.packet.to_le_bytes(), &message.body];
        let id = format!("mqtt-{:032x}", self.secret.digest(&parts));
        let is_reused = !message.is_again && self.is_known(&source.name, &id)?;
        Ok(Some(if is_reused { format!("{id}@{now}") } else { id }))
    }

    fn events_of_message(
        &self,
        source: &Source,
        message: &Message,
        id: Option<&str>,
        at: i64,
    ) -> Result<Vec<Event>, Flaw> {
        if MAX_BODY_BYTES < message.body.len() {
            return Err(Flaw::EventTooLarge { n_bytes: message.body.len(), most: MAX_BODY_BYTES });
        }
        let raw = Envelope::of(&message.topic, None, &message.body).bytes();
        let body = Body { message: id, topic: Some(&message.topic), ..Body::of(source, &raw, at) };
        self.mapping_of(source)?.events(&body, &self.vocabulary())
    }

    /// The events of a rejected message, by the mapping that its source has now.
    pub(crate) fn remapped_message(&self, row: &Rejected) -> Result<Vec<Event>, Flaw> {
        let gone = || Flaw::Unreadable(format!("source `{}` is no longer there", row.source));
        let source = self.source_named(&row.source).ok_or_else(gone)?;
        let wrong =
            |error| Flaw::Unreadable(format!("a message is kept as `topic` and `body`, which this is not: {error}"));
        let Envelope { topic, id, body } = serde_json::from_slice(&row.raw).map_err(wrong)?;
        let raw = Envelope { topic: topic.clone(), id: None, body }.bytes();
        let body = Body { message: id.as_deref(), topic: Some(&topic), ..Body::of(&source, &raw, row.at) };
        self.mapping_of(&source)?.events(&body, &self.vocabulary())
    }
}

/// What a pasted body would be, had it been published to this topic.
pub(crate) fn pasted(topic: &str, body: &[u8]) -> Vec<u8> {
    Envelope::of(topic, None, body).bytes()
}

#[cfg(test)]
mod tests;
