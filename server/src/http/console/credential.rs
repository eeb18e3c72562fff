//! The halves of a credential on paper, and EST for staff: a certificate for a key on their own token.

use askama::Template;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use inkan_pki::secret::Secret;

use super::Person;
use super::gate::Member;
use crate::http::app::Shared;
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx, Form};
use crate::http::est;
use crate::http::listen::Peer;
use crate::http::page::{Page, html};
use crate::services::RequestContext;
use crate::services::records::IssuerId;

#[derive(Template)]
#[template(path = "staff/credential.html")]
struct HalfPage {
    page: Page,
    person: Person,
    name: String,
    number: String,
    user: String,
    secret: Secret,
    second: bool,
    until: String,
}

/// `POST /staff/{id}/credential`: this officer's half, shown once.
pub async fn half(cx: Cx, member: Member, Path(id): Path<String>, Form(_): Form) -> Answer {
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let half = accounts.issue_activation_code_half(&request, &id).await?;
    let template = HalfPage {
        page: cx.page(""),
        person: Person::of(&member, cx.lang),
        name: half.member.name,
        number: half.member.employee_number,
        user: half.member.id,
        secret: half.secret,
        second: half.second,
        until: word::time(half.expires_at, cx.lang),
    };
    html(StatusCode::OK, &template)
}

/// `GET staff/cacerts`: every staff CA and the root.
pub async fn cacerts(State(app): State<Shared>) -> Answer {
    est::cas(&app, IssuerId::Staff)
}

/// `POST staff/simpleenroll` with the account's id and the two halves of its credential.
pub async fn simpleenroll(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let (staff_id, credential) = est::basic(&headers)?;
    let csr = est::csr(&headers, &body)?;
    let request = RequestContext::anonymous(est::caller(&peer), app.clock.now());
    let enrolled = app
        .services
        .enroll_staff(&request, &staff_id, &credential, &csr);
    let der = enrolled.await?;
    est::certificates(&app, &[&der])
}
