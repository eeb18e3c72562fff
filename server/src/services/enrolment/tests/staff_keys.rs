//! Certificates of staff: a key that ended stays ended, and who left gets nothing.

use super::*;

async fn registered(world: &World) -> Option<String> {
    let found = staff::find(&world.store, "teller").await.unwrap();
    found.unwrap().certificate_sha256
}

async fn issue(world: &World, key: &KeyPair) -> Result<Vec<u8>, Refusal> {
    let context = RequestContext::staff("teller", Caller::default(), world.now);
    let csr = csr(key);
    let issued = world
        .services
        .issue_staff_certificate(&context, "teller", &csr);
    refusal(issued.await)
}

#[tokio::test]
async fn a_key_whose_certificate_was_revoked_takes_no_other_ones_place() {
    let world = world(StepHook::default()).await;
    let (lost, new) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let first = issue(&world, &lost).await.unwrap();
    assert_eq!(issue(&world, &lost).await.unwrap(), first, "asked again");
    member(&world.store, "officer", Role::SecurityOfficer, world.now).await;
    let officer = staff("officer", world.now);
    let suspended = world.services.revoke_staff_certificate(&officer, "teller");
    suspended.await.unwrap();
    let second = issue(&world, &new).await.unwrap();
    let digest = crate::store::id::sha256_hex(&second);
    assert_eq!(registered(&world).await.as_deref(), Some(&*digest));
    assert_eq!(
        issue(&world, &lost).await,
        Err(Refusal::KeyAlreadyCertified)
    );
    assert_eq!(registered(&world).await.as_deref(), Some(&*digest));
}

#[tokio::test]
async fn who_left_while_the_certificate_was_signed_has_none_in_use() {
    let world = world(StepHook::default()).await;
    let leave = async || {
        let mut tx = world.store.begin().await.unwrap();
        let left = staff::set_status(&mut tx, "teller", staff::Status::Left);
        assert!(left.await.unwrap());
        note(&mut tx, world.now).await;
        tx.commit().await.unwrap();
    };
    let (key, later) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let teller = Subject::Staff("teller".to_owned());
    let holder = Holder::find(&world.store, &teller).await.unwrap();
    let proven = prove(&csr(&key)).await.unwrap();
    let intent = Intent {
        holder: &holder,
        authorization: None,
        request_id: None,
        proven: &proven,
    };
    let context = world.anybody();
    let recorded = world.services.record_intent(&context, intent);
    recorded.await.unwrap();
    leave().await;
    assert_eq!(issue(&world, &key).await, Err(Refusal::CredentialInvalid));
    assert_eq!(issue(&world, &later).await, Err(Refusal::CredentialInvalid));
    assert_eq!(registered(&world).await, None);
    let rows = certificates::list_for_staff(&world.store, "teller").await;
    assert!(rows.unwrap().iter().all(|row| row.state != State::Active));
}
