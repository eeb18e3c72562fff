//! Staff certificates: a revoked key stays refused, and former staff get nothing.

use super::*;
use crate::store::activation_codes;

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

/// The account's activation code, as two officers hand it over.
async fn code(scene: &Scene) -> Secret {
    let mut parts = Vec::new();
    for officer in ["officer-1", "officer-2"] {
        let context = staff(officer, scene.now);
        let accounts = scene.services.accounts();
        let part = accounts
            .issue_activation_code_half(&context, "teller")
            .await;
        parts.push(part.unwrap().secret);
    }
    Secret::new(format!("{}-{}", parts[0].expose(), parts[1].expose()))
}

async fn with_officers() -> Scene {
    let scene = scene(StepHook::default()).await;
    for officer in ["officer-1", "officer-2"] {
        let role = Role::SecurityOfficer;
        scene.world.add_account(officer, officer, role).await;
    }
    scene
}

async fn enroll(scene: &Scene, code: &Secret, key: &KeyPair) -> Result<Vec<u8>, Refusal> {
    let (context, csr) = (scene.anybody(), csr(key));
    let issued = scene.services.enroll_staff(&context, "teller", code, &csr);
    refusal(issued.await)
}

async fn code_is_used(scene: &Scene) -> bool {
    let code = activation_codes::find(scene.store(), "teller").await;
    code.unwrap().unwrap().used_at.is_some()
}

#[tokio::test]
async fn the_key_of_the_certificate_in_use_takes_no_further_code() {
    let scene = with_officers().await;
    let key = KeyPair::generate().unwrap();
    let first = code(&scene).await;
    let issued = enroll(&scene, &first, &key).await.unwrap();
    assert_eq!(enroll(&scene, &first, &key).await.unwrap(), issued, "again");
    let second = code(&scene).await;
    assert_eq!(
        enroll(&scene, &second, &key).await,
        Err(Refusal::KeyAlreadyCertified)
    );
    assert!(!code_is_used(&scene).await);
    let other = KeyPair::generate().unwrap();
    assert_ne!(enroll(&scene, &second, &other).await.unwrap(), issued);
    assert!(code_is_used(&scene).await);
}

#[tokio::test]
async fn who_left_uses_no_code_for_a_key_that_was_begun() {
    let scene = with_officers().await;
    let key = KeyPair::generate().unwrap();
    let holder = Holder::find(scene.store(), &Subject::Staff("teller".to_owned())).await;
    let proven = prove(&csr(&key)).await.unwrap();
    let begun = Intent {
        holder: &holder.unwrap(),
        authorization: None,
        request_id: None,
        proven: &proven,
    };
    let context = scene.anybody();
    let recorded = scene.services.record_intent(&context, begun);
    recorded.await.unwrap();
    let code = code(&scene).await;
    let mut tx = scene.store().begin().await.unwrap();
    let left = staff::set_status(&mut tx, "teller", staff::Status::Left);
    assert!(left.await.unwrap());
    note(&mut tx, scene.now).await;
    tx.commit().await.unwrap();
    assert_eq!(
        enroll(&scene, &code, &key).await,
        Err(Refusal::CredentialInvalid)
    );
    assert!(!code_is_used(&scene).await);
    let rows = certificates::list_for_staff(scene.store(), "teller").await;
    let states: Vec<State> = rows.unwrap().into_iter().map(|row| row.state).collect();
    assert_eq!(states, [State::Intent], "nothing was signed");
}
