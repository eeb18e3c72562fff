//! Certificates of staff: a key that ended stays ended, and who left gets nothing.

use super::*;

async fn registered(world: &World) -> Option<String> {
    let found = staff::find(&world.store, "teller").await.unwrap();
    found.unwrap().certificate_sha256
}

async fn issue(world: &World, key: &KeyPair) -> Result<Vec<u8>, Refusal> {
    let (csr, by) = (csr(key), Actor::Staff("teller".to_owned()));
    let issued = world
        .services
        .issue_staff_certificate("teller", &csr, by, world.now);
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
    let mut tx = world.store.begin().await.unwrap();
    let left = staff::set_status(&mut tx, "teller", staff::Status::Left);
    assert!(left.await.unwrap());
    note(&mut tx, world.now).await;
    tx.commit().await.unwrap();
    let key = KeyPair::generate().unwrap();
    assert_eq!(issue(&world, &key).await, Err(Refusal::CredentialInvalid));
    assert_eq!(registered(&world).await, None);
    let rows = certificates::list_for_staff(&world.store, "teller").await;
    assert!(rows.unwrap().iter().all(|row| row.state != State::Active));
}
