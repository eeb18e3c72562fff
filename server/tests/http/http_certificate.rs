use axum::http::{StatusCode, header};

use crate::harness::{Bank, To, form, get};

/// Pages of the certificate listener.
const PAGES: [&str; 3] = ["/", "/login", "/top"];

#[tokio::test]
async fn http_no_page_without_a_certificate_or_with_one_that_is_not_registered() {
    let bank = Bank::open().await;
    // Chains to a CA of the bank, but is no registered login certificate.
    let foreign = bank.staff_certificate("teller");
    for path in PAGES {
        for (presented, code) in [
            (None, "certificate-missing"),
            (Some(&*foreign), "certificate-unknown"),
        ] {
            let answer = bank.send(To::Certificate, get(path), presented).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(answer.code(), code);
            assert_eq!(answer.headers["inkan-code"], code);
            assert_eq!(answer.headers[header::CONNECTION], "close");
            assert!(
                answer.body.contains("/certificate/identify"),
                "says what to do"
            );
            assert!(!answer.body.contains("name=\"password\""));
        }
    }
}

#[tokio::test]
async fn http_the_certificate_is_looked_at_before_any_form() {
    let bank = Bank::open().await;
    for path in ["/login", "/logout"] {
        let answer = bank
            .send(To::Certificate, form(path, "", "password=x"), None)
            .await;
        assert_eq!(answer.code(), "certificate-missing", "{path}");
    }
}

#[tokio::test]
async fn http_endpoints_answer_programs_with_problems() {
    let bank = Bank::open().await;
    let foreign = bank.staff_certificate("teller");
    for (presented, code) in [
        (None, "certificate-missing"),
        (Some(&*foreign), "certificate-unknown"),
    ] {
        let mut request = form("/.well-known/est/simplereenroll", "", "MAA=");
        let kind = "application/pkcs10".parse().unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        for request in [request, form("/agent/activate", "", "{}")] {
            let answer = bank.send(To::Certificate, request, presented).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            assert_eq!(
                answer.headers[header::CONTENT_TYPE],
                "application/problem+json"
            );
            assert_eq!(answer.code(), code);
        }
    }
}
