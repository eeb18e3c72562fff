//! Certificates of staff: a key that ended stays ended, and who left gets nothing.

use super::*;

async fn registered(scene: &Scene) -> Option<String> {
    let found = staff::find(scene.store(), "teller").await.unwrap();
    found.unwrap().certificate_sha256
}

async fn issue(scene: &Scene, key: &KeyPair) -> Result<Vec<u8>, Refusal> {
    let context = RequestContext::staff("teller", Caller::default(), scene.now);
    let csr = csr(key);
    let issued = scene
        .services
        .issue_staff_certificate(&context, "teller", &csr);
    refusal(issued.await)
}

#[tokio::test]
async fn a_key_whose_certificate_was_revoked_takes_no_other_ones_place() {
    let scene = scene(StepHook::default()).await;
    let (lost, new) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let first = issue(&scene, &lost).await.unwrap();
    assert_eq!(issue(&scene, &lost).await.unwrap(), first, "asked again");
    scene
        .world
        .add_account("officer", "officer", Role::SecurityOfficer)
        .await;
    let officer = staff("officer", scene.now);
    let suspended = scene.services.revoke_staff_certificate(&officer, "teller");
    suspended.await.unwrap();
    let second = issue(&scene, &new).await.unwrap();
    let digest = crate::store::id::sha256_hex(&second);
    assert_eq!(registered(&scene).await.as_deref(), Some(&*digest));
    assert_eq!(
        issue(&scene, &lost).await,
        Err(Refusal::KeyAlreadyCertified)
    );
    assert_eq!(registered(&scene).await.as_deref(), Some(&*digest));
}

#[tokio::test]
async fn who_left_while_the_certificate_was_signed_has_none_in_use() {
    let scene = scene(StepHook::default()).await;
    let leave = async || {
        let mut tx = scene.store().begin().await.unwrap();
        let left = staff::set_status(&mut tx, "teller", staff::Status::Left);
        assert!(left.await.unwrap());
        note(&mut tx, scene.now).await;
        tx.commit().await.unwrap();
    };
    let (key, later) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let teller = Subject::Staff("teller".to_owned());
    let holder = Holder::find(scene.store(), &teller).await.unwrap();
    let proven = prove(&csr(&key)).await.unwrap();
    let intent = Intent {
        holder: &holder,
        authorization: None,
        request_id: None,
        proven: &proven,
    };
    let context = scene.anybody();
    let recorded = scene.services.record_intent(&context, intent);
    recorded.await.unwrap();
    leave().await;
    assert_eq!(issue(&scene, &key).await, Err(Refusal::CredentialInvalid));
    assert_eq!(issue(&scene, &later).await, Err(Refusal::CredentialInvalid));
    assert_eq!(registered(&scene).await, None);
    let rows = certificates::list_for_staff(scene.store(), "teller").await;
    assert!(rows.unwrap().iter().all(|row| row.state != State::Active));
}
