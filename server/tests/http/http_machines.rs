use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use inkan_pki::x509::{certs_only, transfer};

use crate::harness::{Bank, To};

fn post(path: &str, kind: &str, authorization: &str, body: &str) -> Request<Body> {
    Request::post(path)
        .header(header::CONTENT_TYPE, kind)
        .header(header::AUTHORIZATION, authorization)
        .body(Body::from(body.to_owned()))
        .unwrap()
}

#[tokio::test]
async fn http_cacerts_are_customer_ca_and_root() {
    let bank = Bank::open().await;
    let answer = bank.get(To::Portal, "/.well-known/est/cacerts").await;
    assert_eq!(
        answer.headers[header::CONTENT_TYPE],
        "application/pkcs7-mime; smime-type=certs-only"
    );
    let der = transfer::decode(answer.body.as_bytes()).unwrap();
    let found = certs_only::decode(&der).unwrap();
    assert_eq!(found.len(), 2);
    assert!(found.contains(&bank.app.services.authority().root().to_vec()));
}

const EST_ANSWERS: [&str; 2] = ["/.well-known/est/cacerts", "/.well-known/est/csrattrs"];

/// RFC 8951.
#[tokio::test]
async fn http_est_answers_are_one_line_without_an_end() {
    let bank = Bank::open().await;
    let mut longest = 0;
    for path in EST_ANSWERS {
        let answer = bank.get(To::Portal, path).await;
        let base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
        assert!(answer.body.bytes().all(base64), "{path}: {}", answer.body);
        longest = longest.max(answer.body.len());
    }
    assert!(longest > 1000, "it would have been wrapped");
}

/// For clients older than that, if the bank configures it.
#[tokio::test]
async fn http_est_answers_are_short_lines_where_they_are_configured() {
    let bank = Bank::open_with(|config| config.est.line_breaks = true).await;
    for path in EST_ANSWERS {
        let body = bank.get(To::Portal, path).await.body;
        assert!(body.ends_with('\n'), "{path}");
        let short = |line: &str| (1..=64).contains(&line.len());
        assert!(body.lines().all(short), "{path}: {body}");
    }
}

#[tokio::test]
async fn http_csrattrs_are_der_in_base64() {
    let bank = Bank::open().await;
    let answer = bank.get(To::Portal, "/.well-known/est/csrattrs").await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/csrattrs");
    assert_eq!(transfer::decode(answer.body.as_bytes()).unwrap()[0], 0x30);
}

#[tokio::test]
async fn http_refusals_of_machines_have_status_code_and_challenge() {
    let bank = Bank::open().await;
    let enroll = "/.well-known/est/simpleenroll";
    let basic = "Basic cmVxOmNyZWRlbnRpYWw=";
    let (csr, json) = ("application/pkcs10", "application/json");
    for (path, kind, authorization, body, status, code) in [
        (enroll, csr, "", "MAA=", 401, "credential-missing"),
        (enroll, csr, basic, "MAA=", 401, "credential-invalid"),
        (
            enroll,
            "text/plain",
            basic,
            "MAA=",
            415,
            "unsupported-media-type",
        ),
        (enroll, csr, basic, "%%%", 400, "csr-malformed"),
        (
            "/agent/requests/a/pickup",
            json,
            "",
            "{}",
            400,
            "bad-request",
        ),
        (
            "/agent/requests/a/pickup",
            json,
            "",
            r#"{"agent":"x"}"#,
            404,
            "request-unknown",
        ),
        (
            "/agent/requests/a/progress",
            json,
            "",
            "{}",
            401,
            "credential-missing",
        ),
        (
            "/agent/requests/a/progress",
            json,
            basic,
            r#"{"step":"key-made"}"#,
            401,
            "credential-invalid",
        ),
        ("/agent/nothing", json, "", "{}", 404, "not-found"),
    ] {
        let answer = bank
            .send(To::Portal, post(path, kind, authorization, body), None)
            .await;
        assert_eq!(
            (answer.status.as_u16(), &*answer.code()),
            (status, code),
            "{path}"
        );
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        let challenged = answer.headers.contains_key(header::WWW_AUTHENTICATE);
        assert_eq!(challenged, status == 401, "{path}");
        assert!(!answer.headers.contains_key(header::SET_COOKIE), "{path}");
    }
}

#[tokio::test]
async fn http_problems_speak_the_callers_language() {
    let bank = Bank::open().await;
    let mut request = post("/agent/requests/a/pickup", "application/json", "", "{}");
    request
        .headers_mut()
        .insert(header::ACCEPT_LANGUAGE, "en".parse().unwrap());
    let answer = bank.send(To::Portal, request, None).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.is_ascii(), "{}", answer.body);
}

#[tokio::test]
async fn http_a_busy_store_is_503_with_a_time_to_come_again() {
    let mut url = String::new();
    let bank = Bank::open_with(|config| url.clone_from(&config.store.url)).await;
    // Another process holds a write transaction open.
    let other = inkan_store::Store::connect(&url).await.unwrap();
    let held = other.begin().await.unwrap();
    let enroll = post(
        "/.well-known/est/simpleenroll",
        "application/pkcs10",
        "Basic cmVxOmNyZWRlbnRpYWw=",
        "MAA=",
    );
    let answer = bank.send(To::Portal, enroll, None).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.code(), "unavailable");
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    held.rollback().await.unwrap();
}
