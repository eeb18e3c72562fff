//! Who is at the console: the staff certificate of the connection, looked up for
//! each request.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::app::Shared;
use crate::http::est::caller;
use crate::http::failure::Failure;
use crate::http::listen::Peer;
use crate::http::problem::HttpProblem;
use crate::http::router::is_public_file;
use crate::workflow::records::{StaffMember, StaffRole};

/// Lets registered staff in and puts the staff member into the request.
pub async fn gate(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    if is_public_file(request.uri().path()) {
        return next.run(request).await;
    }
    match member(&app, request.extensions().get::<Peer>()).await {
        Ok(member) => {
            request.extensions_mut().insert(Arc::new(member));
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

async fn member(app: &Shared, peer: Option<&Peer>) -> Result<StaffMember, Failure> {
    let forbidden = || Failure::Http(HttpProblem::StaffForbidden);
    let peer = peer.ok_or_else(forbidden)?;
    let presented = peer.certificate.as_ref().ok_or_else(forbidden)?;
    let now = app.clock.now();
    let people = app.workflows.people();
    Ok(people
        .staff_presenting(presented, caller(peer), now)
        .await?)
}

/// The staff member at the console.
pub struct Member(pub Arc<StaffMember>);

impl Member {
    /// Refuses roles other than these.
    pub fn among(&self, roles: &[StaffRole]) -> Result<(), Failure> {
        if self.is(roles) {
            Ok(())
        } else {
            Err(HttpProblem::StaffForbidden.into())
        }
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
