//! Mail: answers and digests, handed to the operator's own server, each under an id that stays, so that a second attempt
//! is no second mail.

use std::time::Duration;

use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::SmtpTransport;
use lettre::{Message, Transport};
use parlour_engine::EngineError;
use parlour_engine::outbox::Outcome;
use parlour_engine::settings::MailSettings;
use parlour_store::delivery::Delivery;
use serde::Deserialize;

/// Hands mail to a server.
pub(super) struct Mail {
    transport: SmtpTransport,
    from: Mailbox,
}

/// What a delivery of mail has for a body.
#[derive(Deserialize)]
struct Letter {
    subject: String,
    text: String,
    /// Where there is none, it is plain text alone.
    html: Option<String>,
    /// The message that it answers, …
    #[serde(default)]
    in_reply_to: Option<String>,
    /// … and those before it.
    #[serde(default)]
    references: Vec<String>,
    /// What it comes from, where that is not what the settings say.
    #[serde(default)]
    from: Option<String>,
    /// Whether no human wrote it.
    #[serde(default)]
    is_automatic: bool,
    /// Where whoever gets it can end that.
    #[serde(default)]
    unsubscribe: Option<String>,
}

/// How whoever gets a mail can end that.
#[derive(Clone, Debug)]
struct ListUnsubscribe(String);

/// That one request to there is enough (RFC 8058).
#[derive(Clone, Debug)]
struct ListUnsubscribePost(String);

/// Whether a human wrote a mail (RFC 3834), so that no machine answers one that none did.
#[derive(Clone, Debug)]
struct AutoSubmitted(String);

/// A header that is written as it is.
macro_rules! plain_header {
    ($name:ident, $text:literal) => {
        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($text)
            }

            fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(text.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    };
}

plain_header!(ListUnsubscribe, "List-Unsubscribe");
plain_header!(ListUnsubscribePost, "List-Unsubscribe-Post");
plain_header!(AutoSubmitted, "Auto-Submitted");

/// Most mails that one names as those before it: the first, and the last ones.
const MAX_REFERENCES: usize = 20;
/// What our own messages are called.
const OURS: &str = "msg_";

/// A name of a message as a header has it: what mail programs named as they did, what was sent from here by its name and
/// `domain`. `None` for what came otherwise than by mail. A line break in a name would begin another header.
fn named(message: &str, domain: &str) -> Option<String> {
    let plain: String = message.chars().filter(char::is_ascii_graphic).collect();
    if plain.starts_with('<') && plain.ends_with('>') {
        return Some(plain);
    }
    plain.starts_with(OURS).then(|| format!("<{plain}@{domain}>"))
}

impl Mail {
    pub(super) fn new(settings: &MailSettings, timeout: Duration) -> Result<Self, EngineError> {
        let wrong = |text: String| EngineError::Settings(text);
        // The address may hold a password, and so may what is said of it.
        let builder = SmtpTransport::from_url(&settings.url).map_err(|_| {
            wrong("`mail.url` is no address of a mail server, such as `smtp://localhost:25`".to_owned())
        })?;
        let from = settings.from.parse().map_err(|error| wrong(format!("`mail.from` is no mail address: {error}")))?;
        Ok(Self { transport: builder.timeout(Some(timeout)).build(), from })
    }

    /// Hands a delivery over for one address.
    pub(super) fn send(&self, address: &str, delivery: &Delivery) -> Outcome {
        let message = match self.message(address, delivery) {
            Ok(message) => message,
            Err(error) => return Outcome::Hopeless { status: None, error },
        };
        match self.transport.send(&message) {
            Ok(answer) => Outcome::Taken { status: Some(u16::from(answer.code())) },
            Err(error) => {
                let status = error.status().map(u16::from);
                let (is_final, error) = (error.is_permanent(), error.to_string());
                if is_final { Outcome::Hopeless { status, error } } else { Outcome::Refused { status, error } }
            }
        }
    }

    /// Hands a letter over that lies in no outbox.
    pub(super) fn write(&self, address: &str, subject: &str, text: &str) -> Result<(), String> {
        let to: Mailbox = address.parse().map_err(|error| format!("`{address}` is no mail address: {error}"))?;
        let builder = Message::builder().from(self.from.clone()).to(to).subject(subject.replace(char::is_control, " "));
        let message = builder.singlepart(SinglePart::plain(text.to_owned())).map_err(|error| error.to_string())?;
        self.transport.send(&message).map(|_| ()).map_err(|error| error.to_string())
    }

    fn message(&self, address: &str, delivery: &Delivery) -> Result<Message, String> {
        let letter: Letter = serde_json::from_str(&delivery.body).map_err(|error| error.to_string())?;
        let to: Mailbox = address.parse().map_err(|error| format!("`{address}` is no mail address: {error}"))?;
        let from = match &letter.from {
            Some(from) => from.parse().map_err(|error| format!("`{from}` is no mail address: {error}"))?,
            None => self.from.clone(),
        };
        let domain = from.email.domain().to_owned();
        let mut builder = Message::builder()
            .message_id(Some(format!("<{}@{domain}>", delivery.message)))
            .from(from)
            .to(to)
            .subject(letter.subject.replace(char::is_control, " "));
        if let Some(message) = letter.in_reply_to.as_deref().and_then(|message| named(message, &domain)) {
            builder = builder.in_reply_to(message);
        }
        let mut references: Vec<String> =
            letter.references.iter().filter_map(|message| named(message, &domain)).collect();
        if MAX_REFERENCES < references.len() {
            references.drain(1..=references.len() - MAX_REFERENCES);
        }
        if !references.is_empty() {
            builder = builder.references(references.join(" "));
        }
        if letter.is_automatic {
            builder = builder.header(AutoSubmitted("auto-generated".to_owned()));
        }
        if let Some(link) = letter.unsubscribe.filter(|link| link.chars().all(|c| c.is_ascii_graphic() && c != '>')) {
            builder = builder
                .header(ListUnsubscribe(format!("<{link}>")))
                .header(ListUnsubscribePost("List-Unsubscribe=One-Click".to_owned()));
        }
        let message = match letter.html {
            Some(html) => builder.multipart(MultiPart::alternative_plain_html(letter.text, html)),
            None => builder.singlepart(SinglePart::plain(letter.text)),
        };
        message.map_err(|error| error.to_string())
    }
}
