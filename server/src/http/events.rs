//! The pages that follow the agent as server-sent events: the store is asked once a second,
//! and when a certificate was revoked or suspended, with no connection of it held between.
//!
//! Events: `progress` (JSON of [`Progress`]), `end` (load the page again: it
//! knows what came out), `moved` (another page of this browser follows now).

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

/// How often the store is asked.
const EVERY: Duration = Duration::from_secs(1);

/// A comment goes out this often when there is nothing to say: it finds out who
/// has gone, and the session is noted as used, for its owner is at the agent.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long a refused browser is told to wait.
const BUSY: Duration = Duration::from_secs(10);

/// What a stream tells of.
pub trait Followed: Send + Sync + 'static {
    /// How far it is; none once it is over.
    fn progress(
        &self,
        now: Timestamp,
    ) -> impl Future<Output = services::Result<Option<Progress>>> + Send;

    /// Whether whoever follows may still do so; noted as used, where that counts.
    fn lives(&self, now: Timestamp) -> impl Future<Output = services::Result<()>> + Send;
}

/// The stream of `followed`; `key` stands for the browser, which has one stream at a time.
pub fn stream(app: &Shared, key: &str, followed: impl Followed) -> Answer {
    begin(app, app.streams.enter(key), followed)
}

/// The same for a browser that nobody knows yet.
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
                    // Whoever does not read now finds out by the end of the stream.
                    let _ = self.events.try_send(event("moved", "{}"));
                    return;
                }
            }
        }
    }

    /// None when the stream is over; the page has been told why, unless the
    /// fault is ours: then it asks again.
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

    /// False when there is nobody to hear it, or somebody who does not read.
    async fn send(&self, bytes: Bytes) -> bool {
        let sent = self.events.send_timeout(bytes, HEARTBEAT);
        sent.await.is_ok()
    }
}

/// One event; `data` must be without line breaks, as JSON of ours is.
fn event(name: &str, data: &str) -> Bytes {
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

/// What a follower says, as a body without end.
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
