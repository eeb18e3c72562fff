//! A renewal that the agent begins with the certificate alone, and one that nobody finished.

use super::*;
use crate::services::certificates::lifecycle::tests::bank;
use crate::services::certificates::lifecycle::{LifecycleRefusal, Reason};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// An active certificate, and the clock 39 days before its end.
async fn in_the_window() -> (World, Vec<u8>) {
    let mut world = world(StepHook::default()).await;
    let request = world.request().await.unwrap();
    let key = KeyPair::generate().unwrap();
    let old = world.enroll(&request, &csr(&key)).await.unwrap();
    world.activate(&old).await.unwrap();
    world.now = CertificateSummary::parse(&old).unwrap().not_after - DAY * 39;
    (world, old)
}

async fn begin(world: &World, der: &[u8]) -> Result<PickedUp, Refusal> {
    let context = world.anybody();
    let begun = world
        .services
        .begin_renewal(&context, Issuer::Customer, der, "test/1");
    refusal(begun.await)
}

async fn reenroll(world: &World, old: &[u8], key: &KeyPair) -> Result<Vec<u8>, Refusal> {
    let csr = csr(key);
    let context = world.anybody();
    let done = world
        .services
        .reenroll(&context, Issuer::Customer, old, &csr);
    refusal(done.await)
}

#[tokio::test]
async fn the_certificate_in_use_begins_its_renewal_within_the_window_and_no_other() {
    let (mut world, old) = in_the_window().await;
    world.now -= DAY * 2;
    let early = begin(&world, &old).await.unwrap_err();
    assert_eq!(early.code(), "renewal-too-early");
    world.now += DAY * 2;
    let picked = begin(&world, &old).await.unwrap();
    assert_eq!(
        (&*picked.login_id, picked.resume.is_none()),
        ("hanakodt", true)
    );
    // It is the agent's: nobody else can pick it up, and no browser can look at it.
    let context = world.anybody();
    let again = world
        .services
        .pick_up(&context, picked.request.as_str(), "x");
    assert_eq!(refusal(again.await).unwrap_err(), Refusal::RequestUsed);
    let looked = world
        .services
        .request_status(picked.request.as_str(), BROWSER, world.now);
    assert_eq!(refusal(looked.await).unwrap_err(), Refusal::RequestUnknown);
    // Its credential enrols nothing: the old certificate does.
    let key = KeyPair::generate().unwrap();
    let refused = world.enroll(&picked, &csr(&key)).await.unwrap_err();
    assert_eq!(refused, Refusal::CredentialInvalid);

    let key = KeyPair::generate().unwrap();
    let new = reenroll(&world, &old, &key).await.unwrap();
    let refused = begin(&world, &new).await.unwrap_err();
    assert_eq!(refused.code(), "certificate-not-yet-active");
    let resume = begin(&world, &old).await.unwrap().resume.unwrap();
    assert_eq!(
        resume.serial,
        CertificateSummary::parse(&new).unwrap().serial
    );
    world.activate(&new).await.unwrap();
    let refused = begin(&world, &old).await.unwrap_err();
    assert_eq!(refused.code(), "certificate-superseded");
    let early = begin(&world, &new).await.unwrap_err();
    assert_eq!(early.code(), "renewal-too-early");
}

#[tokio::test]
async fn what_is_held_or_revoked_begins_nothing() {
    let (world, old) = in_the_window().await;
    let (accounts, now) = (world.services.accounts(), world.now);
    let row = certificates::list_for_user(&world.store, USER)
        .await
        .unwrap();
    let id = &row[0].id;
    bank::suspend(accounts, id, now).await.unwrap();
    let refused = begin(&world, &old).await.unwrap_err();
    assert_eq!(refused.code(), "certificate-suspended");
    let revoked = bank::revoke(accounts, id, Reason::KeyCompromise, now);
    revoked.await.unwrap();
    let refused = begin(&world, &old).await.unwrap_err();
    assert_eq!(refused.code(), "certificate-revoked");
    let again = bank::revoke(accounts, id, Reason::KeyCompromise, now);
    assert_eq!(
        refusal(again.await).unwrap_err(),
        Refusal::Lifecycle(LifecycleRefusal::AlreadyRevoked)
    );
}

#[tokio::test]
async fn one_that_nobody_finished_does_not_stand_in_the_way_of_a_new_issue() {
    let (mut world, old) = in_the_window().await;
    let lost = KeyPair::generate().unwrap();
    reenroll(&world, &old, &lost).await.unwrap();
    world.now = CertificateSummary::parse(&old).unwrap().not_after + DAY;
    let accounts = world.services.accounts();
    let user = users::find(&world.store, USER).await.unwrap().unwrap();
    let form = ProposedChangeForm {
        reference: "A-2".into(),
        ..ProposedChangeForm::default()
    };
    let kind = Kind::Application;
    let entered = accounts
        .propose(&staff("teller", world.now), kind, &user.contract_id, &form)
        .await
        .unwrap();
    accounts
        .approve_proposal(&staff("approver", world.now), &entered.id, entered.version)
        .await
        .unwrap();
    let request = world.request().await.unwrap();
    assert!(request.resume.is_none(), "another key may be taken");
    let key = KeyPair::generate().unwrap();
    let new = world.enroll(&request, &csr(&key)).await.unwrap();
    world.activate(&new).await.unwrap();
    let mut states = world.states().await;
    states.sort_by_key(|s| s.as_str());
    assert_eq!(states, [State::Active, State::Revoked, State::Superseded]);
}
