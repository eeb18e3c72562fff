//! The agent's own endpoints: pick-up, progress, activation; renewal without a page; login with the agent (`docs/protocol.md`).

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use inkan_pki::messages::request::{GiveUp, PickUp, Progress};
use inkan_pki::secret::Secret;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::app::Shared;
use super::context::Answer;
use super::est::{basic, caller};
use super::failure::Failure;
use super::listen::Peer;
use super::problem::HttpProblem;
use crate::services::certificates::lifecycle::{By, Reason};
use crate::services::enrolment::staff::is_staff_request;
use crate::services::{Refusal, RequestContext};

/// `POST /agent/requests/{id}/pickup`.
pub async fn pick_up(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let PickUp { agent } = json(&body)?;
    let (services, now) = (&app.services, app.clock.second());
    let caller = caller(&peer);
    let answer = if is_staff_request(&id) {
        services.pick_up_for_staff(&id, &agent, caller, now).await
    } else {
        services.pick_up(&id, &agent, caller, now).await
    };
    Ok(Json(answer?).into_response())
}

/// `POST /agent/requests/{id}/progress`.
pub async fn progress(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Failure> {
    let credential = credential_for(&id, &headers)?;
    let progress: Progress = json(&body)?;
    let (services, now) = (&app.services, app.clock.second());
    let caller = caller(&peer);
    let noted = if is_staff_request(&id) {
        let told = services.staff_progress(&id, &credential, &progress, caller, now);
        told.await
    } else {
        let told = services.progress(&id, &credential, &progress, caller, now);
        told.await
    };
    noted?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /agent/requests/{id}/give-up`. For staff there are new halves instead.
pub async fn give_up(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Failure> {
    let credential = credential_for(&id, &headers)?;
    let what: GiveUp = json(&body)?;
    let (services, now) = (&app.services, app.clock.now());
    services
        .give_up_issue(&id, &credential, &what, caller(&peer), now)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /agent/activate` over mutual TLS with a new staff certificate.
pub async fn activate_staff(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
) -> Result<Response, Failure> {
    let presented = peer.certificate.clone();
    let presented = presented.ok_or(HttpProblem::NoCertificate)?;
    let now = app.clock.second();
    let answer = app
        .services
        .activate_staff(&presented, caller(&peer), now)
        .await?;
    Ok(Json(answer).into_response())
}

/// `POST /agent/activate` over mutual TLS with the new certificate.
pub async fn activate(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
) -> Result<Response, Failure> {
    let presented = peer.certificate.clone();
    let presented = presented.ok_or(HttpProblem::NoCertificate)?;
    let now = app.clock.second();
    let answer = app
        .services
        .activate(&presented, caller(&peer), now)
        .await?;
    Ok(Json(answer).into_response())
}

/// `POST /agent/renewals` over mutual TLS with the certificate to be renewed.
pub async fn begin_renewal(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
    body: Bytes,
) -> Answer {
    let presented = peer.certificate.clone();
    let presented = presented.ok_or(HttpProblem::NoCertificate)?;
    let PickUp { agent } = json(&body)?;
    let now = app.clock.second();
    let answer = app
        .services
        .begin_renewal(&presented, &agent, caller(&peer), now)
        .await?;
    Ok(Json(answer).into_response())
}

/// `POST /agent/revocations` over mutual TLS with the certificate to be revoked.
pub async fn revoke(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
) -> Result<Response, Failure> {
    let presented = peer.certificate.clone();
    let presented = presented.ok_or(HttpProblem::NoCertificate)?;
    let (services, caller, now) = (&app.services, caller(&peer), app.clock.second());
    let registered = services.registered(&presented, caller, now).await?;
    let request = RequestContext::user(&registered.user.id, caller, now);
    // The token is handed on or thrown away (R11); a loss is for the help desk.
    let (id, reason) = (&registered.certificate.id, Reason::CessationOfOperation);
    let done = services.revoke(&request, id, By::Owner, reason).await?;
    Ok(Json(json!({ "serial": done.serial, "state": done.state.as_str() })).into_response())
}

/// `POST /agent/logins/{id}/pickup`.
pub async fn pick_up_login(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let PickUp { agent } = json(&body)?;
    let (accounts, request) = (app.services.accounts(), by_agent(&app, &peer, &id));
    let answer = accounts.pick_up_agent_login(&request, &id, &agent).await?;
    Ok(Json(answer).into_response())
}

/// `POST /agent/logins/{id}/progress`.
pub async fn login_progress(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Failure> {
    let credential = credential_for(&id, &headers)?;
    let progress: Progress = json(&body)?;
    let (accounts, request) = (app.services.accounts(), by_agent(&app, &peer, &id));
    let noted = accounts.agent_login_progress(&request, &id, &credential, &progress);
    noted.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /agent/logins/{id}/proof` over mutual TLS with the registered certificate.
pub async fn prove_login(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let presented = peer.certificate.clone();
    let presented = presented.ok_or(HttpProblem::NoCertificate)?;
    let credential = credential_for(&id, &headers)?;
    let (accounts, request) = (app.services.accounts(), by_agent(&app, &peer, &id));
    let answer = accounts.prove_agent_login(&request, &id, &credential, &presented);
    Ok(Json(answer.await?).into_response())
}

/// The request of the agent that was handed this one.
fn by_agent(app: &Shared, peer: &Peer, id: &str) -> RequestContext {
    RequestContext::agent(id, caller(peer), app.clock.second())
}

/// The credential of HTTP Basic, whose user must be the request in the path.
fn credential_for(id: &str, headers: &HeaderMap) -> Result<Secret, Failure> {
    let (user, credential) = basic(headers)?;
    if user != id {
        return Err(Refusal::CredentialInvalid.into());
    }
    Ok(credential)
}

fn json<T: DeserializeOwned>(body: &Bytes) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|_| HttpProblem::BadRequest.into())
}
