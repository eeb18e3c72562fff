//! A fresh handshake of the token before a decision or a secret, and an idle console.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_server::http::api;
use inkan_server::http::console::routes::{Right, rights};
use inkan_server::services::records::StaffRole;
use jiff::SignedDuration;
use serde_json::json;

use crate::api::{Program, key, post};
use crate::harness::{Answer, Bank, To, form, get};
use crate::http_staff::{between, place};

/// Longer ago than a handshake is fresh.
const LATE: Duration = Duration::from_secs(121);
/// Just now.
const NOW: Duration = Duration::ZERO;

/// A browser that has been at the console for a while.
struct Console<'a> {
    bank: &'a Bank,
    certificate: Vec<u8>,
    cookies: String,
    token: String,
}

impl<'a> Console<'a> {
    async fn of(bank: &'a Bank, name: &str) -> Self {
        let teller = bank.staff_certificate("teller");
        let page = bank.send(To::Staff, get("/contracts/new"), Some(&teller));
        let page = page.await;
        Self {
            bank,
            certificate: bank.staff_certificate(name),
            cookies: page.cookies(),
            token: page.form_token(),
        }
    }

    async fn send(&self, mut request: Request<Body>, after: Duration) -> Answer {
        let cookies = self.cookies.parse().unwrap();
        request.headers_mut().insert(header::COOKIE, cookies);
        let certificate = &self.certificate;
        self.bank
            .send_late(To::Staff, request, certificate, after)
            .await
    }

    async fn see(&self, path: &str, after: Duration) -> Answer {
        self.send(get(path), after).await
    }

    async fn act(&self, path: &str, fields: &str, after: Duration) -> Answer {
        let fields = format!("form_token={}&{fields}", self.token);
        self.send(form(path, "", &fields), after).await
    }

    /// The console was last used this long ago.
    async fn left_alone(&self, minutes: i64) {
        let then = self.bank.app.clock.now() - SignedDuration::from_mins(minutes);
        let accounts = self.bank.app.services.accounts();
        let certificate = sha256_hex(&self.certificate);
        accounts
            .begin_console_use(&certificate, then)
            .await
            .unwrap();
    }
}

fn is_refused(answer: &Answer, code: &str) -> bool {
    let closed = answer.headers.get(header::CONNECTION);
    let closed = closed.is_some_and(|value| value == "close");
    answer.status == StatusCode::FORBIDDEN && answer.code() == code && closed
}

fn name_of(role: StaffRole) -> &'static str {
    match role {
        StaffRole::Teller => "teller",
        StaffRole::Approver => "approver",
        StaffRole::Helpdesk => "helpdesk",
        StaffRole::SecurityOfficer => "security-officer",
        StaffRole::Auditor => "auditor",
    }
}

/// Which operations need a fresh handshake and which do not, at the console and at the API.
#[tokio::test]
async fn http_every_decision_and_every_letter_asks_for_the_token_again() {
    let bank = Bank::open().await;
    let all = || rights().iter().chain(api::routes::rights());
    let confirmed = |right: &Right| right.confirmed.then_some(right.path);
    let found: Vec<&str> = all().filter_map(confirmed).collect();
    assert_eq!(
        found,
        [
            "/continue",
            "/contracts/{id}/letter",
            "/grants/{id}/letter",
            "/proposals/{id}/letter",
            "/proposals/{id}/approve",
            "/proposals/{id}/reject",
            "/staff/{id}/credential",
            "/security/seal",
            "/api/v1/contracts/{id}/letter",
            "/api/v1/grants/{id}/letter",
            "/api/v1/proposals/{id}/letter",
            "/api/v1/proposals/{id}/approve",
            "/api/v1/proposals/{id}/reject",
        ]
    );
    for right in all() {
        let console = Console::of(&bank, name_of(right.roles[0])).await;
        let path = right.path.replace("{id}", "none");
        let answer = match (&right.method, path.strip_prefix("/api/v1/")) {
            (&Method::POST, Some(rest)) => console.send(post(rest, &key(), "{}"), LATE).await,
            (&Method::POST, None) => console.act(&path, "shown=1", LATE).await,
            _ => console.see(&path, LATE).await,
        };
        let refused = is_refused(&answer, "fresh-handshake-required");
        assert_eq!(refused, right.confirmed, "{} {path}", right.method);
    }
}

