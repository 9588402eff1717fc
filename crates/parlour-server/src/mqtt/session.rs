//! One session with a broker, from the subscription to the goodbye.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parlour_engine::mqtt::{Message, Subscription};
use parlour_engine::source::Source;
use rumqttc::{Connect, ConnectReturnCode, Packet, PubAck, Publish, QoS, Subscribe, SubscribeReasonCode, Unsubscribe};
use tokio::time::{Interval, interval_at, sleep, timeout};

use super::wire::Wire;
use crate::app::App;
use crate::error::ApiError;

/// How often an idle connection is tried.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// How long a broker may take to let us in.
const MAX_GREETING: Duration = Duration::from_secs(10);
/// How long a broker may take to let us go.
const PATIENCE: Duration = Duration::from_secs(2);
/// Our numbers of the requests that a broker answers.
const SUBSCRIBING: u16 = 1;
const UNSUBSCRIBING: u16 = 2;

/// How a session is left.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The broker keeps what comes until we are back.
    ForNow,
    /// Nothing more is wanted from these topics.
    ForGood,
}

/// A subscription that the broker has granted.
pub(super) struct Session {
    wire: Wire,
    topic: String,
    /// What came with the broker's answer to the subscription.
    early: Vec<Packet>,
    beat: Interval,
}

impl Session {
    /// Connects and subscribes; else why that is not possible.
    pub(super) async fn begin(subscription: &Subscription) -> Result<Self, String> {
        let wire = Wire::open(subscription).await?;
        let beat = interval_at(tokio::time::Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
        let mut session = Self { wire, topic: subscription.topic.clone(), early: Vec::new(), beat };
        let greeting = timeout(MAX_GREETING, session.greet(subscription)).await;
        greeting.map_err(|_| format!("the broker does not answer within {MAX_GREETING:?}"))??;
        Ok(session)
    }

    async fn greet(&mut self, subscription: &Subscription) -> Result<(), String> {
        let Subscription { user, password, client_id, .. } = subscription;
        let mut connect = Connect::new(client_id);
        connect.clean_session = false;
        connect.keep_alive = KEEP_ALIVE.as_secs() as u16;
        // A password without a user is against the protocol, and brokers hang up on it.
        if let Some(user) = user {
            connect.set_login(user, password.as_deref().unwrap_or_default());
        }
        // Subscribing once more changes nothing but that what is retained is sent again, which is not taken.
        let mut subscribe = Subscribe::new(&self.topic, QoS::AtLeastOnce);
        subscribe.pkid = SUBSCRIBING;
        self.wire.put(&Packet::Connect(connect))?;
        self.wire.send().await?;
        loop {
            // In a session of before, what waited may come before the answer.
            for packet in self.wire.read().await? {
                if let Packet::ConnAck(answer) = packet {
                    check(answer.code)?;
                    self.wire.put(&Packet::Subscribe(subscribe.clone()))?;
                    self.wire.send().await?;
                } else {
                    self.early.push(packet);
                }
            }
            let mut answers = self
                .early
                .iter()
                .filter_map(|packet| if let Packet::SubAck(answer) = packet { Some(answer) } else { None });
            if let Some(answer) = answers.find(|answer| answer.pkid == SUBSCRIBING) {
                let is_refused = answer.return_codes.contains(&SubscribeReasonCode::Failure);
                let refused = || format!("the broker refuses the topic `{}`; ask whoever runs it", self.topic);
                return if is_refused { Err(refused()) } else { Ok(()) };
            }
        }
    }

    /// Takes messages until something goes wrong, which it returns. What was not acknowledged by then comes again.
    pub(super) async fn take(&mut self, app: &Arc<App>, source: &Arc<Source>) -> String {
        let early = std::mem::take(&mut self.early);
        let mut taken = self.take_all(early, app, source).await;
        let mut is_asked = false;
        while taken.is_ok() {
            taken = tokio::select! {
                read = self.wire.read() => match read {
                    Ok(packets) => {
                        is_asked = false;
                        self.take_all(packets, app, source).await
                    }
                    Err(error) => Err(error),
                },
                _ = self.beat.tick() => if is_asked {
                    Err(format!("the broker said nothing for {KEEP_ALIVE:?}"))
                } else {
                    is_asked = true;
                    self.ask().await
                },
            };
        }
        taken.err().unwrap_or_default()
    }

    /// Asks whether the broker is still there.
    async fn ask(&mut self) -> Result<(), String> {
        self.wire.put(&Packet::PingReq)?;
        self.wire.send().await
    }

    /// Makes messages durable, then acknowledges them.
    async fn take_all(&mut self, packets: Vec<Packet>, app: &Arc<App>, source: &Arc<Source>) -> Result<(), String> {
        let published: Vec<Publish> = packets
            .into_iter()
            .filter_map(|packet| if let Packet::Publish(publish) = packet { Some(publish) } else { None })
            .collect();
        // What is retained is told to whoever subscribes, and was told already to whoever was subscribed.
        let fresh = published.iter().filter(|publish| !publish.retain);
        let messages: Vec<Message> = fresh
            .map(|publish| Message {
                topic: publish.topic.clone(),
                packet: publish.pkid,
                is_again: publish.dup,
                body: publish.payload.to_vec(),
            })
            .collect();
        if !messages.is_empty() {
            app.links.note_message(source.id);
            while let Err(error) = app.gate.pass(source, messages.len(), Instant::now()) {
                sleep(Duration::from_secs(error.retry_after.unwrap_or(1))).await;
            }
            let source = Arc::clone(source);
            let taken = Arc::clone(app).run(move |app| Ok(app.engine.take_messages(&source, &messages)?)).await;
            taken.map_err(|ApiError { message, .. }| message)?;
        }
        for publish in published.iter().filter(|publish| publish.qos != QoS::AtMostOnce) {
            self.wire.put(&Packet::PubAck(PubAck::new(publish.pkid)))?;
        }
        self.wire.send().await
    }

    /// Says goodbye. A broker that does not answer sees the connection end all the same.
    pub(super) async fn leave(mut self, stop: Stop) {
        let goodbye = async {
            if stop == Stop::ForGood {
                let mut unsubscribe = Unsubscribe::new(&self.topic);
                unsubscribe.pkid = UNSUBSCRIBING;
                self.wire.put(&Packet::Unsubscribe(unsubscribe))?;
                self.wire.send().await?;
                let is_answer = |packet: &Packet| matches!(packet, Packet::UnsubAck(_));
                while !self.wire.read().await?.iter().any(is_answer) {}
            }
            self.wire.put(&Packet::Disconnect)?;
            self.wire.send().await
        };
        let left: Result<Result<(), String>, _> = timeout(PATIENCE, goodbye).await;
        if !matches!(left, Ok(Ok(()))) {
            tracing::debug!(topic = self.topic, "the broker was left without a word");
        }
    }
}

/// Whether the broker lets us in; else why not.
fn check(code: ConnectReturnCode) -> Result<(), String> {
    let refused = match code {
        ConnectReturnCode::Success => return Ok(()),
        ConnectReturnCode::RefusedProtocolVersion => "MQTT 3.1.1",
        ConnectReturnCode::BadClientId => "our name of the session",
        ConnectReturnCode::ServiceUnavailable => "everybody for now",
        ConnectReturnCode::BadUserNamePassword => "the user or the password",
        ConnectReturnCode::NotAuthorized => "this user; check user and password",
    };
    Err(format!("the broker refuses {refused}"))
}
