use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::harness::{Bank, To, form};

const MEGABYTE: usize = 1024 * 1024;

#[tokio::test]
async fn http_a_megabyte_is_refused_with_a_code_on_pages_and_endpoints() {
    let bank = Bank::open().await;
    for (path, kind) in [
        ("/login", "text/html"),
        ("/agent/requests/a/pickup", "application/problem+json"),
    ] {
        let request = form(path, "", &"x".repeat(MEGABYTE));
        let answer = bank.send(To::Portal, request, None).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        assert_eq!(answer.code(), "body-too-large", "{path}");
        let found = answer.headers[header::CONTENT_TYPE].to_str().unwrap();
        assert!(found.starts_with(kind), "{found}");
    }
}

#[tokio::test]
async fn http_who_waits_for_a_continue_is_answered_at_once() {
    let bank = Bank::open().await;
    let request = Request::post("/agent/requests/a/pickup")
        .header(header::EXPECT, "100-continue")
        .header(header::CONTENT_LENGTH, MEGABYTE)
        .body(Body::new(Never))
        .unwrap();
    assert_eq!(
        bank.send(To::Portal, request, None).await.code(),
        "body-too-large"
    );
}

/// The only URL that accepts megabytes accepts none from a caller whom the console does not admit.
#[tokio::test]
async fn http_a_list_from_nobody_is_not_read() {
    let bank = Bank::open().await;
    let stranger = bank.app.services.authority().root().to_vec();
    let request = Request::post("/contracts/import")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::new(Never))
        .unwrap();
    let answer = bank.send(To::Staff, request, Some(&stranger)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.code());
}

/// A body that never arrives.
struct Never;

impl hyper::body::Body for Never {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn http_passwords_and_machines_are_slowed_down_per_address() {
    let bank = Bank::open_with(|config| {
        config.rates.password_burst = 2;
        config.rates.password_per_minute = 1;
        config.rates.machine_burst = 2;
        config.rates.machine_per_minute = 1;
    })
    .await;
    let own = bank.get(To::Portal, "/").await;
    let fields = format!("form_token={}&login_id=nobody&password=x", own.form_token());
    for (path, code) in [
        ("/login", "credentials-wrong"),
        ("/agent/requests/a/pickup", "bad-request"),
    ] {
        for _ in 0..2 {
            let request = form(path, &own.cookies(), &fields);
            assert_eq!(bank.send(To::Portal, request, None).await.code(), code);
        }
        let request = form(path, &own.cookies(), &fields);
        let answer = bank.send(To::Portal, request, None).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        let wait: u64 = answer.headers[header::RETRY_AFTER]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!((50..=60).contains(&wait), "{wait}");
    }
    // Requests that hash or write rows are counted with the passwords.
    for path in ["/register/user", "/certificate/confirm"] {
        let request = form(path, &own.cookies(), &fields);
        let answer = bank.send(To::Portal, request, None).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
    }
    assert_eq!(bank.get(To::Portal, "/").await.status, StatusCode::OK);
}
