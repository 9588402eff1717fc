//! Packets of MQTT 3.1.1 over TCP or TLS. Every await here may be given up half-way: nothing is lost, nor sent in part.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use parlour_engine::mqtt::Subscription;
use rumqttc::{Error, Packet};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::tls::{self, Stream};

/// How long a broker may take to be reached, TLS included.
const MAX_CONNECT: Duration = Duration::from_secs(10);
/// Largest packet that is read, bytes. What is larger can be neither taken nor refused, so this is generous.
const MAX_PACKET_BYTES: usize = 16 << 20;
/// Bytes read at once.
const READ_BYTES: usize = 64 << 10;

/// A connection to a broker.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    incoming: BytesMut,
    outgoing: BytesMut,
}

impl Wire {
    /// Connects; else why not.
    pub(super) async fn open(subscription: &Subscription) -> Result<Self, String> {
        let Subscription { host, port, .. } = subscription;
        let opened = timeout(MAX_CONNECT, stream_to(subscription)).await;
        let stream = opened.map_err(|_| format!("`{host}:{port}` does not answer within {MAX_CONNECT:?}"))??;
        Ok(Self { stream, incoming: BytesMut::new(), outgoing: BytesMut::new() })
    }

    /// The next packets: all that are there, at least one.
    pub(super) async fn read(&mut self) -> Result<Vec<Packet>, String> {
        let mut packets = Vec::new();
        loop {
            match Packet::read(&mut self.incoming, MAX_PACKET_BYTES) {
                Ok(packet) => packets.push(packet),
                Err(Error::InsufficientBytes(_)) if !packets.is_empty() => return Ok(packets),
                Err(Error::InsufficientBytes(_)) => {
                    self.incoming.reserve(READ_BYTES);
                    let read = self.stream.read_buf(&mut self.incoming).await;
                    if read.map_err(|error| format!("the connection broke off: {error}"))? == 0 {
                        return Err("the broker hung up".to_owned());
                    }
                }
                Err(error) => return Err(format!("the broker speaks no MQTT 3.1.1: {error}")),
            }
        }
    }

    /// Puts a packet among those to be sent.
    pub(super) fn put(&mut self, packet: &Packet) -> Result<(), String> {
        packet.write(&mut self.outgoing, MAX_PACKET_BYTES).map(drop).map_err(|error| error.to_string())
    }

    /// Sends what was put.
    pub(super) async fn send(&mut self) -> Result<(), String> {
        let failed = |error| format!("the connection broke off: {error}");
        while self.outgoing.has_remaining() {
            self.stream.write_buf(&mut self.outgoing).await.map_err(failed)?;
        }
        self.stream.flush().await.map_err(failed)
    }
}

async fn stream_to(subscription: &Subscription) -> Result<Box<dyn Stream>, String> {
    let Subscription { host, port, tls, .. } = subscription;
    let unreachable = |error| format!("`{host}:{port}` cannot be reached: {error}");
    let stream = TcpStream::connect((host.as_str(), *port)).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    let Some(tls) = tls else { return Ok(Box::new(stream)) };
    let name = ServerName::try_from(host.clone()).map_err(|_| format!("`{host}` is no name of a server"))?;
    let secured = TlsConnector::from(Arc::new(tls::config(tls.ca.as_deref())?)).connect(name, stream).await;
    let stream = secured.map_err(|error| {
        format!("no TLS with `{host}:{port}`: {error}; if an authority of your own vouches for it, give that as `ca`")
    })?;
    Ok(Box::new(stream))
}
