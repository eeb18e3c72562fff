//! A renewal that the agent begins with the certificate alone, and one that stays unfinished.

use super::*;
use crate::services::certificates::lifecycle::tests::bank;
use crate::services::certificates::lifecycle::{LifecycleRefusal, Reason};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// An active certificate, and the clock 39 days before its expiry.
async fn in_the_window() -> (Scene, Vec<u8>) {
    let mut scene = scene(StepHook::default()).await;
    let request = scene.request().await.unwrap();
    let key = KeyPair::generate().unwrap();
    let old = scene.enroll(&request, &csr(&key)).await.unwrap();
    scene.activate(&old).await.unwrap();
    scene.now = CertificateSummary::parse(&old).unwrap().not_after - DAY * 39;
    (scene, old)
}

async fn begin(scene: &Scene, der: &[u8]) -> Result<PickedUp, Refusal> {
    let context = scene.anybody();
    let begun = scene
        .services
        .begin_renewal(&context, Issuer::Customer, der, "test/1");
    refusal(begun.await)
}

async fn reenroll(scene: &Scene, old: &[u8], key: &KeyPair) -> Result<Vec<u8>, Refusal> {
    let csr = csr(key);
    let context = scene.anybody();
    let done = scene
        .services
        .reenroll(&context, Issuer::Customer, old, &csr);
    refusal(done.await)
}

#[tokio::test]
async fn the_certificate_in_use_begins_its_renewal_within_the_window_and_no_other() {
    let (mut scene, old) = in_the_window().await;
    scene.now -= DAY * 2;
    let early = begin(&scene, &old).await.unwrap_err();
    assert_eq!(early.code(), "renewal-too-early");
    scene.now += DAY * 2;
    let picked = begin(&scene, &old).await.unwrap();
    assert_eq!(
        (&*picked.login_id, picked.resume.is_none()),
        ("hanakodt", true)
    );
    // It is the agent's: it cannot be picked up again, and no browser can follow it.
    let context = scene.anybody();
    let again = scene
        .services
        .pick_up(&context, picked.request.as_str(), "x");
    assert_eq!(refusal(again.await).unwrap_err(), Refusal::RequestUsed);
    let looked = scene
        .services
        .request_status(picked.request.as_str(), BROWSER, scene.now);
    assert_eq!(refusal(looked.await).unwrap_err(), Refusal::RequestUnknown);
    // Its credential enrols nothing: the old certificate does.
    let key = KeyPair::generate().unwrap();
    let refused = scene.enroll(&picked, &csr(&key)).await.unwrap_err();
    assert_eq!(refused, Refusal::CredentialInvalid);

    let key = KeyPair::generate().unwrap();
    let new = reenroll(&scene, &old, &key).await.unwrap();
    let refused = begin(&scene, &new).await.unwrap_err();
    assert_eq!(refused.code(), "certificate-not-yet-active");
    let resume = begin(&scene, &old).await.unwrap().resume.unwrap();
    assert_eq!(
        resume.serial,
        CertificateSummary::parse(&new).unwrap().serial
    );
    scene.activate(&new).await.unwrap();
    let refused = begin(&scene, &old).await.unwrap_err();
    assert_eq!(refused.code(), "certificate-superseded");
    let early = begin(&scene, &new).await.unwrap_err();
    assert_eq!(early.code(), "renewal-too-early");
}

#[tokio::test]
async fn what_is_held_or_revoked_begins_nothing() {
    let (scene, old) = in_the_window().await;
    let (accounts, now) = (scene.services.accounts(), scene.now);
    let row = certificates::list_for_user(scene.store(), &scene.user.id)
        .await
        .unwrap();
    let id = &row[0].id;
    bank::suspend(accounts, id, now).await.unwrap();
    let refused = begin(&scene, &old).await.unwrap_err();
    assert_eq!(refused.code(), "certificate-suspended");
    let revoked = bank::revoke(accounts, id, Reason::KeyCompromise, now);
    revoked.await.unwrap();
    let refused = begin(&scene, &old).await.unwrap_err();
    assert_eq!(refused.code(), "certificate-revoked");
    let again = bank::revoke(accounts, id, Reason::KeyCompromise, now);
    assert_eq!(
        refusal(again.await).unwrap_err(),
        Refusal::Lifecycle(LifecycleRefusal::AlreadyRevoked)
    );
}

#[tokio::test]
async fn one_that_nobody_finished_does_not_stand_in_the_way_of_a_new_issue() {
    let (mut scene, old) = in_the_window().await;
    let lost = KeyPair::generate().unwrap();
    reenroll(&scene, &old, &lost).await.unwrap();
    scene.now = CertificateSummary::parse(&old).unwrap().not_after + DAY;
    scene.world.approve(&scene.contract.id, scene.now).await;
    let request = scene.request().await.unwrap();
    assert!(request.resume.is_none(), "another key may be taken");
    let key = KeyPair::generate().unwrap();
    let new = scene.enroll(&request, &csr(&key)).await.unwrap();
    scene.activate(&new).await.unwrap();
    let mut states = scene.states().await;
    states.sort_by_key(|s| s.as_str());
    assert_eq!(states, [State::Active, State::Revoked, State::Superseded]);
}
