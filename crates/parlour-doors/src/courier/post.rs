//! Posting to hooks: signed as Standard Webhooks has it, in limited time, to addresses that are everybody's, following
//! nothing.

use std::time::Duration;

use parlour_engine::outbox::Outcome;
use parlour_engine::{Engine, signature};
use parlour_store::delivery::Delivery;
use parlour_store::hook::Hook;
use ureq::{Agent, Error};

use crate::guard::{agent, in_words};

/// Posts to hooks.
pub(super) struct Post {
    agent: Agent,
    timeout: Duration,
}

impl Post {
    pub(super) fn new(timeout: Duration, allow_private: bool) -> Self {
        Self { agent: agent(timeout, allow_private), timeout }
    }

    /// Posts a delivery, signed at `now`. What the answer says is not read: its status says all.
    pub(super) fn send(&self, hook: &Hook, delivery: &Delivery, now: i64) -> Outcome {
        let timestamp = (now / 1_000_000).to_string();
        let signature = signature::sign(&hook.secret, &delivery.message, &timestamp, delivery.body.as_bytes());
        let sent = self
            .agent
            .post(&hook.url)
            .header("content-type", "application/json")
            .header("webhook-id", &delivery.message)
            .header("webhook-timestamp", &timestamp)
            .header("webhook-signature", &signature)
            .send(delivery.body.as_bytes());
        match sent {
            Ok(answer) => of_status(answer.status().as_u16()),
            Err(error) => Outcome::Refused { status: None, error: self.in_words(&error) },
        }
    }

    /// Posts a delivery to an inbox of the fediverse, signed by the actor it is of.
    pub(super) fn send_activity(&self, engine: &Engine, inbox: &str, delivery: &Delivery) -> Outcome {
        let hopeless = |error: String| Outcome::Hopeless { status: None, error };
        let Some(name) = engine.actor_of_body(&delivery.body) else {
            return hopeless("it is of no actor that lives here".to_owned());
        };
        let headers = match engine.sign_request(&name, inbox, Some(delivery.body.as_bytes())) {
            Ok(headers) => headers,
            Err(error) => return hopeless(error.to_string()),
        };
        let mut request = self.agent.post(inbox).header("content-type", "application/activity+json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        match request.send(delivery.body.as_bytes()) {
            Ok(answer) if answer.status().as_u16() == 410 => {
                Outcome::Hopeless { status: Some(410), error: "whoever it is for is gone".to_owned() }
            }
            Ok(answer) => of_status(answer.status().as_u16()),
            Err(error) => Outcome::Refused { status: None, error: self.in_words(&error) },
        }
    }

    fn in_words(&self, error: &Error) -> String {
        in_words(error, self.timeout)
    }
}

fn of_status(status: u16) -> Outcome {
    let refused = |error: String| Outcome::Refused { status: Some(status), error };
    match status {
        200..=299 => Outcome::Taken { status: Some(status) },
        300..=399 => {
            refused(format!("answered {status}: what is redirected is not followed; change the hook's address"))
        }
        410 => Outcome::Gone,
        _ => refused(format!("answered {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_all() {
        assert_eq!(of_status(204), Outcome::Taken { status: Some(204) });
        assert_eq!(of_status(410), Outcome::Gone);
        for status in [100, 301, 307, 404, 429, 500] {
            assert!(matches!(of_status(status), Outcome::Refused { status: Some(of), .. } if of == status), "{status}");
        }
    }
}
