//! Posting to hooks: signed as Standard Webhooks has it, in limited time, to addresses that are everybody's, following
//! nothing.

use std::time::Duration;

use parlour_core::address::is_public;
use parlour_engine::outbox::Outcome;
use parlour_engine::signature;
use parlour_store::delivery::Delivery;
use parlour_store::hook::Hook;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Error};

use crate::guard::{Guard, USER_AGENT};

/// Most bytes of an answer's headers.
const MAX_HEADER_BYTES: usize = 64 << 10;

/// Posts to hooks.
pub(super) struct Post {
    agent: Agent,
    timeout: Duration,
}

impl Post {
    pub(super) fn new(timeout: Duration, allow_private: bool) -> Self {
        // Neither the environment's proxy nor a connection that is left over: either would go round the guard.
        let config = Agent::config_builder()
            .proxy(None)
            .max_idle_connections(0)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .https_only(!allow_private)
            .timeout_global(Some(timeout))
            .max_response_header_size(MAX_HEADER_BYTES)
            .user_agent(USER_AGENT)
            .build();
        let is_allowed = if allow_private { |_| true } else { is_public };
        let guard = Guard::new(is_allowed, "delivery.allow_private");
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), guard), timeout }
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

    /// What went wrong, without the address, which may be a secret.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the enum is not ours, and more is added to it")]
    fn in_words(&self, error: &Error) -> String {
        match error {
            Error::Timeout(_) => format!("no answer within {} seconds", self.timeout.as_secs()),
            Error::HostNotFound => "the name of the host leads to no address".to_owned(),
            Error::Io(error) => error.to_string(),
            Error::BadUri(_) => "the address is none that can be posted to".to_owned(),
            Error::RequireHttpsOnly(_) => {
                "posting without TLS needs `delivery.allow_private` in parlour.toml".to_owned()
            }
            other => other.to_string(),
        }
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
