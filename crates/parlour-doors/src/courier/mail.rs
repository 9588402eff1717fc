//! Mail: a digest handed to the operator's own server, with an id that stays, so that a second attempt is no second mail.

use std::time::Duration;

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
        let id = |message: &str| format!("<{message}@{}>", self.from.email.domain());
        // What was sent from here is named as it was then; a line break in a name would begin another header.
        let named = |message: &String| {
            let plain: String = message.chars().filter(char::is_ascii_graphic).collect();
            if plain.starts_with('<') { plain } else { id(&plain) }
        };
        let mut builder = Message::builder()
            .message_id(Some(id(&delivery.message)))
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject.replace(char::is_control, " "));
        if let Some(message) = &letter.in_reply_to {
            builder = builder.in_reply_to(named(message));
        }
        if !letter.references.is_empty() {
            builder = builder.references(letter.references.iter().map(named).collect::<Vec<_>>().join(" "));
        }
        let message = match letter.html {
            Some(html) => builder.multipart(MultiPart::alternative_plain_html(letter.text, html)),
            None => builder.singlepart(SinglePart::plain(letter.text)),
        };
        message.map_err(|error| error.to_string())
    }
}
