//! One connection, from the handshake to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::Response;
use hyper::body::{Body as _, Incoming};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};
use tokio_rustls::TlsAcceptor;

use super::accept::Limits;
use super::body::Watched;
use super::connection::Peer;
use super::host;
use super::shortcut::{self, Shortcut};
use super::table::{End, Phase, Place};

/// Largest request header (request line included), in bytes.
const MAX_HEADER: usize = 32 * 1024;

/// Time for a request in progress on a connection that has to end.
const GRACE: Duration = Duration::from_secs(60);

/// How often the connection is checked for a request in progress. If there is none, its peer had this long to read the
/// response.
const LEAVE: Duration = Duration::from_secs(2);

pub(super) struct Connection {
    pub(super) name: &'static str,
    pub(super) address: SocketAddr,
    pub(super) router: Router,
    pub(super) shortcut: Option<Arc<dyn Shortcut>>,
    pub(super) limits: Limits,
    pub(super) begun: Instant,
    pub(super) place: Arc<Place>,
    pub(super) end: oneshot::Receiver<End>,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) _task: OwnedSemaphorePermit,
}

impl Connection {
    pub(super) async fn run(mut self, stream: TcpStream, acceptor: Option<TlsAcceptor>) {
        let name = self.name;
        let Some(acceptor) = acceptor else {
            return self.http(stream, None).await;
        };
        let handshake = tokio::time::timeout(self.limits.handshake, acceptor.accept(stream));
        let handshake = tokio::select! {
            done = handshake => done,
            _ = &mut self.end => return evicted(name),
        };
        let outcome = match handshake {
            Ok(Ok(stream)) => {
                metrics::counter!("inkan_tls_handshakes_total", "listener" => name, "outcome" => "done")
                    .increment(1);
                let certificate = stream
                    .get_ref()
                    .1
                    .peer_certificates()
                    .and_then(<[_]>::first)
                    .map(|der| Arc::from(der.as_ref()));
                return self.http(stream, certificate).await;
            }
            // Browsers abort a first handshake to prompt for the certificate, and scanners do worse: only worth debug.
            Ok(Err(error)) => {
                tracing::debug!(listener = name, address = %self.address, %error, "TLS handshake failed");
                "failed"
            }
            Err(_) => "timeout",
        };
        metrics::counter!("inkan_tls_handshakes_total", "listener" => name, "outcome" => outcome)
            .increment(1);
    }

    async fn http<S>(mut self, stream: S, certificate: Option<Arc<[u8]>>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        if let Some(certificate) = &certificate {
            self.place.activity.presented(certificate);
        }
        let answers = Answers {
            name: self.name,
            peer: Peer::new(self.address, certificate, Instant::now())
                .in_place(Arc::clone(&self.place)),
            place: Arc::clone(&self.place),
            router: self.router.clone(),
            shortcut: self.shortcut.clone(),
            until: self.begun.checked_add(self.limits.age),
        };
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let answers = answers.clone();
            async move { Ok::<_, Infallible>(answers.answer(request).await) }
        });
        let mut connection = pin!(
            hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(self.limits.header)
                .max_header_size(MAX_HEADER)
                .serve_connection(TokioIo::new(stream), service)
        );
        let mut last = pin!(tokio::time::sleep(self.limits.age.saturating_add(GRACE)));
        let mut leaving = tokio::time::interval(LEAVE);
        let (mut stopping, mut told) = (false, false);
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(listener = self.name, address = %self.address, %error, "connection ended");
                    }
                    return;
                }
                _ = self.stop.wait_for(|stopped| *stopped), if !stopping => {
                    stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
                end = &mut self.end, if !told => {
                    told = true;
                    evicted(self.name);
                    if end != Ok(End::Gracefully) {
                        return;
                    }
                    connection.as_mut().graceful_shutdown();
                    last.as_mut().reset(tokio::time::Instant::now() + GRACE);
                    leaving.reset();
                }
                _ = leaving.tick(), if told => {
                    if self.place.activity.phase() != Phase::Working {
                        tracing::debug!(listener = self.name, address = %self.address, "peer does not read");
                        return;
                    }
                }
                () = last.as_mut() => {
                    tracing::debug!(listener = self.name, address = %self.address, "connection is too old");
                    return;
                }
            }
        }
    }
}

fn evicted(listener: &'static str) {
    metrics::counter!("inkan_connections_evicted_total", "listener" => listener).increment(1);
}

/// The service for the requests of a connection.
#[derive(Clone)]
struct Answers {
    name: &'static str,
    peer: Peer,
    place: Arc<Place>,
    router: Router,
    shortcut: Option<Arc<dyn Shortcut>>,
    /// From then on a response closes the connection.
    until: Option<Instant>,
}

impl Answers {
    async fn answer(self, request: Request<Incoming>) -> Response {
        let activity = &self.place.activity;
        let (shortcut, router, peer) = (self.shortcut.as_deref(), self.router, self.peer);
        let mut response = if host::is_named(request.version(), request.headers()) {
            shortcut::answer(shortcut, router, peer, activity, request).await
        } else {
            unnamed(self.name)
        };
        if self.until.is_some_and(|until| Instant::now() >= until) {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        if response.body().is_end_stream() {
            activity.enter(Phase::Idle);
            return response;
        }
        response.map(|body| Body::new(Watched::response(body, activity)))
    }
}

/// The response to a request without a valid host.
fn unnamed(listener: &'static str) -> Response {
    metrics::counter!(
        "inkan_http_requests_total", "listener" => listener, "route" => "-", "status" => "400"
    )
    .increment(1);
    let mut response = Response::new(Body::from("Host header missing, repeated or invalid\n"));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, plain);
    response
}
