//! The accept loop: how many connections, how long each may take, and how they end.
//!
//! `axum::serve` has no timeouts, so that a few hundred slow clients could hold a server for ever; hence a loop of our
//! own.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncWrite;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::api::metrics::Peer;
use crate::app::App;
use crate::router::router;
use crate::{ahead, imap, mqtt};

mod stall;

use stall::Guarded;

/// How long a connection that is answered may take to end once the server stops.
const DRAIN: Duration = Duration::from_secs(10);
/// How long accepting rests after it failed, as it does when the system is out of file handles.
const ACCEPT_REST: Duration = Duration::from_millis(50);
/// How long somebody who finds the server full may take to read that.
const FULL_PATIENCE: Duration = Duration::from_secs(1);
/// Most of those at once; others are hung up on.
const MAX_TURNED_AWAY: usize = 128;
/// Bytes of one request's headers, about: reading ahead may let in twice as many.
const MAX_HEADER_BYTES: usize = 32 << 10;

/// What somebody is told who finds the server full.
const FULL: &str = "{\"error\":{\"code\":\"busy\",\"message\":\"the server has as many connections as it may; try again soon\",\
    \"fields\":[]}}";

/// Serves the Desk on `listener` until `shutdown` is done; then takes no more connections, lets requests that are being
/// answered end, and returns. Hyper's own timers close who is slow to send, ours who is slow to read.
pub async fn serve(listener: TcpListener, app: Arc<App>, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let _ = listener.local_addr().map(|address| app.address.set(address));
    let settings = &app.engine.settings.server;
    let header_time = Duration::from_secs(settings.header_seconds.max(1));
    let stall_time = Duration::from_secs(settings.request_seconds.max(1));
    let seats = Arc::new(Semaphore::new(settings.max_connections.max(1)));
    let aside = Arc::new(Semaphore::new(MAX_TURNED_AWAY));
    let service = TowerToHyperService::new(router(Arc::clone(&app)));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(header_time).max_buf_size(MAX_HEADER_BYTES);
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let (hear, stop) = oneshot::channel();
    let (read, stop_reading) = oneshot::channel();
    let mut kept = JoinSet::new();
    kept.spawn(mqtt::listen(Arc::clone(&app), stop));
    kept.spawn(ahead::keep_looking(Arc::clone(&app)));
    kept.spawn(imap::read(Arc::clone(&app), stop_reading));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let (stream, address) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_REST).await;
                    continue;
                }
            },
            Some(_) = connections.join_next() => continue,
            () = &mut shutdown => break,
        };
        let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else {
            if let Ok(seat) = Arc::clone(&aside).try_acquire_owned() {
                connections.spawn(async move {
                    let _seat = seat;
                    turn_away(stream).await;
                });
            }
            continue;
        };
        // An answer is small and complete; waiting for more to send with it only costs time.
        let _ = stream.set_nodelay(true);
        let io = TokioIo::new(Guarded::new(stream, stall_time));
        let answering = service.clone();
        let answer = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(address));
            answering.call(request)
        });
        let connection = graceful.watch(http.serve_connection(io, answer));
        connections.spawn(async move {
            let _seat = seat;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    drop((hear, read));
    app.stop();
    if timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still being answered and are given up");
    }
    connections.shutdown().await;
    if timeout(DRAIN, async { while kept.join_next().await.is_some() {} }).await.is_err() {
        tracing::warn!("some brokers or mailboxes were still being listened to and are given up");
    }
    Ok(())
}

/// Says that the server is full, waits until that is read, and hangs up.
async fn turn_away(mut stream: TcpStream) {
    let told = format!(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-type: application/json\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\ncontent-length: {}\r\n\r\n{FULL}",
        FULL.len()
    );
    let telling = async {
        let mut left = told.as_bytes();
        while !left.is_empty() {
            stream.writable().await?;
            match stream.try_write(left) {
                Ok(n) => left = &left[n..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        poll_fn(|context| Pin::new(&mut stream).poll_shutdown(context)).await?;
        // Hanging up on bytes that were not read would take back what was said.
        let mut bytes = [0; 1024];
        loop {
            stream.readable().await?;
            match stream.try_read(&mut bytes) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    };
    // Whoever does not listen is hung up on.
    let _ = timeout(FULL_PATIENCE, telling).await;
}
