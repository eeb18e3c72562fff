use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use super::{Program, key, post, text};
use crate::harness::{Bank, To, get};

#[tokio::test]
async fn http_api_is_for_programs_with_a_registered_certificate() {
    let bank = Bank::open().await;
    let teller = Program::of(&bank, "teller");
    let path = "/api/v1/proposals";
    // Without a certificate, and with the root's own.
    for presented in [None, Some(bank.app.services.authority().root().to_vec())] {
        let answer = bank.send(To::Staff, get(path), presented.as_deref()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        assert!(!answer.headers.contains_key(header::SET_COOKIE));
    }
    // A page in a browser that has the certificate.
    for (name, value) in [
        ("origin", "https://elsewhere.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-origin"),
    ] {
        let mut reading = get(path);
        let mut changing = post("proposals", &key(), "{}");
        for request in [&mut reading, &mut changing] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        assert_eq!(teller.send(reading).await.code(), "browser-request");
        assert_eq!(teller.send(changing).await.code(), "browser-request");
    }
    // The requests that a form can send, and requests without the key.
    let form = crate::harness::form(path, "", "branch=100");
    assert_eq!(teller.send(form).await.code(), "unsupported-media-type");
    let mut keyless = post("proposals", &key(), "{}");
    keyless.headers_mut().remove("idempotency-key");
    assert_eq!(teller.send(keyless).await.code(), "idempotency-key-missing");
    let short = post("proposals", "1", "{}");
    assert_eq!(teller.send(short).await.code(), "idempotency-key-malformed");
    // Methods and URLs that do not exist.
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let request = Request::builder().method(&method).uri(path);
        let answer = teller.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.headers[header::ALLOW], "GET, HEAD, POST", "{method}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    let nowhere = teller.send(get("/api/v1/nowhere")).await;
    assert_eq!(
        (nowhere.status, &*nowhere.code()),
        (StatusCode::NOT_FOUND, "not-found")
    );
    assert!(!nowhere.body.contains("login page"), "{}", nowhere.body);
    // A refused query names what is wrong with it.
    for (query, named) in [
        ("nmae=x", "nmae"),
        ("limit=0", "200"),
        ("limit=many", "limit"),
        ("name=x&kana=y", "kana"),
        ("branch=100", "account"),
    ] {
        let path = format!("/api/v1/contracts?{query}");
        let wrong = teller.send(get(&path)).await;
        assert_eq!(wrong.code(), "query-invalid", "{query}");
        assert!(wrong.body.contains(named), "{query}: {}", wrong.body);
    }
    // Unknown paths come before the checks of a change.
    let nowhere = Request::post("/api/v1/nowhere").body(Body::from("x"));
    let nowhere = teller.send(nowhere.unwrap()).await;
    assert_eq!(
        (nowhere.status, &*nowhere.code()),
        (StatusCode::NOT_FOUND, "not-found")
    );
    // Bodies over the limits.
    let huge = post("proposals", &key(), &"x".repeat(1024 * 1024));
    assert_eq!(teller.send(huge).await.code(), "body-too-large");
    let huge = json!({ "list": "x".repeat(25 * 1024 * 1024) });
    assert_eq!(teller.act("imports", huge).await.code(), "import-too-large");
    let deep = "[".repeat(60_000);
    assert_eq!(
        teller.send(post("proposals", &key(), &deep)).await.code(),
        "json-invalid"
    );
    // In the requested language, with the invalid field.
    let mut wrong = post("proposals", &key(), &json!({
        "kind": "contract", "branch": "1", "account_type": "x", "account": "", "company_name": "", "company_kana": "漢",
    }).to_string());
    wrong
        .headers_mut()
        .insert("accept-language", "en".parse().unwrap());
    let wrong = teller.send(wrong).await;
    let problem: Value = serde_json::from_str(&wrong.body).unwrap();
    assert_eq!(problem["status"], 422);
    assert_eq!(problem["type"], "urn:inkan:problem:fields-invalid");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 5);
    assert_eq!(problem["errors"][0]["field"], "branch");
    assert!(text(&problem["title"]).is_ascii());
}

#[tokio::test]
async fn http_api_rate_is_limited_for_reading_as_well() {
    let bank = Bank::open_with(|config| {
        config.rates.api_burst = 3;
        config.rates.api_per_minute = 1;
    })
    .await;
    let teller = Program::of(&bank, "teller");
    for _ in 0..3 {
        teller.see("me").await;
    }
    let answer = teller.send(get("/api/v1/me")).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    // The console continues.
    assert_eq!(teller.send(get("/")).await.status, StatusCode::OK);
}
