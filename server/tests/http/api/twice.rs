use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::{Program, post};
use crate::harness::{Answer, Bank};

/// One key, one operation: repeated, with another body, by another account, and at once.
#[tokio::test]
async fn http_api_does_what_is_sent_twice_once() {
    let bank = Bank::open().await;
    let (teller, approver) = (Program::of(&bank, "teller"), Program::of(&bank, "approver"));
    let body = |account: &str| {
        json!({
            "kind": "contract", "branch": "102", "account_type": "ordinary", "account": account,
            "company_name": "小海工業", "company_kana": "ｺｳﾐ",
        })
        .to_string()
    };
    let first = teller.send(post("proposals", "key-0001", &body("1"))).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let again = teller
        .send(post("proposals", "\"key-0001\"", &body("1")))
        .await;
    assert_eq!(again.status, StatusCode::CREATED);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let (first, again): (Value, Value) = (
        serde_json::from_str(&first.body).unwrap(),
        serde_json::from_str(&again.body).unwrap(),
    );
    assert_eq!(first, again);
    // Times are in whole seconds, so they are the same when they are written and when they are read.
    let id = first["id"].as_str().unwrap();
    let read = teller.see(&format!("proposals/{id}")).await;
    let entered = first["entered_at"].as_str().unwrap();
    assert_eq!(read["proposal"]["entered_at"], entered);
    // A secret that is returned once is not returned again, and is stored nowhere.
    let contract = approver.contract("account=7654321&branch=100").await;
    let letter = format!("contracts/{contract}/letter");
    let asked = teller.send(post(&letter, "key-0004", "{}")).await;
    assert_eq!(asked.body, r#"{"state":"requested"}"#);
    let shown = approver.send(post(&letter, "key-0004", "{}")).await;
    let again = approver.send(post(&letter, "key-0004", "{}")).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let (shown, again): (Value, Value) = (
        serde_json::from_str(&shown.body).unwrap(),
        serde_json::from_str(&again.body).unwrap(),
    );
    assert!(shown["letter"]["login_password"].is_string() && again["letter"].is_null());
    assert_eq!(shown["contract"], again["contract"]);
    let other = teller.send(post("proposals", "key-0001", &body("2"))).await;
    assert_eq!(
        (other.status, &*other.code()),
        (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused")
    );
    let elsewhere = teller.send(post("imports", "key-0001", &body("1"))).await;
    assert_eq!(elsewhere.code(), "json-invalid");
    // The same key of another account is another key.
    let theirs = approver
        .send(post("proposals", "key-0001", &body("1")))
        .await;
    assert_eq!(theirs.code(), "proposal-exists");
    // A refusal is stored, too: the same response again, although the operation would be possible by now.
    let missing = json!({ "kind": "unlock", "user_id": "none", "note": "x" }).to_string();
    let refused = teller.send(post("proposals", "key-0002", &missing)).await;
    assert_eq!(refused.code(), "user-unknown");
    let refused = teller.send(post("proposals", "key-0002", &missing)).await;
    assert_eq!(refused.code(), "user-unknown");
    assert_eq!(refused.headers["idempotency-replayed"], "true");
    assert_eq!(
        refused.headers[header::CONTENT_TYPE],
        "application/problem+json"
    );

    // Eight at once: one entry, one audit row, one response.
    let text = body("3");
    let at_once = (0..8).map(|_| teller.send(post("proposals", "key-0003", &text)));
    let answers = futures(at_once.collect()).await;
    let mut made = Vec::new();
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let value: Value = serde_json::from_str(&answer.body).unwrap();
        made.push(value["id"].as_str().unwrap().to_owned());
    }
    made.dedup();
    assert_eq!(made.len(), 1);
    let fresh = answers
        .iter()
        .filter(|one| !one.headers.contains_key("idempotency-replayed"));
    assert_eq!(fresh.count(), 1);
    let auditor = Program::of(&bank, "auditor");
    let rows = auditor
        .see("audit?action=proposal.entered&outcome=done&limit=200")
        .await;
    let rows = rows["items"].as_array().unwrap().iter();
    assert_eq!(rows.filter(|row| row["subject_id"] == made[0]).count(), 1);

    // A day later the key can be used again.
    let now = bank.app.clock.now();
    let later = now + jiff::SignedDuration::from_hours(25);
    assert_eq!(bank.app.services.forget_responses(now).await.unwrap(), 0);
    assert!(bank.app.services.forget_responses(later).await.unwrap() >= 3);
    let reused = teller.send(post("proposals", "key-0001", &body("2"))).await;
    assert_eq!(reused.status, StatusCode::CREATED, "{}", reused.body);
}

async fn futures<F: Future<Output = Answer>>(all: Vec<F>) -> Vec<Answer> {
    let mut waiting: Vec<_> = all.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<Answer>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        for (future, place) in waiting.iter_mut().zip(&mut done) {
            if place.is_none()
                && let std::task::Poll::Ready(answer) = future.as_mut().poll(cx)
            {
                *place = Some(answer);
            }
        }
        if done.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}
