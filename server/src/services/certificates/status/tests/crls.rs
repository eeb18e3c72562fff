//! CRLs.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::judge::Judge;
use crate::services::Services;
use crate::services::certificates::lifecycle::Reason;
use crate::services::certificates::lifecycle::tests::bank;
use crate::services::certificates::status::{CrlKind, ReadyCrl, Scope};
use crate::services::step::StepHook;
use crate::services::testing::at;
use crate::services::testing::scene::{Scene, later, much_later};
use crate::store::certificates::{Issuer, State};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    follow_a_certificates_life => follow,
    drop_what_expired_after_one_more => drop_expired,
    last_good_one_continues_without_the_hsm => without_hsm,
    begin_in_the_past_and_after_the_one_before => begin,
);

async fn crl(scene: &Scene, kind: CrlKind) -> std::sync::Arc<ReadyCrl> {
    let scope = Scope::whole(Issuer::Customer);
    let found = scene.services.published_crl(&scope, kind).await;
    found.unwrap().unwrap()
}

/// Publishes what is pending; returns the number of scopes.
async fn publish(scene: &Scene, now: Timestamp) -> usize {
    scene.services.publish_due_crls(now).await.unwrap()
}

async fn follow(place: &Place) {
    let scene = Scene::new(place).await;
    let judge = Judge::new(&scene.bank.ca_pem);
    let id = scene.certificate(State::Active).await;
    let serial = scene.row(&id).await.serial.to_uppercase();
    // The whole CRL of each CA, and the shard that begins now.
    assert_eq!(publish(&scene, later(0)).await, 4);
    assert_eq!(publish(&scene, later(1)).await, 0, "nothing is due");
    let first = crl(&scene, CrlKind::Full).await;
    let text = judge.crl(&first.der);
    assert!(text.contains("No Revoked Certificates"), "{text}");
    assert!(
        text.contains("http://pki.example/crl/customer-ca-delta.crl"),
        "{text}"
    );
    let backdated = later(0) - SignedDuration::from_mins(5);
    assert_eq!((first.number, first.this_update), (1, backdated));

    // Suspended: at once on the next CRL, and on the delta CRL from the first one.
    let services = &scene.services;
    let held = bank::suspend(services.accounts(), &id, later(10));
    held.await.unwrap();
    assert!(publish(&scene, later(10)).await >= 1);
    let text = judge.crl(&crl(&scene, CrlKind::Full).await.der);
    assert!(
        text.contains(&serial) && text.contains("Certificate Hold"),
        "{text}"
    );
    let delta = judge.crl(&crl(&scene, CrlKind::Delta).await.der);
    assert!(
        delta.contains("X509v3 Delta CRL Indicator: critical"),
        "{delta}"
    );
    assert!(
        delta.contains(&serial) && delta.contains("Certificate Hold"),
        "{delta}"
    );

    // Released: no longer on the CRL; the delta CRL informs whoever holds a CRL with it.
    let released = bank::release(services.accounts(), &id, later(20));
    released.await.unwrap();
    publish(&scene, later(20)).await;
    let text = judge.crl(&crl(&scene, CrlKind::Full).await.der);
    assert!(!text.contains(&serial), "{text}");
    let delta = judge.crl(&crl(&scene, CrlKind::Delta).await.der);
    assert!(
        delta.contains(&serial) && delta.contains("Remove From CRL"),
        "{delta}"
    );

    let reason = Reason::KeyCompromise;
    let revoked = bank::revoke(services.accounts(), &id, reason, later(30));
    revoked.await.unwrap();
    publish(&scene, later(30)).await;
    let last = crl(&scene, CrlKind::Full).await;
    let text = judge.crl(&last.der);
    assert!(
        text.contains(&serial) && text.contains("Key Compromise"),
        "{text}"
    );
    assert_eq!(last.number, 4, "every publication has a number of its own");
    assert_eq!(publish(&scene, later(31)).await, 0);
    // Half a day later all are pending, whatever has happened.
    let half = later(30) + SignedDuration::from_hours(12);
    assert_eq!(publish(&scene, half).await, 4);
    // A clock that was corrected: CRLs dated in the future are signed again.
    assert_eq!(publish(&scene, later(40)).await, 4);
}

