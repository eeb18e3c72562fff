//! Every POST of a page must be a form, from our own page, sent by this browser. Deny by default: no handler of a page
//! receives a POST that has not passed this layer.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;

use super::group::RouteGroup;
use crate::http::failure::Failure;
use crate::http::fields::Fields;
use crate::http::problem::HttpProblem;
use crate::http::upload;
use crate::http::visitor::Visitor;

/// Name of the hidden field.
pub const TOKEN_FIELD: &str = "form_token";

/// Parses the form, checks origin and token, and puts the fields into the
/// request's extensions.
pub async fn check(State(group): State<RouteGroup>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    if request.method() != Method::POST {
        return Failure::Http(HttpProblem::MethodNotAllowed).into_response();
    }
    let (mut parts, body) = request.into_parts();
    let body = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(_) => return Failure::Http(HttpProblem::BodyIncomplete).into_response(),
    };
    let visitor = parts.extensions.get::<Visitor>().cloned();
    match fields(&parts.headers, visitor.as_ref(), group.import, body).await {
        Ok(fields) => {
            parts.extensions.insert(Arc::new(fields));
            next.run(Request::from_parts(parts, Body::empty())).await
        }
        Err(problem) => Failure::Http(problem).into_response(),
    }
}

async fn fields(
    headers: &HeaderMap,
    visitor: Option<&Visitor>,
    takes_file: bool,
    body: Bytes,
) -> Result<Fields, HttpProblem> {
    let boundary = upload::boundary(headers).filter(|_| takes_file);
    if !is_form(headers) && boundary.is_none() {
        return Err(HttpProblem::UnsupportedMediaType);
    }
    if !same_origin(headers) {
        return Err(HttpProblem::FormExpired);
    }
    let fields = match boundary {
        Some(boundary) => upload::parse(body, boundary).await,
        None => Fields::parse(&body),
    };
    let fields = fields.ok_or(HttpProblem::BadRequest)?;
    match visitor {
        Some(visitor) if visitor.owns_form(fields.text(TOKEN_FIELD)) => Ok(fields),
        _ => Err(HttpProblem::FormExpired),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    essence
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// If the browser reports which page sent the form, that page must be ours.
fn same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok());
    let origin = origin
        .to_str()
        .ok()
        .and_then(|o| o.strip_prefix("https://"));
    host.is_some() && origin == host
}
