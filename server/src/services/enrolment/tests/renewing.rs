//! Renewal: the window, one successor at a time, and a successor whose key is lost.

use super::*;
use crate::services::authentication::session::{Authenticated, NewSession, Stage};
use crate::services::enrolment::renewal::Renewing;
use crate::services::records::RequestState;
use crate::store::users::{PasswordKind, Role as UserRole};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// An active certificate, and the clock 39 days before its expiry.
async fn in_the_window() -> (Scene, Vec<u8>) {
    let mut scene = scene(StepHook::default()).await;
    let request = scene.request().await.unwrap();
    let old = scene.enroll(&request, &csr(&new_key())).await.unwrap();
    scene.activate(&old).await.unwrap();
    scene.now = CertificateSummary::parse(&old).unwrap().not_after - DAY * 39;
    (scene, old)
}

fn new_key() -> KeyPair {
    KeyPair::generate().unwrap()
}

async fn renew(scene: &Scene, old: &[u8], key: &KeyPair) -> Result<Vec<u8>, Refusal> {
    let csr = csr(key);
    let context = scene.anybody();
    let done = scene
        .services
        .reenroll(&context, Issuer::Customer, old, &csr);
    refusal(done.await)
}

async fn in_use(scene: &Scene) -> usize {
    let states = scene.states().await;
    states.into_iter().filter(|s| *s == State::Active).count()
}

#[tokio::test]
async fn a_renewal_takes_the_old_ones_place_when_it_is_first_used() {
    let (mut scene, old) = in_the_window().await;
    let key = new_key();
    scene.now -= DAY * 2;
    let early = renew(&scene, &old, &key).await;
    let opens = CertificateSummary::parse(&old).unwrap().not_after - DAY * 40;
    assert_eq!(early, Err(Refusal::RenewalTooEarly { opens }));

    scene.now += DAY * 2;
    let new = renew(&scene, &old, &key).await.unwrap();
    assert_eq!(renew(&scene, &old, &key).await.unwrap(), new);
    let second = renew(&scene, &old, &new_key()).await;
    assert_eq!(second, Err(Refusal::RenewalPending));
    assert_eq!(in_use(&scene).await, 1);

    scene.activate(&new).await.unwrap();
    let mut states = scene.states().await;
    states.sort_by_key(|s| s.as_str());
    assert_eq!(states, [State::Active, State::Superseded]);
    let refused = renew(&scene, &old, &key).await;
    assert!(
        matches!(refused, Err(Refusal::Certificate(_))),
        "the old one opens nothing: {refused:?}"
    );
}

/// Ten wrong passwords on the portal do not affect a user with the certificate; ten with the certificate do.
#[tokio::test]
async fn a_renewal_is_ended_by_failures_with_the_certificate_alone() {
    let (scene, old) = in_the_window().await;
    let set = async |kind, failures, suspended| {
        let mut tx = scene.store().begin().await.unwrap();
        users::set_password_state(&mut tx, &scene.user.id, kind, failures, None, suspended)
            .await
            .unwrap();
        note(&mut tx, scene.now).await;
        tx.commit().await.unwrap();
    };
    set(PasswordKind::Login, 10, true).await;
    set(PasswordKind::LoginWithCertificate, 10, true).await;
    let refused = renew(&scene, &old, &new_key()).await;
    assert_eq!(refused, Err(Refusal::Suspended));
    set(PasswordKind::LoginWithCertificate, 0, false).await;
    renew(&scene, &old, &new_key()).await.unwrap();
}

#[tokio::test]
async fn a_successor_whose_key_is_gone_is_replaced_and_the_old_one_stays_good() {
    let (mut scene, old) = in_the_window().await;
    let lost = renew(&scene, &old, &new_key()).await.unwrap();
    let key = new_key();
    scene.now += SignedDuration::from_mins(15);
    assert_eq!(
        renew(&scene, &old, &key).await,
        Err(Refusal::RenewalPending)
    );
    scene.now += SignedDuration::from_mins(1);
    let new = renew(&scene, &old, &key).await.unwrap();
    assert_eq!(in_use(&scene).await, 1, "the old one all the time");
    // The lost key is found again: it is worthless.
    let late = scene.activate(&lost).await;
    assert!(matches!(late, Err(Refusal::Certificate(_))), "{late:?}");
    scene.activate(&new).await.unwrap();
    let mut states = scene.states().await;
    states.sort_by_key(|s| s.as_str());
    assert_eq!(states, [State::Active, State::Revoked, State::Superseded]);
}

#[tokio::test]
async fn an_expired_certificate_is_not_renewed() {
    let (mut scene, old) = in_the_window().await;
    let key = new_key();
    let new = renew(&scene, &old, &key).await.unwrap();
    scene.now += DAY * 40;
    let late = renew(&scene, &old, &key).await;
    assert_eq!(late.unwrap_err().code(), "certificate-expired");
    // A certificate that was signed in time may still be activated: it is valid, and its holder has proved the right to it.
    scene.activate(&new).await.unwrap();
    assert_eq!(in_use(&scene).await, 1);
}

