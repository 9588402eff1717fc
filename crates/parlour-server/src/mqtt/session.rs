//! One connection to a broker.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parlour_engine::mqtt::{Message, Subscription};
use parlour_engine::source::Source;
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, Publish, QoS, SubscribeReasonCode};
use tokio::time::{sleep, timeout};

use crate::app::App;
use crate::error::ApiError;

/// Requests to the broker that may wait: more than one read of the network brings messages to be acknowledged.
const MAX_REQUESTS: usize = 4096;
/// How often an idle connection is tried.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// Largest packet that is read, bytes. What is larger can be neither taken nor refused, so this is generous.
const MAX_PACKET_BYTES: usize = 16 << 20;
/// How long a broker may take to let us go.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a session is left.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The broker keeps what comes until we are back.
    ForNow,
    /// Nothing more is wanted from these topics.
    ForGood,
}

/// A connection, or the try of one.
pub(super) struct Session {
    client: AsyncClient,
    events: EventLoop,
    topic: String,
    pub(super) was_connected: bool,
}

impl Session {
    pub(super) fn new(subscription: &Subscription) -> Self {
        let Subscription { host, port, user, password, topic, client_id } = subscription;
        let mut options = MqttOptions::new(client_id, host, *port);
        options.set_clean_session(false).set_manual_acks(true).set_keep_alive(KEEP_ALIVE);
        options.set_max_packet_size(MAX_PACKET_BYTES, MAX_PACKET_BYTES);
        if user.is_some() || password.is_some() {
            options.set_credentials(user.clone().unwrap_or_default(), password.clone().unwrap_or_default());
        }
        let (client, events) = AsyncClient::new(options, MAX_REQUESTS);
        Self { client, events, topic: topic.clone(), was_connected: false }
    }

    /// Takes messages until something goes wrong, which it returns. What was not acknowledged by then comes again.
    pub(super) async fn take(&mut self, app: &Arc<App>, source: &Arc<Source>) -> String {
        loop {
            let first = match self.events.poll().await {
                Ok(event) => event,
                Err(error) => return error.to_string(),
            };
            let mut published = Vec::new();
            // One read of the network brings several packets.
            for event in std::iter::once(first).chain(std::mem::take(&mut self.events.state.events)) {
                let Event::Incoming(packet) = event else { continue };
                if let Err(error) = self.note(packet, &mut published, app, source) {
                    return error;
                }
            }
            if let Err(error) = self.take_all(published, app, source).await {
                return error;
            }
        }
    }

    fn note(&mut self, packet: Packet, published: &mut Vec<Publish>, app: &App, source: &Source) -> Result<(), String> {
        if let Packet::ConnAck(_) = packet {
            // Subscribing once more changes nothing but that what is retained is sent again, which is not taken.
            self.client.try_subscribe(&self.topic, QoS::AtLeastOnce).map_err(|error| error.to_string())?;
        } else if let Packet::SubAck(answer) = packet {
            if answer.return_codes.contains(&SubscribeReasonCode::Failure) {
                return Err(format!("the broker refuses the topic `{}`; ask whoever runs it", self.topic));
            }
            self.was_connected = true;
            app.links.set(source.id, true, None);
        } else if let Packet::Publish(publish) = packet {
            published.push(publish);
        }
        Ok(())
    }

    /// Makes messages durable, then acknowledges them.
    async fn take_all(&mut self, published: Vec<Publish>, app: &Arc<App>, source: &Arc<Source>) -> Result<(), String> {
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
            while let Err(error) = app.gate.pass(source, messages.len(), Instant::now()) {
                sleep(Duration::from_secs(error.retry_after.unwrap_or(1))).await;
            }
            let source = Arc::clone(source);
            let taken = Arc::clone(app).run(move |app| Ok(app.engine.take_messages(&source, &messages)?)).await;
            taken.map_err(|ApiError { message, .. }| message)?;
        }
        for publish in &published {
            self.client.try_ack(publish).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Says goodbye, if there is anybody to say it to.
    pub(super) async fn leave(mut self, stop: Stop) {
        if !self.was_connected {
            return;
        }
        let is_for_good = stop == Stop::ForGood;
        let asked = if is_for_good { self.client.try_unsubscribe(&self.topic) } else { self.client.try_disconnect() };
        if asked.is_err() {
            return;
        }
        let mut is_asked = !is_for_good;
        // The broker hangs up at last.
        let end = async {
            while let Ok(event) = self.events.poll().await {
                let is_unsubscribed = matches!(event, Event::Incoming(Packet::UnsubAck(_)));
                if is_unsubscribed && !is_asked {
                    is_asked = true;
                    if self.client.try_disconnect().is_err() {
                        return;
                    }
                }
                if matches!(event, Event::Outgoing(rumqttc::Outgoing::Disconnect)) {
                    return;
                }
            }
        };
        // A broker that does not answer sees the connection end all the same.
        let _late = timeout(PATIENCE, end).await;
    }
}
