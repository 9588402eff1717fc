//! The courier: takes what is due out of the outbox, sends it, and reports what came of it.

mod mail;
mod post;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use parlour_engine::outbox::{Destination, Outcome};
use parlour_engine::settings::Settings;
use parlour_engine::{Engine, EngineError, clock};
use parlour_store::delivery::Delivery;

use mail::Mail;
use post::Post;

/// Most attempts at once, each to another destination.
const MAX_AT_ONCE: usize = 16;
/// How often the outbox is looked into at most while nothing is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Sends what is in the outbox.
pub struct Courier {
    post: Post,
    mail: Option<Mail>,
    looked: Mutex<Option<Instant>>,
}

/// Hands a letter (address, subject, text) to the mail server at once; the error is why it was not taken.
pub type HandLetter = Box<dyn Fn(&str, &str, &str) -> Result<(), String> + Send + Sync>;

/// A way to hand a letter to the mail server, past the outbox, for what must not lie in
/// the database, such as a link that signs in; `None` where there is no server.
pub fn letters(settings: &Settings) -> Result<Option<HandLetter>, EngineError> {
    if !settings.mail.has_server() {
        return Ok(None);
    }
    let mail = Mail::new(&settings.mail, Duration::from_secs(settings.delivery.timeout_seconds))?;
    Ok(Some(Box::new(move |address, subject, text| mail.write(address, subject, text))))
}

impl Courier {
    /// A courier by the settings under `[delivery]` and `[mail]`; fails where the mail server's address is none.
    pub fn new(settings: &Settings) -> Result<Self, EngineError> {
        let timeout = Duration::from_secs(settings.delivery.timeout_seconds);
        let mail = if settings.mail.has_server() { Some(Mail::new(&settings.mail, timeout)?) } else { None };
        let post = Post::new(timeout, settings.delivery.allow_private);
        Ok(Self { post, mail, looked: Mutex::default() })
    }

    /// Makes what is due now; returns whether there was any. Looks no more often than once a second while there is none.
    pub fn step(&self, engine: &Engine) -> Result<bool, EngineError> {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.is_some_and(|looked| looked.elapsed() < LOOK_EVERY) {
            return Ok(false);
        }
        let has_sent = self.deliver(engine, clock::now())? != 0;
        *looked = (!has_sent).then(Instant::now);
        Ok(has_sent)
    }

    /// Makes what is due at `now`, one delivery for each destination at once, and writes down what came of each as soon
    /// as it is known. Returns how many there were. Where it is broken off, what was not written down is sent again
    /// under the same name.
    pub fn deliver(&self, engine: &Engine, now: i64) -> Result<usize, EngineError> {
        let due = engine.outgoing(now, MAX_AT_ONCE)?;
        let deliver = |delivery: &Delivery, to: &Destination| {
            let started = Instant::now();
            let outcome = self.send(engine, delivery, to, now);
            let took = i64::try_from(started.elapsed().as_micros()).unwrap_or(0);
            engine.settle_delivery(delivery, outcome, now.saturating_add(took))
        };
        let deliver = &deliver;
        let settled: Vec<_> = std::thread::scope(|scope| {
            let sending: Vec<_> = due.iter().map(|(delivery, to)| scope.spawn(move || deliver(delivery, to))).collect();
            sending.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
        });
        for outcome in settled {
            outcome.unwrap_or_else(|_| Err(EngineError::Invalid("a delivery panicked".to_owned())))?;
        }
        Ok(due.len())
    }

    fn send(&self, engine: &Engine, delivery: &Delivery, to: &Destination, now: i64) -> Outcome {
        let hopeless = |error: &str| Outcome::Hopeless { status: None, error: error.to_owned() };
        match (to, &self.mail) {
            (Destination::Hook(hook), _) => self.post.send(hook, delivery, now),
            (Destination::Inbox(inbox), _) => self.post.send_activity(engine, inbox, delivery),
            (Destination::Mail(address), Some(mail)) => mail.send(address, delivery),
            (Destination::Mail(_), None) => hopeless("no mail server is set under `[mail]` in parlour.toml"),
            (Destination::Nowhere, _) => hopeless("the hook is disabled or deleted"),
        }
    }
}
