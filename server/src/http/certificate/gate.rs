//! For every page of this listener: the certificate of the connection must be the registered one, active and within its
//! validity period, now. Checked per request and not per handshake, so that a resumed connection is no hole.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::app::Shared;
use crate::http::failure::Failure;
use crate::http::layers::group::{Around, Gate};
use crate::http::listen::Peer;
use crate::http::problem::HttpProblem;
use crate::services::authentication::login::Registered;

/// Admits the registered certificate and puts its owner into the request's extensions; at
/// [`Gate::CustomerRenewed`] also one that its own renewal has superseded.
pub async fn gate(State(around): State<Around>, mut request: Request, next: Next) -> Response {
    let app = &around.app;
    if around.group.gate == Gate::CustomerRenewed {
        match was_renewed(app, request.extensions().get::<Peer>()).await {
            Ok(false) => {}
            Ok(true) => return next.run(request).await,
            Err(failure) => return failure.into_response(),
        }
    }
    match registered(app, request.extensions().get::<Peer>()).await {
        Ok(registered) => {
            request.extensions_mut().insert(Arc::new(registered));
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

/// Whether this is the end of a renewal: the connection still has the old certificate, which its own renewal has
/// superseded. The pages that show the outcome check the session themselves.
async fn was_renewed(app: &Shared, peer: Option<&Peer>) -> Result<bool, Failure> {
    match peer.and_then(|peer| peer.certificate.as_ref()) {
        Some(presented) => Ok(app.services.accounts().was_renewed(presented).await?),
        None => Ok(false),
    }
}

async fn registered(app: &Shared, peer: Option<&Peer>) -> Result<Registered, Failure> {
    let missing = || Failure::Http(HttpProblem::NoCertificate);
    let peer = peer.ok_or_else(missing)?;
    let presented = peer.certificate.as_ref().ok_or_else(missing)?;
    let now = app.clock.now();
    Ok(app
        .services
        .registered(presented, peer.caller(), now)
        .await?)
}

/// The owner of the connection's certificate.
pub struct Owner(pub Arc<Registered>);

impl<S: Sync> FromRequestParts<S> for Owner {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let found = parts.extensions.get::<Arc<Registered>>();
        found
            .cloned()
            .map(Self)
            .ok_or(Failure::Http(HttpProblem::NoCertificate))
    }
}
