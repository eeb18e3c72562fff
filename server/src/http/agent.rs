//! The agent's own endpoints: pick-up, progress, activation; renewal without a page; login with the agent; officers' shares (`docs/protocol.md`).

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use inkan_pki::messages::request::{GiveUp, PickUp, Progress};
use inkan_pki::messages::unseal::OpenedShare;
use inkan_pki::secret::Secret;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::context::Answer;
use super::est::basic;
use super::failure::Failure;
use super::machine::Machine;
use super::problem::HttpProblem;
use crate::services::certificates::lifecycle::{By, Reason};
use crate::services::records::Issuer;
use crate::services::{Refusal, RequestContext};

/// `POST /agent/requests/{id}/pickup`.
pub async fn pick_up(machine: Machine, Path(id): Path<String>, body: Bytes) -> Answer {
    let PickUp { agent } = json(&body)?;
    let services = &machine.app.services;
    let answer = services.pick_up(&machine.context, &id, &agent).await?;
    Ok(Json(answer).into_response())
}

/// `POST /agent/requests/{id}/progress`.
pub async fn progress(
    machine: Machine,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Failure> {
    let credential = credential_for(&id, &headers)?;
    let progress: Progress = json(&body)?;
    let services = &machine.app.services;
    let noted = services.progress(&machine.context, &id, &credential, &progress);
    noted.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /agent/requests/{id}/give-up`.
pub async fn give_up(
    machine: Machine,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Failure> {
    let credential = credential_for(&id, &headers)?;
    let what: GiveUp = json(&body)?;
    let services = &machine.app.services;
    let given_up = services.give_up_issue(&machine.context, &id, &credential, &what);
    given_up.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /agent/activate` over mutual TLS with the new certificate, of the kind that the listener accepts.
pub async fn activate(machine: Machine, Extension(issuer): Extension<Issuer>) -> Answer {
    let (services, presented) = (&machine.app.services, machine.certificate()?);
    let answer = services.activate(&machine.context, issuer, presented);
    Ok(Json(answer.await?).into_response())
}

/// `POST /agent/renewals` over mutual TLS with the certificate to be renewed.
pub async fn begin_renewal(
    machine: Machine,
    Extension(issuer): Extension<Issuer>,
    body: Bytes,
) -> Answer {
    let presented = machine.certificate()?;
    let PickUp { agent } = json(&body)?;
    let services = &machine.app.services;
    let begun = services.begin_renewal(&machine.context, issuer, presented, &agent);
    Ok(Json(begun.await?).into_response())
}

/// `POST /agent/revocations` over mutual TLS with the certificate to be revoked.
pub async fn revoke(machine: Machine) -> Answer {
    let presented = machine.certificate()?;
    let (services, context) = (&machine.app.services, &machine.context);
    let (caller, now) = (context.caller, context.now);
    let registered = services.registered(presented, caller, now).await?;
    let request = RequestContext::user(&registered.user.id, caller, now);
    // The token is passed on or discarded (R11); a loss is for the help desk.
    let (id, reason) = (&registered.certificate.id, Reason::CessationOfOperation);
    let done = services.revoke(&request, id, By::Owner, reason).await?;
    Ok(Json(json!({ "serial": done.serial, "state": done.state.as_str() })).into_response())
}

/// `POST /agent/logins/{id}/pickup`.
pub async fn pick_up_login(machine: Machine, Path(id): Path<String>, body: Bytes) -> Answer {
    let PickUp { agent } = json(&body)?;
    let (accounts, request) = (machine.app.services.accounts(), machine.by_agent(&id));
    let answer = accounts.pick_up_agent_login(&request, &id, &agent).await?;
    Ok(Json(answer).into_response())
}

/// `POST /agent/logins/{id}/progress`.
pub async fn login_progress(
    machine: Machine,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Failure> {
    let credential = credential_for(&id, &headers)?;
    let progress: Progress = json(&body)?;
    let (accounts, request) = (machine.app.services.accounts(), machine.by_agent(&id));
    let noted = accounts.agent_login_progress(&request, &id, &credential, &progress);
    noted.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /agent/logins/{id}/proof` over mutual TLS with the registered certificate.
pub async fn prove_login(machine: Machine, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let presented = machine.certificate()?;
    let credential = credential_for(&id, &headers)?;
    let (accounts, request) = (machine.app.services.accounts(), machine.by_agent(&id));
    let answer = accounts.prove_agent_login(&request, &id, &credential, presented);
    Ok(Json(answer.await?).into_response())
}

/// `POST /agent/unseals/{id}/pickup`.
pub async fn pick_up_unseal(machine: Machine, Path(id): Path<String>, body: Bytes) -> Answer {
    let PickUp { .. } = json(&body)?;
    let services = &machine.app.services;
    let answer = services.pick_up_unseal(&id, machine.context.now)?;
    Ok(Json(answer).into_response())
}

/// `POST /agent/unseals/{id}/sealed-share` over mutual TLS with the officer's certificate.
pub async fn officers_share(
    machine: Machine,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let presented = machine.certificate()?;
    let credential = credential_for(&id, &headers)?;
    let services = &machine.app.services;
    let share = services.officers_share(&machine.context, (&id, &credential), presented);
    Ok(Json(share.await?).into_response())
}

/// `POST /agent/unseals/{id}/share` over mutual TLS with the officer's certificate.
pub async fn take_share(
    machine: Machine,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let presented = machine.certificate()?;
    let credential = credential_for(&id, &headers)?;
    let OpenedShare { share } = json(&body)?;
    let services = &machine.app.services;
    let request = (id.as_str(), &credential);
    let taken = services.take_officers_share(&machine.context, request, presented, share);
    Ok(Json(taken.await?).into_response())
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