async fn drop_expired(place: &Place) {
    let scene = Scene::new(place).await;
    let judge = Judge::new(&scene.bank.ca_pem);
    let old = scene.certificate(State::Superseded).await;
    let serial = scene.row(&old).await.serial.to_uppercase();
    let on_list = async |now| {
        publish(&scene, now).await;
        judge
            .crl(&crl(&scene, CrlKind::Full).await.der)
            .contains(&serial)
    };
    assert!(on_list(later(0)).await, "a superseded one is on the list");
    let day = SignedDuration::from_hours(24);
    let end = scene.row(&old).await.not_after;
    assert!(on_list(end - day).await);
    assert!(on_list(end + day).await, "on one list made after its end");
    assert!(!on_list(end + day * 2).await, "and then no more");
    assert!(end < much_later());
}

async fn without_hsm(place: &Place) {
    let scene = Scene::new(place).await;
    let judge = Judge::new(&scene.bank.ca_pem);
    publish(&scene, at(0)).await;
    let good = crl(&scene, CrlKind::Full).await;
    let pool = scene.bank.pool.clone();
    let left = tokio::task::spawn_blocking(move || pool.shutdown(Duration::from_secs(30)));
    assert!(left.await.unwrap(), "the HSM is unavailable");
    // A CRL is pending for two hours; nothing can sign it.
    for minutes in (0..=120).step_by(20) {
        let now = at(12 * 3600 + minutes * 60);
        let failed = scene.services.publish_due_crls(now).await.unwrap_err();
        assert!(
            matches!(
                failed,
                crate::services::Error::Refused(crate::services::Refusal::Unavailable { .. })
            ),
            "{failed:?}"
        );
        let still = crl(&scene, CrlKind::Full).await;
        assert_eq!((still.number, &still.der), (good.number, &good.der));
        assert!(now < still.next_update, "it is good for half a day yet");
        let health = scene.services.health(now).await;
        assert!(health.crl_fresh);
    }
    judge.crl(&good.der);
    let health = scene.services.health(at(25 * 3600)).await;
    assert!(!health.crl_fresh, "the operator is told when it is over");
}

/// For a client whose clock is slow by less than five minutes, a CRL is valid the moment it is published; and of two
/// CRLs a client can determine the newer one.
async fn begin(place: &Place) {
    let scene = Scene::new(place).await;
    let judge = Judge::new(&scene.bank.ca_pem);
    let id = scene.certificate(State::Active).await;
    // As an earlier release wrote it: not backdated.
    let mut settings = scene.world.settings.clone();
    settings.periods.crl_backdate = SignedDuration::ZERO;
    let (ca, store) = (scene.bank.authority.clone(), scene.store().clone());
    let before = Services::new(store, ca, settings, StepHook::default());
    before.publish_due_crls(later(0)).await.unwrap();
    let mut last = crl(&scene, CrlKind::Full).await;
    assert_eq!(last.this_update, later(0));

    let services = &scene.services;
    for (step, seconds) in [10, 20, 400, 500].into_iter().enumerate() {
        if step % 2 == 0 {
            let held = bank::suspend(services.accounts(), &id, later(seconds));
            held.await.unwrap();
        } else {
            let released = bank::release(services.accounts(), &id, later(seconds));
            released.await.unwrap();
        }
        publish(&scene, later(seconds)).await;
        let full = crl(&scene, CrlKind::Full).await;
        let delta = crl(&scene, CrlKind::Delta).await;
        assert_eq!(
            (full.number, delta.number),
            (last.number + 1, last.number + 1)
        );
        assert!(full.this_update > last.this_update, "{step}");
        assert_eq!(full.this_update, delta.this_update);
        let earliest = later(seconds) - SignedDuration::from_mins(5);
        let expected = earliest.max(last.this_update + SignedDuration::from_secs(1));
        assert_eq!(full.this_update, expected);
        assert_eq!(
            full.next_update,
            later(seconds) + SignedDuration::from_hours(24)
        );
        // The delta CRL starts from a CRL that any client may still hold.
        let text = judge.crl(&delta.der);
        assert!(text.contains("Delta CRL Indicator"), "{text}");
        last = full;
    }
    // Not half a day after thisUpdate, but when it is scheduled: the same interval as before.
    assert_eq!(publish(&scene, later(501)).await, 0);
}
