//! A repeated request is executed once: the response is stored under its `Idempotency-Key` in the transaction of the
//! operation, for 24 hours.
//!
//! Secrets that are returned once (仮パスワード) are in the first response only and are not stored. A replayed response does
//! not contain them, just as the console does not show a letter twice.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use inkan_pki::messages::problem::PROBLEM_JSON;
use serde::Serialize;
use serde_json::Value;

use super::call::Command;
use super::problem::Problem;
use super::refusal::ApiProblem;
use crate::http::context::Answer;
use crate::http::failure::Failure;
use crate::http::problem::HttpProblem;
use crate::services::idempotent_request::{Before, Kept};

/// Marks a replayed response.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Members of a response that are returned only once.
const GIVEN_ONCE: [&str; 1] = ["letter"];

/// Executes an operation, or returns the stored response.
pub async fn run<B, A, F, Fut>(command: Command<B>, status: StatusCode, handler: F) -> Answer
where
    A: Serialize,
    F: FnOnce(Command<B>) -> Fut,
    Fut: Future<Output = Result<A, Failure>>,
{
    let (app, idempotent) = (
        Arc::clone(&command.call.app),
        Arc::clone(&command.idempotent),
    );
    let (keyed, now, lang) = (
        command.keyed.clone(),
        command.call.context.now,
        command.call.lang,
    );
    if let Some(again) = again(app.services.asked_before(&keyed, now).await?)? {
        return Ok(again);
    }
    let (status, answer) = match handler(command).await {
        Ok(answer) => (status, json(&answer)?),
        Err(failure) if failure.status().is_client_error() => {
            (failure.status(), json(&Problem::of(&failure, lang))?)
        }
        // Nothing was done, and the same request may succeed later: nothing is stored.
        Err(failure) => return Err(failure),
    };
    let kept = Kept {
        status: status.as_u16(),
        response: lasting(&answer).to_string(),
    };
    match again(idempotent.keep(&keyed, &kept, now).await?)? {
        Some(again) => Ok(again),
        None => response(status, answer.to_string()),
    }
}

fn again(before: Before) -> Result<Option<Response>, Failure> {
    match before {
        Before::Nothing => Ok(None),
        Before::Another => Err(HttpProblem::Api(ApiProblem::KeyReused).into()),
        Before::This(kept) => {
            let status = StatusCode::from_u16(kept.status);
            let status = status.map_err(|error| Failure::fault(&error))?;
            let mut response = response(status, kept.response)?;
            let yes = HeaderValue::from_static("true");
            response.headers_mut().insert(REPLAYED, yes);
            Ok(Some(response))
        }
    }
}

fn json(answer: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(answer).map_err(|error| Failure::fault(&error))
}

/// The response without what is returned only once.
fn lasting(answer: &Value) -> Value {
    let mut lasting = answer.clone();
    if let Value::Object(members) = &mut lasting {
        members.retain(|name, _| !GIVEN_ONCE.contains(&name.as_str()));
    }
    lasting
}

fn response(status: StatusCode, body: String) -> Answer {
    let kind = if status.is_success() {
        "application/json"
    } else {
        PROBLEM_JSON
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_api_keeps_no_temporary_password() {
        let answer = serde_json::json!({ "id": "c", "letter": { "login_password": "x" } });
        assert_eq!(lasting(&answer), serde_json::json!({ "id": "c" }));
    }
}