#[tokio::test]
async fn http_a_form_on_an_old_connection_is_sent_once_more_and_loses_nothing() {
    let bank = Bank::open().await;
    let (teller, approver) = (
        Console::of(&bank, "teller").await,
        Console::of(&bank, "approver").await,
    );
    let program = Program::of(&bank, "teller");
    let contract = program.contract("account=1234567").await;
    let contract = format!("/contracts/{contract}");
    let cancel = format!("{contract}/cancel");
    let proposal = place(&teller.act(&cancel, "note=x", LATE).await);
    let shown = approver.see(&proposal, LATE).await;
    let version = between(&shown.body, "name=\"shown\" value=\"", "\"");
    let reject = format!("{proposal}/reject");
    let said = format!("shown={version}&reason=%22%3Cb%3E%0D%0A%E7%90%86%E7%94%B1");
    let answer = approver.act(&reject, &said, LATE).await;
    assert!(
        is_refused(&answer, "fresh-handshake-required"),
        "{}",
        answer.body
    );
    // The same form, with the entered values unchanged.
    let action = format!("action=\"{reject}\"");
    assert!(answer.body.contains(&action), "{}", answer.body);
    let version = format!("name=\"shown\" value=\"{version}\"");
    assert!(answer.body.contains(&version), "{}", answer.body);
    let reason = between(&answer.body, "name=\"reason\" value=\"", "\">");
    assert_eq!(reason, "&#34;&#60;b&#62;\r\n理由");
    assert_eq!(answer.body.matches("name=\"form_token\"").count(), 1);
    // Nothing is done yet; the returned form does it.
    let page = approver.see(&proposal, NOW).await;
    assert!(page.body.contains(&action), "still to be decided");
    let said = said.replace("%0D%0A", "");
    place(&approver.act(&reject, &said, NOW).await);
    let again = approver.act(&reject, &said, NOW).await;
    assert_eq!(again.code(), "proposal-decided");
}

#[tokio::test]
async fn http_api_a_decision_on_an_old_connection_is_repeated_with_the_same_key() {
    let bank = Bank::open().await;
    let approver = Console::of(&bank, "approver").await;
    let teller = Program::of(&bank, "teller");
    let contract = teller.contract("account=1234567").await;
    let cancel = json!({ "kind": "cancel", "contract_id": contract, "note": "x" });
    let entered = teller.done("proposals", cancel).await;
    let path = format!("proposals/{}", entered["id"].as_str().unwrap());
    let body = json!({ "version": 1, "reason": "x" }).to_string();
    let (reject, key) = (format!("{path}/reject"), key());
    for _ in 0..2 {
        let late = approver.send(post(&reject, &key, &body), LATE).await;
        assert!(
            is_refused(&late, "fresh-handshake-required"),
            "{}",
            late.body
        );
        let kind = late.headers[header::CONTENT_TYPE].to_str().unwrap();
        assert_eq!(kind, "application/problem+json");
    }
    assert_eq!(teller.see(&path).await["proposal"]["state"], "entered");
    let done = approver.send(post(&reject, &key, &body), NOW).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert!(!done.headers.contains_key("idempotency-replayed"));
    assert_eq!(teller.see(&path).await["proposal"]["state"], "rejected");
}

#[tokio::test]
async fn http_a_console_left_alone_continues_only_when_somebody_continues_it() {
    let bank = Bank::open().await;
    let (helpdesk, teller) = (
        Console::of(&bank, "helpdesk").await,
        Console::of(&bank, "teller").await,
    );
    teller.left_alone(14).await;
    assert_eq!(teller.see("/contracts", LATE).await.status, StatusCode::OK);
    teller.left_alone(16).await;
    let list = "/contracts?q=1234567";
    for after in [LATE, NOW] {
        let paused = teller.see(list, after).await;
        assert!(is_refused(&paused, "console-idle"), "{}", paused.body);
        assert!(!paused.body.contains("株式会社大空商事"));
        assert!(paused.body.contains("action=\"/continue\""));
        let to = format!("name=\"to\" value=\"{list}\"");
        assert!(paused.body.contains(&to), "{}", paused.body);
        let act = teller.act("/contracts/new", "branch=101", after).await;
        assert!(is_refused(&act, "console-idle"), "{}", act.body);
        assert!(act.body.contains("name=\"to\" value=\"/\""));
    }
    // Neither another person's console nor a program's requests.
    assert_eq!(helpdesk.see(list, LATE).await.status, StatusCode::OK);
    let me = teller.see("/api/v1/me", LATE).await;
    assert_eq!(me.status, StatusCode::OK);

    let late = teller.act("/continue", "to=%2Fcontracts", LATE).await;
    assert!(
        is_refused(&late, "fresh-handshake-required"),
        "{}",
        late.body
    );
    assert!(is_refused(&teller.see(list, NOW).await, "console-idle"));
    let elsewhere = teller
        .act("/continue", "to=%2F%2Felsewhere.example", NOW)
        .await;
    assert_eq!(elsewhere.headers[header::LOCATION], "/");
    teller.left_alone(16).await;
    let continued = teller
        .act("/continue", "to=%2Fcontracts%3Fq%3D1", NOW)
        .await;
    assert_eq!(continued.status, StatusCode::SEE_OTHER);
    assert_eq!(continued.headers[header::LOCATION], "/contracts?q=1");
    assert_eq!(teller.see(list, LATE).await.status, StatusCode::OK);
}

/// Opening the browser makes a handshake, so nobody is paused in the morning. Without a fresh handshake a deleted
/// cookie does not help.
#[tokio::test]
async fn http_a_browser_that_was_just_opened_is_not_paused() {
    let bank = Bank::open().await;
    let mut teller = Console::of(&bank, "teller").await;
    teller.left_alone(1000).await;
    teller.cookies = String::new();
    assert!(is_refused(&teller.see("/", LATE).await, "console-idle"));
    assert_eq!(teller.see("/", NOW).await.status, StatusCode::OK);
    assert_eq!(teller.see("/", LATE).await.status, StatusCode::OK);
}
