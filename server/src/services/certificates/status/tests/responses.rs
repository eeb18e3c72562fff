//! OCSP responses.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::judge::Judge;
use crate::services::certificates::lifecycle::Reason;
use crate::services::certificates::lifecycle::tests::bank;
use crate::services::certificates::status::{OcspProblem, Reply};
use crate::services::testing::scene::{Scene, later};
use crate::store::Tx;
use crate::store::audit::Actor;
use crate::store::certificates::{self, NewIntent, State};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    follow_a_certificates_life => follow,
    are_signed_ahead_and_outlast_the_hsm => ahead,
    carry_nonces_and_many_at_once => nonces,
    of_what_is_being_issued_are_not_kept => being_issued,
    say_nothing_else_than_is_known_without_the_store => away,
);

pub(super) fn der(reply: &Reply) -> Vec<u8> {
    match reply {
        Reply::Lasting(answer) => answer.der.to_vec(),
        Reply::Once(der) => der.to_vec(),
        Reply::Refused(problem) => panic!("{problem:?}"),
    }
}

/// The scene's clock, and that of the CA's certificate, which is created at the real time.
fn now() -> Timestamp {
    later(0)
}

async fn follow(place: &Place) {
    let scene = Scene::new(place).await;
    let judge = Judge::new(&scene.bank.ca_pem);
    let id = scene.certificate(State::Active).await;
    let serial = scene.row(&id).await.serial;
    let ask = async |digest: &str, seconds: i64| {
        let request = judge.ask(&[&serial], digest, false);
        let reply = scene.services.ocsp(&request, later(seconds)).await;
        judge.answer(
            &request,
            &der(&reply),
            &[&serial],
            later(seconds).as_second(),
        )
    };
    for digest in ["-sha1", "-sha256"] {
        let text = ask(digest, 1).await;
        assert!(text.contains(": good"), "{text}");
    }
    // A response that was requested is kept, and so is not signed in advance again; it is not served against a known
    // status: a change is visible at once.
    assert_eq!(
        scene
            .services
            .refresh_ocsp_responses(later(2))
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        scene
            .services
            .refresh_ocsp_responses(later(3))
            .await
            .unwrap(),
        0
    );
    let services = &scene.services;
    let held = bank::suspend(services.accounts(), &id, later(10));
    held.await.unwrap();
    for digest in ["-sha1", "-sha256"] {
        let text = ask(digest, 10).await;
        assert!(
            text.contains(": revoked") && text.contains("certificateHold"),
            "{text}"
        );
    }
    assert_eq!(services.refresh_ocsp_responses(later(11)).await.unwrap(), 0);
    let released = bank::release(services.accounts(), &id, later(20));
    released.await.unwrap();
    assert!(ask("-sha1", 20).await.contains(": good"));
    let reason = Reason::KeyCompromise;
    let revoked = bank::revoke(services.accounts(), &id, reason, later(30));
    revoked.await.unwrap();
    assert_eq!(services.refresh_ocsp_responses(later(30)).await.unwrap(), 2);
    let text = ask("-sha256", 30).await;
    assert!(
        text.contains(": revoked") && text.contains("keyCompromise"),
        "{text}"
    );
    // Never issued: there is nothing to respond from and nothing to sign, with or without a nonce, alone or with others.
    let nobody = "4142434445464748494a";
    for (serials, nonce) in [
        (&[nobody][..], false),
        (&[nobody], true),
        (&[nobody, "41"], true),
    ] {
        let request = judge.ask(serials, "-sha1", nonce);
        let reply = services.ocsp(&request, later(31)).await;
        assert!(
            matches!(reply, Reply::Refused(OcspProblem::Unauthorized)),
            "{reply:?}"
        );
    }
    // Together with one that was issued: the response is about both.
    let both = [&*serial, nobody];
    let request = judge.ask(&both, "-sha1", false);
    let reply = services.ocsp(&request, later(31)).await;
    let text = judge.answer(&request, &der(&reply), &both, later(31).as_second());
    assert!(
        text.contains(": unknown") && text.contains(": revoked"),
        "{text}"
    );
}

async fn ahead(place: &Place) {
    let scene = Scene::new(place).await;
    let judge = Judge::new(&scene.bank.ca_pem);
    let id = scene.certificate(State::Active).await;
    let serial = scene.row(&id).await.serial;
    let services = &scene.services;
    assert_eq!(services.refresh_ocsp_responses(now()).await.unwrap(), 2);
    let half = now() + SignedDuration::from_hours(12);
    assert_eq!(
        services.refresh_ocsp_responses(half).await.unwrap(),
        2,
        "anew after half its time"
    );
    let request = judge.ask(&[&serial], "-sha1", false);
    let first = services.ocsp(&request, half).await;
    let Reply::Lasting(first) = first else {
        panic!("{first:?}");
    };
    let again = services.ocsp(&request, half).await;
    assert_eq!(der(&again), first.der.to_vec(), "the very same answer");

    let pool = scene.bank.pool.clone();
    let left = tokio::task::spawn_blocking(move || pool.shutdown(Duration::from_secs(30)));
    assert!(left.await.unwrap(), "the HSM is unavailable");
    let hours_later = half + SignedDuration::from_hours(23);
    let kept = services.ocsp(&request, hours_later).await;
    assert_eq!(der(&kept), first.der.to_vec());
    // With a nonce: the stored response without it, as in RFC 5019.
    let fresh = judge.ask(&[&serial], "-sha256", true);
    let kept = services.ocsp(&fresh, hours_later).await;
    let text = judge.text(&der(&kept));
    assert!(
        text.contains("Cert Status: good") && !text.contains("Nonce"),
        "{text}"
    );
    // An expired response: try later.
    let over = half + SignedDuration::from_hours(24);
    let reply = services.ocsp(&request, over).await;
    assert!(
        matches!(reply, Reply::Refused(OcspProblem::TryLater)),
        "{reply:?}"
    );
}

