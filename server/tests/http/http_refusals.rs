//! Refusals that anybody can repeat, without a credential or with an invalid one: none of them fills the audit log.

use axum::body::Body;
use axum::http::{Request, header};
use inkan_server::services::audit::Filter;

use crate::api::{key, post as api_post};
use crate::harness::{Bank, To, get};

/// How often each is sent.
const TIMES: usize = 40;

fn machine(path: &str, kind: &str, body: &str) -> Request<Body> {
    Request::post(path)
        .header(header::CONTENT_TYPE, kind)
        .header(header::AUTHORIZATION, "Basic cmVxOmNyZWRlbnRpYWw=")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

type Make = Box<dyn Fn() -> Request<Body>>;

/// Rows of the audit log, and the number of repetitions in them.
async fn rows(bank: &Bank) -> Vec<(String, u64)> {
    let accounts = bank.app.services.accounts();
    let (all, most) = (Filter::default(), 100_000);
    let found = accounts.audit_rows(&all, i64::MAX, most).await.unwrap();
    let refused = found.into_iter().rev();
    let refused = refused.filter(|row| row.outcome == "refused");
    let told = refused.map(|row| {
        let detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap_or_default();
        (row.action, detail["repeated"].as_u64().unwrap_or(0))
    });
    told.collect()
}

#[tokio::test]
async fn http_no_refusal_that_repeats_fills_the_audit_log() {
    let bank = Bank::open_with(|config| {
        config.rates.machine_burst = 100_000;
        config.rates.api_burst = 100_000;
        config.rates.password_burst = 100_000;
    })
    .await;
    let stranger: &[u8] = bank.app.services.authority().root();
    let helpdesk: &[u8] = &bank.staff_certificate("helpdesk");
    let (json, csr) = ("application/json", "application/pkcs10");
    let page = |path: &'static str| -> Make { Box::new(move || get(path)) };
    let send = |path: &'static str, kind: &'static str, body: &'static str| -> Make {
        Box::new(move || machine(path, kind, body))
    };
    let progress = r#"{"step":"key-made"}"#;
    let all: Vec<(To, Make, Option<&[u8]>, &str)> = vec![
        // An inactive certificate, at every URL that accepts one.
        (
            To::Certificate,
            page("/login"),
            Some(stranger),
            "certificate.presented",
        ),
        (
            To::Certificate,
            send("/agent/activate", json, "{}"),
            Some(stranger),
            "",
        ),
        (
            To::Certificate,
            send("/agent/renewals", json, r#"{"agent":"x"}"#),
            Some(stranger),
            "",
        ),
        (
            To::Certificate,
            send("/agent/revocations", json, r#"{"reason":"key-compromise"}"#),
            Some(stranger),
            "",
        ),
        (
            To::Certificate,
            send("/.well-known/est/simplereenroll", csr, "MAA="),
            Some(stranger),
            "",
        ),
        (To::Staff, page("/"), Some(stranger), "staff.presented"),
        (
            To::Staff,
            page("/api/v1/me"),
            Some(stranger),
            "staff.presented",
        ),
        (
            To::Staff,
            send("/agent/activate", json, "{}"),
            Some(stranger),
            "",
        ),
        (
            To::Staff,
            send("/.well-known/est/simplereenroll", csr, "MAA="),
            Some(stranger),
            "",
        ),
        // A credential that is incorrect.
        (
            To::Portal,
            send("/.well-known/est/simpleenroll", csr, "MAA="),
            None,
            "certificate.requested",
        ),
        (
            To::Portal,
            send("/.well-known/est/staff/simpleenroll", csr, "MAA="),
            None,
            "staff.enrolled",
        ),
        (
            To::Portal,
            send("/agent/requests/req/progress", json, progress),
            None,
            "",
        ),
        (
            To::Portal,
            send("/agent/requests/req/pickup", json, r#"{"agent":"x"}"#),
            None,
            "",
        ),
        (
            To::Portal,
            send("/agent/logins/req/pickup", json, r#"{"agent":"x"}"#),
            None,
            "",
        ),
        (
            To::Portal,
            send("/agent/logins/req/progress", json, progress),
            None,
            "",
        ),
        (
            To::Certificate,
            send("/agent/logins/req/proof", json, "{}"),
            Some(stranger),
            "",
        ),
        // A role without the right.
        (
            To::Staff,
            page("/audit"),
            Some(helpdesk),
            "staff.off-limits",
        ),
        (
            To::Staff,
            page("/api/v1/audit"),
            Some(helpdesk),
            "staff.off-limits",
        ),
        (
            To::Staff,
            Box::new(|| {
                api_post(
                    "proposals/none/withdraw",
                    &key(),
                    r#"{"version":1,"reason":"x"}"#,
                )
            }),
            Some(helpdesk),
            "",
        ),
    ];
    for (to, make, certificate, action) in all {
        let before = rows(&bank).await.len();
        let mut place = String::new();
        for _ in 0..TIMES {
            let request = make();
            place = format!("{to:?} {}", request.uri());
            let answer = bank.send(to, request, certificate).await;
            assert!(
                answer.status.is_client_error(),
                "{place}: {}",
                answer.status
            );
        }
        let added = rows(&bank).await.split_off(before);
        assert!(added.len() <= 1, "{place}: {added:?}");
        let now = bank.app.clock.now();
        let flushed = bank.app.services.record_repeated_refusals(now, true);
        flushed.await.unwrap();
        let added = rows(&bank).await.split_off(before);
        assert!(added.len() <= 2, "{place}: {added:?}");
        let counted = added
            .iter()
            .map(|(_, repeated)| *repeated.max(&1))
            .sum::<u64>();
        // Every recorded refusal has its count.
        if !action.is_empty() {
            assert_eq!(counted, TIMES as u64, "{place}: {added:?}");
            assert!(
                added.iter().all(|(one, _)| one.starts_with(action)),
                "{place}: {added:?}"
            );
        } else {
            assert!(
                counted == 0 || counted == TIMES as u64,
                "{place}: {added:?}"
            );
        }
    }
}