/// The user who is logged in with this certificate, as the page reads it.
async fn logged_in(
    scene: &Scene,
    der: &[u8],
) -> Result<(String, Authenticated, Renewing), Refusal> {
    let accounts = scene.services.accounts();
    let registered = accounts.registered(der, Caller::default(), scene.now).await;
    let certificate = refusal(registered)?.certificate;
    let new = NewSession {
        user_id: Some(&scene.user.id),
        certificate_id: Some(&certificate.id),
        stage: Stage::LoggedIn,
        data: serde_json::Value::Null,
    };
    let started = accounts.start_session(new, scene.now).await.unwrap();
    let token = started.token.expose().to_owned();
    let (found, renewing) = refusal(accounts.renewing(&token, Some(der), scene.now).await)?;
    Ok((token, found, renewing))
}

#[tokio::test]
async fn a_page_follows_its_renewal_to_the_end_and_no_further() {
    let (mut scene, old) = in_the_window().await;
    let services = scene.services.clone();
    scene.now -= DAY * 2;
    let (_, _, renewing) = logged_in(&scene, &old).await.unwrap();
    let context = scene.by_user();
    let early = services.create_renewal(&context, &renewing, BROWSER).await;
    assert_eq!(refusal(early).unwrap_err().code(), "renewal-too-early");

    scene.now += DAY * 2;
    let (token, found, renewing) = logged_in(&scene, &old).await.unwrap();
    assert_eq!(found.user.role, UserRole::Master);
    let (binding, context) = (&*found.session.token_sha256, scene.by_user());
    let asked = services.create_renewal(&context, &renewing, binding).await;
    let asked = asked.unwrap();
    assert!(asked.link.starts_with("inkan:renew?"), "{}", asked.link);
    let picked = services
        .pick_up(&scene.anybody(), &asked.id, "test/1")
        .await;
    let picked = picked.unwrap();
    assert!(picked.resume.is_none());
    let key = new_key();
    let new = renew(&scene, &old, &key).await.unwrap();

    // Interrupted here: the next request names the key that continues.
    let again = services.create_renewal(&context, &renewing, binding).await;
    let again = services
        .pick_up(&scene.anybody(), &again.unwrap().id, "test/1")
        .await;
    let resume = again.unwrap().resume.unwrap();
    let summary = CertificateSummary::parse(&new).unwrap();
    assert_eq!(resume.serial, summary.serial);

    scene.activate(&new).await.unwrap();
    let accounts = services.accounts();
    let status = services.request_status(&asked.id, binding, scene.now).await;
    assert_eq!(status.unwrap().state, RequestState::Done);
    let (_, after) = accounts
        .renewing(&token, Some(&old), scene.now)
        .await
        .unwrap();
    let successor = after.successor.clone().unwrap();
    assert_eq!(successor.serial, summary.serial);
    assert!(accounts.was_renewed(&old).await.unwrap());
    assert!(!accounts.was_renewed(&new).await.unwrap());
    let twice = services.create_renewal(&context, &after, binding).await;
    assert_eq!(refusal(twice).unwrap_err(), Refusal::OutOfOrder);
    // Another certificate does not match this session, and the old one opens only the pages of the renewal.
    let other = accounts.renewing(&token, Some(&new), scene.now).await;
    assert_eq!(refusal(other).unwrap_err(), Refusal::SessionEnded);
    let top = accounts.authenticated_by_certificate(&token, &old, scene.now);
    assert_eq!(
        refusal(top.await).unwrap_err().code(),
        "certificate-superseded"
    );
    let portal = accounts.renewing(&token, None, scene.now).await;
    assert_eq!(
        refusal(portal).err(),
        Some(Refusal::OutOfOrder),
        "not on the portal"
    );
}

/// Revoked between the handshake of the renewal and its request: there is no successor.
#[tokio::test]
async fn a_certificate_that_was_revoked_meanwhile_has_no_successor() {
    let (scene, old) = in_the_window().await;
    let services = &scene.services;
    let row = certificates::list_for_user(scene.store(), &scene.user.id)
        .await
        .unwrap();
    let row = row.into_iter().next().unwrap();
    let proven = prove(&csr(&new_key())).await.unwrap();
    let holder = scene.holder().await;
    let intent = Intent {
        holder: &holder,
        authorization: Some(&Authorization::Certificate(row.id.clone())),
        request_id: None,
        proven: &proven,
    };
    let reason = crate::services::certificates::lifecycle::Reason::KeyCompromise;
    let accounts = services.accounts();
    crate::services::certificates::lifecycle::tests::bank::revoke(
        accounts, &row.id, reason, scene.now,
    )
    .await
    .unwrap();
    let recorded = services.record_intent(&scene.by_user(), intent).await;
    let refused = refusal(recorded);
    assert!(
        matches!(refused, Err(Refusal::Certificate(_))),
        "{refused:?}"
    );
    assert_eq!(scene.states().await, [State::Revoked]);
    let late = renew(&scene, &old, &new_key()).await;
    assert_eq!(late.unwrap_err().code(), "certificate-revoked");
}
