//! Admission to the console by the table of rights: the staff certificate of the connection must be registered and
//! active, at every request. Deny by default; a refusal is audited.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{presence, routes};
use crate::http::api;
use crate::http::app::Shared;
use crate::http::failure::Failure;
use crate::http::layers::group::Around;
use crate::http::listen::Peer;
use crate::http::problem::HttpProblem;
use crate::services::RequestContext;
use crate::services::records::{StaffMember, StaffRole};

/// Admits registered staff where their role allows it, and puts the staff member into the request.
pub async fn gate(State(around): State<Around>, request: Request, next: Next) -> Response {
    let app = &around.app;
    let peer = request.extensions().get::<Peer>();
    let path = request.extensions().get::<MatchedPath>();
    let member = match admitted(app, peer, request.method(), path).await {
        Ok(member) => member,
        Err(failure) => return failure.into_response(),
    };
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(Arc::new(member));
    match presence::check(&around, &mut parts).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(response) => response,
    }
}

/// As [`gate`], before the megabytes of a list are read: callers who are not admitted cannot send them.
pub async fn before_a_list(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>();
    let path = request.extensions().get::<MatchedPath>();
    match admitted(&app, peer, request.method(), path).await {
        Ok(_) => next.run(request).await,
        Err(failure) => failure.into_response(),
    }
}

async fn admitted(
    app: &Shared,
    peer: Option<&Peer>,
    method: &Method,
    path: Option<&MatchedPath>,
) -> Result<StaffMember, Failure> {
    let forbidden = || Failure::Http(HttpProblem::StaffForbidden);
    let peer = peer.ok_or_else(forbidden)?;
    let missing = || Failure::Http(HttpProblem::StaffCertificateMissing);
    let presented = peer.certificate.as_ref().ok_or_else(missing)?;
    let request = RequestContext::anonymous(peer.caller(), app.clock.now());
    let accounts = app.services.accounts();
    let path = path.map(MatchedPath::as_str);
    let member = if path.is_some_and(|path| routes::is_after_renewal(method, path)) {
        // The connection may still have the certificate that its own renewal has superseded.
        accounts.own_certificate(&request, presented).await?.0
    } else {
        accounts.staff_presenting(&request, presented).await?
    };
    // A request that matches no route ends as "not found".
    let Some(path) = path.filter(|path| !api::routes::UNKNOWN.contains(path)) else {
        return Ok(member);
    };
    if !routes::is_known(method, path) {
        return Err(HttpProblem::MethodNotAllowed.into());
    }
    if !routes::may(member.role, method, path) {
        let place = format!("{method} {path}");
        let request = RequestContext::staff(&member.id, request.caller, request.now);
        return Err(accounts.off_limits(&request, &place).await.into());
    }
    Ok(member)
}

/// The staff member at the console.
pub struct Member(pub Arc<StaffMember>);

impl Member {
    /// Whether the role may see a page.
    pub fn sees(&self, path: &str) -> bool {
        routes::may(self.0.role, &Method::GET, path)
    }

    /// Whether the role may send a form.
    pub fn acts(&self, path: &str) -> bool {
        routes::may(self.0.role, &Method::POST, path)
    }

    /// Whether the role is one of these.
    pub fn is(&self, roles: &[StaffRole]) -> bool {
        roles.contains(&self.0.role)
    }
}

impl<S: Sync> FromRequestParts<S> for Member {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let found = parts.extensions.get::<Arc<StaffMember>>();
        found
            .cloned()
            .map(Self)
            .ok_or(Failure::Http(HttpProblem::StaffForbidden))
    }
}
