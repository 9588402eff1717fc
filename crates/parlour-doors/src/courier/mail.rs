//! Mail: a digest handed to the operator's own server, with an id that stays, so that a second attempt is no second mail.

use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
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
    html: String,
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

    fn message(&self, address: &str, delivery: &Delivery) -> Result<Message, String> {
        let letter: Letter = serde_json::from_str(&delivery.body).map_err(|error| error.to_string())?;
        let to: Mailbox = address.parse().map_err(|error| format!("`{address}` is no mail address: {error}"))?;
        let id = format!("<{}@{}>", delivery.message, self.from.email.domain());
        Message::builder()
            .message_id(Some(id))
            .from(self.from.clone())
            .to(to)
            // A line break in what somebody is called would begin another header.
            .subject(letter.subject.replace(char::is_control, " "))
            .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
            .map_err(|error| error.to_string())
    }
}
