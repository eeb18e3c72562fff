//! What changes between a request and its certificate.

use super::*;
use crate::store::certificates::NewIntent;
use crate::store::contracts;
use crate::store::enrolment_requests;
use crate::store::users::PasswordKind;

/// An intent whose recorded bytes are no certificate; it is older than any other.
async fn broken_intent(scene: &Scene) {
    let created_at = scene.now - SignedDuration::from_hours(1);
    let intent = NewIntent {
        id: "broken".into(),
        serial: "0badbad0".into(),
        issuer: Issuer::Staff,
        generation: 1,
        user_id: None,
        staff_id: Some("teller".into()),
        grant_id: None,
        request_id: None,
        replaces: None,
        spki: b"no key".to_vec(),
        csr: None,
        tbs: b"no certificate".to_vec(),
        not_before: created_at,
        not_after: scene.now,
        created_at,
        shard: String::new(),
    };
    let mut tx = scene.store().begin().await.unwrap();
    certificates::insert_intent(&mut tx, &intent).await.unwrap();
    note(&mut tx, scene.now).await;
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn one_broken_intent_does_not_keep_the_others_waiting() {
    let scene = scene(StepHook::default()).await;
    broken_intent(&scene).await;
    let request = scene.request().await.unwrap();
    let key = KeyPair::generate().unwrap();
    let proven = prove(&csr(&key)).await.unwrap();
    let holder = scene.holder().await;
    let requested = enrolment_requests::find(scene.store(), request.request.as_str()).await;
    let intent = Intent {
        holder: &holder,
        authorization: Some(&requested.unwrap().unwrap().authorization),
        request_id: None,
        proven: &proven,
    };
    let context = RequestContext::system(scene.now);
    let recorded = scene.services.record_intent(&context, intent);
    recorded.await.unwrap();

    let report = scene.services.reconcile(scene.now).await.unwrap();
    let found = (report.completed, report.waiting, report.broken);
    assert_eq!(found, (1, 0, 1));
    assert_eq!(scene.states().await, [State::Issued]);
}

#[tokio::test]
async fn nothing_is_issued_after_the_contract_was_cancelled() {
    let scene = scene(StepHook::default()).await;
    let request = scene.request().await.unwrap();
    let user = users::find(scene.store(), &scene.user.id)
        .await
        .unwrap()
        .unwrap();
    let mut tx = scene.store().begin().await.unwrap();
    assert!(contracts::cancel(&mut tx, &user.contract_id).await.unwrap());
    note(&mut tx, scene.now).await;
    tx.commit().await.unwrap();
    let refused = scene
        .enroll(&request, &csr(&KeyPair::generate().unwrap()))
        .await;
    assert_eq!(refused, Err(Refusal::ContractCancelled));
    assert_eq!(scene.states().await, []);
}

#[tokio::test]
async fn nothing_is_issued_to_a_user_who_was_suspended() {
    let scene = scene(StepHook::default()).await;
    let request = scene.request().await.unwrap();
    let mut tx = scene.store().begin().await.unwrap();
    users::set_password_state(&mut tx, &scene.user.id, PasswordKind::Login, 10, None, true)
        .await
        .unwrap();
    note(&mut tx, scene.now).await;
    tx.commit().await.unwrap();
    let refused = scene
        .enroll(&request, &csr(&KeyPair::generate().unwrap()))
        .await;
    assert_eq!(refused, Err(Refusal::Suspended));
    assert_eq!(scene.states().await, []);
}

#[tokio::test]
async fn an_active_certificate_is_not_called_so_after_its_end() {
    let scene = scene(StepHook::default()).await;
    let request = scene.request().await.unwrap();
    let der = scene
        .enroll(&request, &csr(&KeyPair::generate().unwrap()))
        .await
        .unwrap();
    scene.activate(&der).await.unwrap();
    scene.activate(&der).await.unwrap();
    let row = certificates::active_for_user(scene.store(), &scene.user.id).await;
    let late = row.unwrap().unwrap().not_after + SignedDuration::from_secs(1);
    let context = anybody(late);
    let asked = scene.services.activate(&context, Issuer::Customer, &der);
    let expired =
        Refusal::Certificate(services::authentication::login::CertificateRefusal::Expired);
    assert_eq!(refusal(asked.await.map(drop)), Err(expired));
}
