use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine;
use inkan_pki::x509::{certs_only, transfer};
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};

use crate::harness::{Answer, Bank, To, get};
use crate::journey::{Browser, registered};

/// Posts JSON as the agent does; `certificate` is the one that it presents.
pub(crate) async fn agent(
    bank: &Bank,
    to: To,
    path: &str,
    credential: Option<&str>,
    body: Value,
    certificate: Option<&[u8]>,
) -> Answer {
    let mut request = Request::builder().method(Method::POST).uri(path);
    request = request.header(header::CONTENT_TYPE, "application/json");
    if let Some(credential) = credential {
        request = request.header(header::AUTHORIZATION, basic(credential));
    }
    let request = request.body(Body::from(body.to_string())).unwrap();
    bank.send(to, request, certificate).await
}

fn basic(credential: &str) -> String {
    let encoded = base64::engine::general_purpose::STANDARD.encode(credential);
    format!("Basic {encoded}")
}

/// A pick-up's credential as HTTP Basic.
async fn picked_up(bank: &Bank, kind: &str, id: &str) -> String {
    let path = format!("/agent/{kind}/{id}/pickup");
    let body = json!({ "agent": "test/1" });
    let answer = agent(bank, To::Portal, &path, None, body, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    format!("{id}:{}", answer["credential"].as_str().unwrap())
}

/// The request id in the link of a page.
fn request_of(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("&#38;request=").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// A registered user's certificate, signed and not in use yet.
pub(crate) async fn issued(bank: &Bank) -> Vec<u8> {
    let mut browser = registered(bank).await;
    browser.post(bank, "/certificate/confirm", "").await;
    let id = request_of(&browser.get(bank, "/certificate/progress").await);
    let credential = picked_up(bank, "requests", &id).await;
    let key = KeyPair::generate().unwrap();
    let csr = CertificateParams::default()
        .serialize_request(&key)
        .unwrap();
    let request = Request::post("/.well-known/est/simpleenroll")
        .header(header::CONTENT_TYPE, "application/pkcs10")
        .header(header::AUTHORIZATION, basic(&credential))
        .body(Body::from(transfer::encode(csr.der())))
        .unwrap();
    let answer = bank.send(To::Portal, request, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let pkcs7 = transfer::decode(answer.body.as_bytes()).unwrap();
    certs_only::decode(&pkcs7).unwrap().remove(0)
}

/// The same, activated.
async fn certificate(bank: &Bank) -> Vec<u8> {
    let certificate = issued(bank).await;
    activated(bank, &certificate).await;
    certificate
}

pub(crate) async fn activated(bank: &Bank, certificate: &[u8]) {
    let (path, shown) = ("/agent/activate", Some(certificate));
    let answer = agent(bank, To::Certificate, path, None, json!({}), shown).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

/// A browser on BLGI003 and its request id.
async fn asked(bank: &Bank) -> (Browser, String) {
    let mut browser = Browser::open(bank).await;
    let answer = browser.post(bank, "/login/agent", "").await;
    assert_eq!(answer.headers[header::LOCATION], "/login/agent");
    let page = browser.get(bank, "/login/agent").await;
    assert!(page.body.contains("BLGI003"), "{}", page.body);
    let id = request_of(&page);
    (browser, id)
}

/// The path that the agent opens.
async fn proved(bank: &Bank, id: &str, certificate: &[u8]) -> String {
    let credential = picked_up(bank, "logins", id).await;
    let path = format!("/agent/logins/{id}/proof");
    let proof = agent(
        bank,
        To::Certificate,
        &path,
        Some(&credential),
        json!({}),
        Some(certificate),
    );
    let proof = proof.await;
    assert_eq!(proof.status, StatusCode::OK, "{}", proof.body);
    let proof: Value = serde_json::from_str(&proof.body).unwrap();
    format!("/login/agent/open?code={}", proof["code"].as_str().unwrap())
}

#[tokio::test]
async fn http_agent_login_ends_on_the_top_page_of_the_browser_that_asked() {
    let bank = Bank::open().await;
    let certificate = certificate(&bank).await;
    let (mut browser, id) = asked(&bank).await;
    let open = proved(&bank, &id, &certificate).await;
    let page = browser.get(&bank, "/login/agent").await;
    let code = open.split_once('=').unwrap().1;
    assert!(
        !page.body.contains(code) && !page.body.contains("hanakodt"),
        "{}",
        page.body
    );
    // HEAD does not use the code.
    let look = Request::head(&open).body(Body::empty()).unwrap();
    assert_eq!(
        bank.send(To::Portal, look, None).await.status,
        StatusCode::NO_CONTENT
    );

    let before = browser.only("__Host-inkan-portal");
    let opened = browser.get(&bank, &open).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
    assert_eq!(opened.headers[header::LOCATION], "/login/agent/password");
    assert_eq!(opened.headers[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(opened.headers[header::CACHE_CONTROL], "no-store");
    assert_ne!(browser.only("__Host-inkan-portal"), before, "a new session");
    // The waiting window continues to the same page.
    let waited = browser.get(&bank, "/login/agent").await;
    assert_eq!(waited.headers[header::LOCATION], "/login/agent/password");
    let page = browser.get(&bank, "/login/agent/password").await;
    assert!(page.body.contains("BLGI002") && page.body.contains("hanakodt"));
    assert!(!page.body.contains("name=\"login_id\""), "R6");
    assert!(page.body.contains("action=\"/login/agent/password\""));

    let wrong = browser
        .post(&bank, "/login/agent/password", "password=wrong")
        .await;
    assert_eq!(wrong.code(), "credentials-wrong");
    let done = browser
        .post(&bank, "/login/agent/password", "password=Sakura-12")
        .await;
    assert_eq!(done.headers[header::LOCATION], "/top", "{}", done.body);
    let top = browser.get(&bank, "/top").await;
    assert!(top.body.contains("BTOP001") && top.body.contains("電子証明書（電子証明書アプリ）"));
    let again = browser.get(&bank, "/login/agent/password").await;
    assert_eq!(again.headers[header::LOCATION], "/top");
    let used = browser.get(&bank, &open).await;
    assert_eq!(
        used.headers[header::LOCATION],
        "/login/agent/refused?why=login-code-invalid"
    );
    browser.get(&bank, "/top").await;
    browser.post(&bank, "/logout", "from=top").await;
    let over = browser.get(&bank, "/top").await;
    assert_eq!(over.code(), "session-ended");
}

#[tokio::test]
async fn http_agent_login_in_another_browser_or_led_there_by_another_site_logs_in_nobody() {
    let bank = Bank::open().await;
    let certificate = certificate(&bank).await;
    let (mut browser, id) = asked(&bank).await;
    let open = proved(&bank, &id, &certificate).await;
    let mut other = Browser::open(&bank).await;
    let refused = other.get(&bank, &open).await;
    assert_eq!(
        refused.headers[header::LOCATION],
        "/login/agent/refused?why=login-other-browser"
    );
    assert_eq!(refused.headers[header::REFERRER_POLICY], "no-referrer");
    let page = other
        .get(&bank, "/login/agent/refused?why=login-other-browser")
        .await;
    assert_eq!(
        (page.status, &*page.code()),
        (StatusCode::FORBIDDEN, "login-other-browser")
    );
    for browser in [&mut other, &mut browser] {
        assert_eq!(
            browser.get(&bank, "/top").await.status,
            StatusCode::FORBIDDEN
        );
    }
    let late = browser.get(&bank, &open).await;
    assert_eq!(
        late.headers[header::LOCATION],
        "/login/agent/refused?why=login-code-invalid"
    );
    let page = browser.get(&bank, "/login/agent").await;
    assert_eq!(page.code(), "login-other-browser");

    let (browser, id) = asked(&bank).await;
    let open = proved(&bank, &id, &certificate).await;
    let mut led = get(&open);
    let headers = led.headers_mut();
    headers.insert(header::COOKIE, browser.cookies().parse().unwrap());
    headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
    let led = bank.send(To::Portal, led, None).await;
    assert_eq!(
        led.headers[header::LOCATION],
        "/login/agent/refused?why=login-other-browser"
    );
    assert!(!led.cookies().contains("__Host-inkan-portal"), "no session");
}

#[tokio::test]
async fn http_agent_login_refuses_what_it_cannot_use() {
    let bank = Bank::open().await;
    let (_, id) = asked(&bank).await;
    let proof = format!("/agent/logins/{id}/proof");
    let foreign = bank.staff_certificate("teller");
    let credential = picked_up(&bank, "logins", &id).await;
    for (presented, credential, status, code) in [
        (None, Some(&*credential), 403, "certificate-missing"),
        (Some(&*foreign), None, 401, "credential-missing"),
        (Some(&*foreign), Some("other:x"), 401, "credential-invalid"),
        (
            Some(&*foreign),
            Some(&*credential),
            403,
            "certificate-unknown",
        ),
        (Some(&*foreign), Some(&*credential), 409, "request-closed"),
    ] {
        let answer = agent(
            &bank,
            To::Certificate,
            &proof,
            credential,
            json!({}),
            presented,
        )
        .await;
        assert_eq!((answer.status.as_u16(), &*answer.code()), (status, code));
        let of_browsers = answer.body.contains("全てのブラウザ");
        assert!(
            !of_browsers || presented.is_none(),
            "in the agent's words: {}",
            answer.body
        );
    }
    let pickup = format!("/agent/logins/{id}/pickup");
    let again = agent(
        &bank,
        To::Portal,
        &pickup,
        None,
        json!({ "agent": "x" }),
        None,
    )
    .await;
    assert_eq!(again.code(), "request-used");
    for why in ["", "?why=internal", "?why=%3Cscript%3E"] {
        let answer = bank
            .get(To::Portal, &format!("/login/agent/refused{why}"))
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{why}");
    }
    for code in [
        "",
        "?code=",
        "?code=%00",
        "?code=abc",
        &format!("?code={}", "9".repeat(20_000)),
    ] {
        let answer = bank
            .get(To::Portal, &format!("/login/agent/open{code}"))
            .await;
        assert_eq!(
            answer.headers[header::LOCATION],
            "/login/agent/refused?why=login-code-invalid"
        );
    }
    let stranger = bank.get(To::Portal, "/login/agent/events").await;
    assert_eq!(stranger.code(), "out-of-order");
    let nothing = bank.get(To::Portal, "/login/agent").await;
    assert_eq!(nothing.headers[header::LOCATION], "/");
}

#[tokio::test]
async fn http_agent_login_events_never_carry_the_code() {
    let bank = Bank::open().await;
    let certificate = certificate(&bank).await;
    let (mut browser, id) = asked(&bank).await;
    let mut request = get("/login/agent/events");
    request
        .headers_mut()
        .insert(header::COOKIE, browser.cookies().parse().unwrap());
    let mut stream = bank.stream(To::Portal, request).await;
    stream.until("\"reached\":1", 1).await;
    let open = proved(&bank, &id, &certificate).await;
    stream.until("\"reached\":4", 1).await;
    browser.get(&bank, &open).await;
    stream.read_to_end().await;
    let code = open.split_once('=').unwrap().1;
    assert!(!stream.read.contains(code));
    assert!(
        stream.read.ends_with("event: end\ndata: {}\n\n"),
        "{}",
        stream.read
    );
}

#[tokio::test]
async fn http_agent_login_requests_and_codes_are_counted_per_address() {
    let bank = Bank::open_with(|config| {
        config.rates.password_burst = 3;
        config.rates.password_per_minute = 1;
    });
    let bank = bank.await;
    let (mut browser, _) = asked(&bank).await;
    browser.post(&bank, "/login/agent", "").await;
    browser.get(&bank, "/login/agent/open?code=x").await;
    let code = browser.get(&bank, "/login/agent/open?code=x").await;
    assert_eq!(code.status, StatusCode::TOO_MANY_REQUESTS);
    let asked = browser.post(&bank, "/login/agent", "").await;
    assert_eq!(asked.status, StatusCode::TOO_MANY_REQUESTS);
}
