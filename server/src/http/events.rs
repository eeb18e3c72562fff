//! Server-sent events for the pages that follow the agent. The store is queried once a second, and when a certificate
//! is revoked or suspended; no connection to it is held in between.
//!
//! Events: `progress` (JSON of [`Progress`]), `end` (reload the page, which shows the result), `moved` (another page of
//! this browser follows now).

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use jiff::Timestamp;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::app::Shared;
use super::context::Answer;
use super::problem::HttpProblem;
use super::streams::Place;
use super::waiting::Progress;
use crate::services::{self, Error};

/// How often the store is queried.
const EVERY: Duration = Duration::from_secs(1);

/// Interval of the comments that are sent when there is no event. A comment detects a browser that has gone. The
/// session is noted as used, because its owner is busy with the agent.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// `Retry-After` of a refused browser.
const BUSY: Duration = Duration::from_secs(10);

/// The source of a stream.
pub trait Followed: Send + Sync + 'static {
    /// The progress; none once it is done or has failed.
    fn progress(
        &self,
        now: Timestamp,
    ) -> impl Future<Output = services::Result<Option<Progress>>> + Send;

    /// Checks that the browser may still follow; notes the session as used, where that counts.
    fn lives(&self, now: Timestamp) -> impl Future<Output = services::Result<()>> + Send;
}

/// The stream of `followed`; `key` identifies the browser, which has one stream at a time.
pub fn stream(app: &Shared, key: &str, followed: impl Followed) -> Answer {
    begin(app, app.streams.enter(key), followed)
}

/// The same for a browser without a session.
pub fn stream_unknown(app: &Shared, key: &str, followed: impl Followed) -> Answer {
    begin(app, app.streams.enter_unknown(key), followed)
}

fn begin(app: &Shared, place: Option<Place>, followed: impl Followed) -> Answer {
    let place = place.ok_or(HttpProblem::TooMany { wait: BUSY })?;
    let (events, body) = channel(4);
    let follower = Follower {
        app: Arc::clone(app),
        followed,
        place,
        events,
    };
    tokio::spawn(follower.run());
    Ok(answer(body))
}

fn answer(body: Receiver<Bytes>) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/event-stream"),
        ),
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    (headers, Body::new(Events(body))).into_response()
}

struct Follower<F> {
    app: Shared,
    followed: F,
    place: Place,
    events: Sender<Bytes>,
}

impl<F: Followed> Follower<F> {
    async fn run(self) {
        let mut said: Option<Progress> = None;
        let mut beat = Instant::now();
        let mut ended = self.app.services.status_memory().ended();
        loop {
            let Some(progress) = self.progress().await else {
                return;
            };
            let news = said.as_ref().map(|p| (p.reached, p.sentence))
                != Some((progress.reached, progress.sentence));
            if news {
                let Ok(data) = serde_json::to_string(&progress) else {
                    return;
                };
                if !self.say("progress", &data).await {
                    return;
                }
                said = Some(progress);
            } else if beat.elapsed() >= HEARTBEAT {
                beat = Instant::now();
                if !self.session_lives().await || !self.send(Bytes::from_static(b":\n\n")).await {
                    return;
                }
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                Ok(()) = ended.changed() => {}
                () = self.events.closed() => return,
                () = self.place.asked_to_leave() => {
                    // A browser that does not read at the moment notices it by the end of the stream.
                    let _ = self.events.try_send(event("moved", "{}"));
                    return;
                }
            }
        }
    }

    /// None when the stream has ended. The page has received the reason, unless the fault is ours: then it connects
    /// again.
    async fn progress(&self) -> Option<Progress> {
        match self.followed.progress(self.app.clock.now()).await {
            Ok(progress) => {
                if progress.is_none() {
                    self.say("end", "{}").await;
                }
                progress
            }
            Err(Error::Refused(_)) => {
                self.say("end", "{}").await;
                None
            }
            Err(Error::Fault(error)) => {
                tracing::warn!(%error, "event stream closed");
                None
            }
        }
    }

    async fn session_lives(&self) -> bool {
        match self.followed.lives(self.app.clock.now()).await {
            Ok(()) => true,
            Err(Error::Refused(_)) => {
                self.say("end", "{}").await;
                false
            }
            Err(Error::Fault(_)) => false,
        }
    }

    async fn say(&self, name: &str, data: &str) -> bool {
        self.send(event(name, data)).await
    }

    /// False when the browser has gone or does not read.
    async fn send(&self, bytes: Bytes) -> bool {
        let sent = self.events.send_timeout(bytes, HEARTBEAT);
        sent.await.is_ok()
    }
}

/// One event; `data` must contain no line breaks, and our JSON contains none.
fn event(name: &str, data: &str) -> Bytes {
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

/// The events of a stream, as a body without an end.
struct Events(Receiver<Bytes>);

impl hyper::body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0
            .poll_recv(context)
            .map(|next| next.map(|bytes| Ok(Frame::data(bytes))))
    }
}
