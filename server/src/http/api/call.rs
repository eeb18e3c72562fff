//! What a handler receives: the caller, the subject and the input; for a change also the context in which it is executed.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request};
use axum::http::request::Parts;
use http_body_util::BodyExt;
use inkan_pki::x509::fingerprint::sha256_hex;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, ToSchema};

use super::guard::KEY;
use super::refusal::{ApiProblem, QueryFault};
use crate::http::app::Shared;
use crate::http::console::gate::Member;
use crate::http::failure::Failure;
use crate::http::lang::Lang;
use crate::http::listen::Peer;
use crate::http::problem::HttpProblem;
use crate::services::RequestContext;
use crate::services::account_service::AccountService;
use crate::services::idempotent_request::{IdempotentRequest, Request as Keyed};
use crate::services::records::StaffMember;

/// Longest message of a parser that is passed on.
const LONGEST_HINT: usize = 200;

/// A query without parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoQuery {}

/// A body without members: `{}`, or none.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// What reads and changes have in common.
pub struct Call {
    /// Shared state.
    pub app: Shared,
    /// Language of sentences.
    pub lang: Lang,
    /// The caller.
    pub member: Arc<StaffMember>,
    /// Who sent the request, from where, and when.
    pub context: RequestContext,
    /// The `{id}` of the path; empty if the path has none.
    pub id: String,
}

/// A request to read.
pub struct Asked<Q> {
    /// Who, and what about.
    pub call: Call,
    /// What for.
    pub query: Q,
}

/// A request to change.
pub struct Command<B> {
    /// Who, and what about.
    pub call: Call,
    /// What to do.
    pub body: B,
    /// Where it is done.
    pub idempotent: Arc<IdempotentRequest>,
    /// The caller's key.
    pub keyed: Keyed,
}

impl<Q> Asked<Q> {
    /// The services.
    pub fn accounts(&self) -> AccountService<'_> {
        self.call.app.services.accounts()
    }
}

impl<B> Command<B> {
    /// The services, for one operation.
    pub fn accounts(&self) -> AccountService<'_> {
        self.idempotent.accounts()
    }

    /// Who sent the request, from where, and when.
    pub fn context(&self) -> &RequestContext {
        &self.call.context
    }
}

async fn call(parts: &mut Parts, app: &Shared) -> Result<Call, Failure> {
    let Member(member) = Member::from_request_parts(parts, app).await?;
    let found = &parts.extensions;
    let (Some(lang), Some(peer)) = (found.get::<Lang>().copied(), found.get::<Peer>().cloned())
    else {
        return Err(Failure::fault(&"request without a frame"));
    };
    let id = match RawPathParams::from_request_parts(parts, app).await {
        Ok(params) => params.iter().next().map(|(_, id)| id.to_owned()),
        Err(_) => return Err(HttpProblem::NotFound.into()),
    };
    Ok(Call {
        app: Arc::clone(app),
        lang,
        context: RequestContext::staff(&member.id, peer.caller(), app.clock.second()),
        member,
        id: id.unwrap_or_default(),
    })
}

impl<Q: DeserializeOwned> FromRequestParts<Shared> for Asked<Q> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Failure> {
        let call = call(parts, app).await?;
        let query = Query::<Q>::try_from_uri(&parts.uri);
        let Query(query) = query.map_err(|error| {
            let what = error.body_text().chars().take(LONGEST_HINT).collect();
            HttpProblem::Api(ApiProblem::QueryInvalid(QueryFault::Malformed { what }))
        })?;
        Ok(Self { call, query })
    }
}

impl<B: DeserializeOwned> FromRequest<Shared> for Command<B> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let call = call(&mut parts, app).await?;
        // A change has no query parameters: they are refused instead of ignored.
        if parts.uri.query().is_some() {
            return Err(HttpProblem::Api(ApiProblem::QueryInvalid(QueryFault::OnAChange)).into());
        }
        let key = parts.headers.get(KEY).and_then(|value| value.to_str().ok());
        let key = key.and_then(key_of);
        let key = key.ok_or(HttpProblem::Api(ApiProblem::KeyMalformed))?;
        let body = body.collect().await;
        let body = body.map_err(|_| HttpProblem::BodyIncomplete)?.to_bytes();
        let request = format!("{}\n{}\n", parts.method, parts.uri.path());
        let sha256 = sha256_hex(&[request.as_bytes(), &body].concat());
        Ok(Self {
            keyed: Keyed {
                staff_id: call.member.id.clone(),
                key: key.to_owned(),
                sha256,
            },
            body: json(&body)?,
            idempotent: Arc::new(app.services.idempotent()),
            call,
        })
    }
}

/// The key, plain or as a string of RFC 9651: 8 to 64 letters, digits and `-._~:`.
fn key_of(value: &str) -> Option<&str> {
    let quoted = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    let key = quoted.unwrap_or(value);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    ((8..=64).contains(&key.len()) && key.bytes().all(fits)).then_some(key)
}

fn json<B: DeserializeOwned>(body: &Bytes) -> Result<B, Failure> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| {
        let what = error.to_string();
        let what = what.chars().filter(|c| !c.is_control());
        let what = what.take(LONGEST_HINT).collect();
        HttpProblem::Api(ApiProblem::JsonInvalid { what }).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_api_keys_are_plain_or_quoted() {
        for good in [
            "01234567",
            "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"",
            "a.b_c~d:e-f",
        ] {
            assert!(key_of(good).is_some(), "{good}");
        }
        let long = "x".repeat(65);
        for bad in [
            "",
            "1234567",
            "\"1234567\"",
            "with space",
            "ｋｅｙｋｅｙ",
            "\"12345678",
            &*long,
        ] {
            assert!(key_of(bad).is_none(), "{bad}");
        }
        assert_eq!(key_of("\"12345678\""), key_of("12345678"));
    }
}