async fn nonces(place: &Place) {
    let scene = Scene::new(place).await;
    let judge = Judge::new(&scene.bank.ca_pem);
    let one = scene.certificate(State::Active).await;
    let two = scene.successor(&one).await;
    let serials = [scene.row(&one).await.serial, scene.row(&two).await.serial];
    let serials: Vec<&str> = serials.iter().map(String::as_str).collect();
    let services = &scene.services;
    services.refresh_ocsp_responses(now()).await.unwrap();
    let seconds = now().as_second();
    // openssl refuses a response with another nonce.
    let request = judge.ask(&serials[..1], "-sha1", true);
    let reply = services.ocsp(&request, now()).await;
    assert!(matches!(reply, Reply::Once(_)), "{reply:?}");
    let text = judge.answer(&request, &der(&reply), &serials[..1], seconds);
    assert!(!text.contains("no nonce"), "{text}");
    let other = judge.ask(&serials[..1], "-sha1", true);
    let (_, text) = judge.try_answer(&other, &der(&reply), &serials[..1], seconds);
    assert!(text.contains("Nonce Verify error"), "{text}");
    let request = judge.ask(&serials, "-sha256", true);
    let reply = services.ocsp(&request, now()).await;
    let text = judge.answer(&request, &der(&reply), &serials, seconds);
    assert_eq!(text.matches(": good").count(), 2, "{text}");
    assert!(judge.directory().join("resp.der").exists());
}

/// What this process has read about a certificate counts, also while the store is unavailable.
async fn away(place: &Place) {
    let scene = Scene::new(place).await;
    let judge = Judge::new(&scene.bank.ca_pem);
    let id = scene.certificate(State::Active).await;
    let serial = scene.row(&id).await.serial;
    let services = &scene.services;
    let request = judge.ask(&[&serial], "-sha1", false);
    let good = services.ocsp(&request, later(1)).await;
    assert!(judge.text(&der(&good)).contains("Cert Status: good"));
    let reason = Reason::KeyCompromise;
    let revoked = bank::revoke(services.accounts(), &id, reason, later(2));
    revoked.await.unwrap();
    scene.store().close().await;
    let reply = services.ocsp(&request, later(3)).await;
    assert!(matches!(reply, Reply::Refused(_)), "{reply:?}");
}

/// No response while it is being issued, `good` once it is issued.
async fn being_issued(place: &Place) {
    let scene = Scene::new(place).await;
    let judge = Judge::new(&scene.bank.ca_pem);
    let old = scene.certificate(State::Active).await;
    let row = scene.row(&old).await;
    let intent = NewIntent {
        id: "intent".to_owned(),
        serial: format!("5c{}", crate::store::id::new_id().unwrap()),
        issuer: row.issuer,
        generation: row.generation,
        user_id: row.user_id,
        staff_id: None,
        grant_id: None,
        request_id: None,
        replaces: Some(old),
        spki: b"the next key".to_vec(),
        csr: None,
        tbs: b"three".to_vec(),
        not_before: row.not_before,
        not_after: row.not_after,
        created_at: now(),
        shard: String::new(),
    };
    let log = async |mut tx: Tx| {
        crate::services::testing::audit(
            Actor::System,
            crate::services::testing::PREPARED,
            "certificate",
            "intent",
        )
        .write(&mut tx, now())
        .await
        .unwrap();
        tx.commit().await.unwrap();
    };
    let mut tx = scene.store().begin().await.unwrap();
    certificates::insert_intent(&mut tx, &intent).await.unwrap();
    log(tx).await;
    let request = judge.ask(&[&intent.serial], "-sha256", false);
    let ask = async |seconds: i64| {
        let reply = scene.services.ocsp(&request, later(seconds)).await;
        let (der, at) = (der(&reply), later(seconds).as_second());
        judge.answer(&request, &der, &[&intent.serial], at)
    };
    let reply = scene.services.ocsp(&request, later(1)).await;
    assert!(
        matches!(reply, Reply::Refused(OcspProblem::Unauthorized)),
        "{reply:?}"
    );
    let mut tx = scene.store().begin().await.unwrap();
    let (sha256, by) = (crate::store::id::sha256_hex(b"three"), Actor::System);
    let issued = certificates::set_issued(&mut tx, "intent", b"three", &sha256, &by, later(2));
    assert!(issued.await.unwrap());
    log(tx).await;
    let text = ask(3).await;
    assert!(text.contains(": good"), "{text}");
}
