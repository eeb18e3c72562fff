//! The argument of handlers for programs.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::app::Shared;
use super::failure::Failure;
use super::listen::Peer;
use super::problem::HttpProblem;
use crate::services::RequestContext;

/// A program's request: its address and time. The service identifies the caller.
pub struct Machine {
    /// Shared state.
    pub app: Shared,
    /// Context of a caller who is not identified yet; in whole seconds, as in responses.
    pub context: RequestContext,
    certificate: Option<Arc<[u8]>>,
}

impl Machine {
    /// Context of the agent that has picked up the request with this id.
    pub fn by_agent(&self, id: &str) -> RequestContext {
        RequestContext::agent(id, self.context.caller, self.context.now)
    }

    /// The certificate (DER) of the connection.
    pub fn certificate(&self) -> Result<&[u8], Failure> {
        let certificate = self.certificate.as_deref();
        certificate.ok_or(Failure::Http(HttpProblem::NoCertificate))
    }
}

impl FromRequestParts<Shared> for Machine {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Failure> {
        let peer = parts.extensions.get::<Peer>();
        let peer = peer.ok_or_else(|| Failure::fault(&"request without a connection"))?;
        Ok(Self {
            app: Arc::clone(app),
            context: RequestContext::anonymous(peer.caller(), app.clock.second()),
            certificate: peer.certificate.clone(),
        })
    }
}
