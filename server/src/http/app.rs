//! What the handlers of all listeners share.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;

use super::console::presence::Presence;
use super::est::EstEncoding;
use super::public::ready::ReadyResponses;
use super::rate::RateLimiter;
use super::site::Site;
use super::streams::Streams;
use crate::clock::Clock;
use crate::services::Services;

/// State of the HTTP side.
pub struct App {
    /// The bank's operations.
    pub services: Services,
    /// The time.
    pub clock: Clock,
    /// The bank on its pages.
    pub site: Arc<Site>,
    /// Line format of EST bodies.
    pub est_encoding: EstEncoding,
    /// POST requests with a password.
    pub password_rate: RateLimiter,
    /// POST requests of agents and EST clients.
    pub machine_rate: RateLimiter,
    /// Requests to the API.
    pub api_rate: RateLimiter,
    /// How long a handshake with a staff token counts.
    pub presence: Presence,
    /// Pages that follow an issue.
    pub streams: Streams,
    /// OCSP responses that were returned before.
    pub ocsp: ReadyResponses,
    /// Renders `/metrics`.
    pub metrics: PrometheusHandle,
}

/// Shared by all listeners.
pub type Shared = Arc<App>;
