//! The API of the staff listener.
//!
//! - this file: a client of the API
//! - [`roles`]: every role at every route
//! - [`description`]: the served description, the routes and the documents agree
//! - [`programs`]: who is admitted, and with which requests
//! - [`four_eyes`]: nobody decides an entry that they contributed to
//! - [`twice`]: repeated requests
//! - [`lists`]: pages, and hostile text

mod description;
mod four_eyes;
mod lists;
mod programs;
mod roles;
mod twice;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::Value;

use crate::harness::{Answer, Bank, To, get};

/// A client of the API with the certificate of a member of staff.
pub struct Program<'a> {
    pub bank: &'a Bank,
    pub certificate: Vec<u8>,
}

impl<'a> Program<'a> {
    pub fn of(bank: &'a Bank, name: &str) -> Self {
        Self {
            bank,
            certificate: bank.staff_certificate(name),
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        self.bank
            .send(To::Staff, request, Some(&self.certificate))
            .await
    }

    pub async fn see(&self, path: &str) -> Value {
        let answer = self.send(get(&format!("/api/v1/{path}"))).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    pub async fn refused(&self, path: &str) -> String {
        let answer = self.send(get(&format!("/api/v1/{path}"))).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.body);
        answer.code()
    }

    pub async fn act(&self, path: &str, body: Value) -> Answer {
        self.send(post(path, &key(), &body.to_string())).await
    }

    pub async fn done(&self, path: &str, body: Value) -> Value {
        let answer = self.act(path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    /// A contract, entered by this program and approved by another.
    pub async fn register_contract(&self, approver: &Program<'_>, contract: Value) -> String {
        let mut entry = contract;
        entry["kind"] = "contract".into();
        let entered = self.done("proposals", entry).await;
        let path = format!("proposals/{}/approve", text(&entered["id"]));
        let version = serde_json::json!({ "version": 1 });
        let done = approver.done(&path, version).await;
        text(&done["contract_id"]).to_owned()
    }

    /// The development server's customer.
    pub async fn contract(&self, query: &str) -> String {
        let found = self.see(&format!("contracts?{query}")).await;
        found["items"][0]["id"].as_str().unwrap().to_owned()
    }
}

pub fn key() -> String {
    inkan_store::id::new_id().unwrap()
}

pub fn post(path: &str, key: &str, body: &str) -> Request<Body> {
    Request::post(format!("/api/v1/{path}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_owned()))
        .unwrap()
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
