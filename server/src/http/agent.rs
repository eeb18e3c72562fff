//! The agent's own endpoints: pick-up, progress, activation (`docs/protocol.md`).

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use inkan_pki::messages::request::{PickUp, Progress};
use serde::de::DeserializeOwned;

use super::app::Shared;
use super::cx::Answer;
use super::est::{basic, caller};
use super::failure::Failure;
use super::listen::Peer;
use super::problem::HttpProblem;
use crate::workflow::Refusal;

/// `POST /agent/requests/{id}/pickup`.
pub async fn pick_up(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let PickUp { agent } = json(&body)?;
    let now = app.clock.now();
    let answer = app
        .workflows
        .pick_up(&id, &agent, caller(&peer), now)
        .await?;
    Ok(Json(answer).into_response())
}

/// `POST /agent/requests/{id}/progress`.
pub async fn progress(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Failure> {
    let (user, credential) = basic(&headers)?;
    if user != id {
        return Err(Refusal::CredentialInvalid.into());
    }
    let progress: Progress = json(&body)?;
    let now = app.clock.now();
    app.workflows
        .progress(&id, &credential, &progress, caller(&peer), now)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /agent/activate` over mutual TLS with the new certificate.
pub async fn activate(
    State(app): State<Shared>,
    Extension(peer): Extension<Peer>,
) -> Result<Response, Failure> {
    let presented = peer.certificate.clone();
    let presented = presented.ok_or(HttpProblem::NoCertificate)?;
    let now = app.clock.now();
    let answer = app
        .workflows
        .activate(&presented, caller(&peer), now)
        .await?;
    Ok(Json(answer).into_response())
}

fn json<T: DeserializeOwned>(body: &Bytes) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|_| HttpProblem::BadRequest.into())
}
