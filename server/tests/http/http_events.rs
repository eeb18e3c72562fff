use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine;
use serde_json::{Value, json};

use crate::harness::{Bank, To, get};
use crate::journey::{Browser, registered};

/// Posts JSON as the agent does.
async fn agent(bank: &Bank, path: &str, credential: Option<&str>, body: Value) -> Value {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(credential) = credential {
        let basic = base64::engine::general_purpose::STANDARD.encode(credential);
        request = request.header(header::AUTHORIZATION, format!("Basic {basic}"));
    }
    let request = request.body(Body::from(body.to_string())).unwrap();
    let answer = bank.send(To::Portal, request, None).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap_or_default()
}

/// A registered browser on BSMS003, and the request's id.
async fn waiting(bank: &Bank) -> (Browser, String) {
    let mut browser = registered(bank).await;
    let answer = browser.post(bank, "/certificate/confirm", "").await;
    assert_eq!(answer.headers[header::LOCATION], "/certificate/progress");
    let page = browser.get(bank, "/certificate/progress").await;
    let (_, rest) = page.body.split_once("&#38;request=").unwrap();
    (browser, rest.split('"').next().unwrap().to_owned())
}

fn events(browser: &Browser) -> Request<Body> {
    let mut request = get("/certificate/events");
    let cookies = browser.cookies().parse().unwrap();
    request.headers_mut().insert(header::COOKIE, cookies);
    request
}

#[tokio::test]
async fn http_events_follow_the_agent_and_end_with_the_request() {
    let bank = Bank::open().await;
    let (browser, id) = waiting(&bank).await;
    let mut stream = bank.stream(To::Portal, events(&browser)).await;
    let headers = &stream.headers;
    assert_eq!(headers[header::CONTENT_TYPE], "text/event-stream");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    let told = "event: progress\ndata: ";
    stream.until(told, 1).await;
    let body = json!({ "agent": "inkan-agent/0.1.0" });
    let picked_up = agent(&bank, &format!("/agent/requests/{id}/pickup"), None, body).await;
    stream.until(told, 2).await;
    let credential = format!("{id}:{}", picked_up["credential"].as_str().unwrap());
    let path = format!("/agent/requests/{id}/progress");
    let made = json!({ "step": "key-made" });
    agent(&bank, &path, Some(&credential), made).await;
    stream.until(told, 3).await;
    let failed = json!({ "step": "failed", "code": "cancelled" });
    agent(&bank, &path, Some(&credential), failed).await;
    stream.read_to_end().await;
    let reached: Vec<i64> = stream
        .read
        .split(told)
        .skip(1)
        .map(|rest| serde_json::from_str::<Value>(rest.lines().next().unwrap()).unwrap())
        .map(|event| event["reached"].as_i64().unwrap())
        .collect();
    assert!(reached.is_sorted(), "{}", stream.read);
    assert_eq!((reached[0], reached.last()), (1, Some(&4)));
    assert!(stream.read.ends_with("event: end\ndata: {}\n\n"));
    let again = bank.send(To::Portal, events(&browser), None).await;
    assert_eq!(again.body, "event: end\ndata: {}\n\n");
}

#[tokio::test]
async fn http_events_of_one_session_go_to_the_newest_page_and_never_to_another_session() {
    let bank = Bank::open().await;
    let (mut browser, _) = waiting(&bank).await;
    let mut first = bank.stream(To::Portal, events(&browser)).await;
    first.until("\"reached\":1", 1).await;
    let mut second = bank.stream(To::Portal, events(&browser)).await;
    first.read_to_end().await;
    second.until("\"reached\":1", 1).await;
    // The second one stays open until the process stops.
    bank.app.streams.close();
    second.read_to_end().await;
    for stream in [&first, &second] {
        assert!(
            stream.read.ends_with("event: moved\ndata: {}\n\n"),
            "{}",
            stream.read
        );
    }
    let refused = bank.send(To::Portal, events(&browser), None).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    // Another person who has the request's id has no session for it.
    let stranger = Browser::open(&bank).await;
    let request_only = browser.only("__Host-inkan-request");
    let mut request = events(&stranger);
    let both = format!("{}; {request_only}", stranger.cookies());
    let cookies = request.headers_mut();
    cookies.insert(header::COOKIE, both.parse().unwrap());
    let answer = bank.send(To::Portal, request, None).await;
    assert_eq!(answer.code(), "session-ended");
    browser.post(&bank, "/logout", "").await;
    let answer = bank.send(To::Portal, events(&browser), None).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}
