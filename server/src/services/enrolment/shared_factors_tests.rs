//! RSA keys that share a prime with a recorded one: refused, and a finding, on both databases.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::spki::PublicKey;
use inkan_pki::x509::csr::{CsrError, ProvenRequest};
use inkan_pki::x509::key_check::KeyWeakness;
use num_bigint::BigUint;

use crate::services::enrolment::{Holder, Intent, Subject};
use crate::services::testing::scene::{Scene, instance, later};
use crate::services::testing::{caller, refusal};
use crate::services::{Error, Fault, Refusal, RequestContext};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Issuer, NewIntent};
use crate::store::rsa_keys;
use crate::store::{StoreError, Unique, id};
use inkan_server_fixtures::database::Place;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_shares_a_prime_is_refused_and_the_other_is_a_finding() {
    scenario_new(&Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_shares_a_prime_is_refused_with_postgresql_too() {
    scenario_new(&Place::postgres()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_recorded_are_compared_by_the_job() {
    scenario_recorded(&Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_recorded_are_compared_with_postgresql_too() {
    scenario_recorded(&Place::postgres()).await;
}

/// Mersenne primes, multiplied: 2048 bits when the exponents' sum is that.
fn mersenne(exponents: &[u32]) -> BigUint {
    assert_eq!(exponents.iter().sum::<u32>(), 2048);
    let prime = |n: &u32| (BigUint::from(1u8) << *n) - 1u8;
    exponents.iter().map(prime).product()
}

fn spki(modulus: &BigUint, exponent: &[u8]) -> Vec<u8> {
    let key = PublicKey::from_rsa(&modulus.to_bytes_be(), exponent);
    key.unwrap().to_spki().unwrap()
}

const USUAL: &[u8] = &[1, 0, 1];

/// A recorded one; another that shares 2^1279 - 1 with it; one that shares nothing with either.
fn three() -> (BigUint, BigUint, BigUint) {
    let first = mersenne(&[1279, 607, 127, 31, 2, 2]);
    let shares = mersenne(&[1279, 521, 107, 89, 19, 17, 13, 3]);
    // Fermat numbers, and a prime that makes up the remaining bits.
    let fermat = |n: u32| (BigUint::from(1u8) << (1u64 << n)) + 1u8;
    let innocent: BigUint = (4..=10).map(fermat).product();
    (first, shares, innocent * 32_771u32)
}

fn intent(spki: Vec<u8>) -> NewIntent {
    NewIntent {
        id: id::new_id().unwrap(),
        serial: format!("5c{}", id::new_id().unwrap()),
        issuer: Issuer::Staff,
        generation: 1,
        user_id: None,
        staff_id: Some("teller".to_owned()),
        grant_id: None,
        request_id: None,
        replaces: None,
        spki,
        csr: None,
        tbs: b"tbs".to_vec(),
        not_before: later(0),
        not_after: later(1_000_000),
        created_at: later(0),
        shard: String::new(),
    }
}

fn shared() -> Refusal {
    Refusal::Csr(CsrError::Key(KeyWeakness::SharedFactor))
}

async fn scenario_new(place: &Place) {
    let scene = Scene::new(place).await;
    let (first, shares, innocent) = three();
    let other = instance(&scene.bank, &scene.world, scene.store().clone());
    let teller = Subject::Staff("teller".to_owned());
    let holder = Holder::find(scene.store(), &teller).await.unwrap();
    let context = RequestContext::staff("teller", caller(), later(1));
    let record = async |services: &crate::services::Services, spki: Vec<u8>| {
        let proven = ProvenRequest {
            der: Vec::new(),
            spki_sha256: id::sha256_hex(&spki),
            spki_der: spki,
            algorithm: KeyAlgorithm::Rsa2048,
        };
        let intent = Intent {
            holder: &holder,
            authorization: None,
            request_id: None,
            proven: &proven,
        };
        services.record_intent(&context, intent).await
    };
    let services = &scene.services;
    // Compared before the other one was recorded, and recorded after it.
    let early = services.compare_key(&spki(&shares, USUAL), later(1)).await;
    let early = early.unwrap().unwrap();
    let one = record(services, spki(&first, USUAL)).await.unwrap();
    record(services, spki(&innocent, USUAL)).await.unwrap();
    let ec = rcgen::KeyPair::generate().unwrap();
    let ec = rcgen::PublicKeyData::subject_public_key_info(&ec);
    record(services, ec).await.unwrap();
    let mut tx = scene.store().begin().await.unwrap();
    let found = crate::services::Services::record_key(&mut tx, "none", &early).await;
    assert_eq!(found.unwrap().unwrap().certificate_id, one);
    tx.rollback().await.unwrap();
    assert!(services.broken_keys(later(2)).await.unwrap().is_empty());

    // On any instance, any number of times; also the same modulus with another exponent.
    let bad = spki(&shares, USUAL);
    let twin = spki(&first, &[1, 0, 3]);
    for (at, spki) in [(services, &bad), (&other, &bad), (&other, &twin)] {
        assert_eq!(refusal(record(at, spki.clone()).await), shared());
        let key = id::sha256_hex(spki);
        let row = certificates::by_spki_sha256(scene.store(), &key).await;
        assert!(row.unwrap().is_none(), "nothing is recorded");
    }
    let findings = services.broken_keys(later(2)).await.unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].certificate_id, one);
    let row = certificates::find(scene.store(), &one).await.unwrap();
    let row = row.unwrap();
    assert_eq!(findings[0].serial, row.serial);
    let log = scene.world.log().await;
    let told = log
        .iter()
        .filter(|row| row.action == "certificate.key-broken");
    let told: Vec<&str> = told.map(|row| row.subject_id.as_str()).collect();
    assert_eq!(told, [&*one], "once");
    // The same key is refused as before.
    let again = record(services, spki(&first, USUAL)).await;
    assert!(
        matches!(
            again,
            Err(Error::Fault(Fault::Store(StoreError::Duplicate(
                Unique::CertificateKey
            ))))
        ),
        "{again:?}"
    );
    // Until the certificate expires.
    let expired = row.not_after + jiff::SignedDuration::from_secs(1);
    assert!(services.broken_keys(expired).await.unwrap().is_empty());
}

async fn scenario_recorded(place: &Place) {
    let scene = Scene::new(place).await;
    let (first, shares, innocent) = three();
    let services = &scene.services;
    // As an earlier release recorded them, and the migration counted them: none was compared.
    let mut ids = Vec::new();
    for (place, modulus) in [&first, &innocent, &shares].into_iter().enumerate() {
        let new = intent(spki(modulus, USUAL));
        let mut tx = scene.store().begin().await.unwrap();
        certificates::insert_intent(&mut tx, &new).await.unwrap();
        let seq = i64::try_from(place + 1).unwrap();
        rsa_keys::insert(&mut tx, &new.id, seq).await.unwrap();
        crate::services::testing::audit(
            Actor::System,
            crate::services::testing::PREPARED,
            "certificate",
            &new.id,
        )
        .write(&mut tx, later(0))
        .await
        .unwrap();
        tx.commit().await.unwrap();
        ids.push(new.id);
    }
    let done = services.compare_older_keys(later(1)).await.unwrap();
    assert_eq!(done, (2, false), "the first has nobody before it");
    let found = services.broken_keys(later(2)).await.unwrap();
    let mut found: Vec<&str> = found
        .iter()
        .map(|key| key.certificate_id.as_str())
        .collect();
    found.sort_unstable();
    let mut both = [&*ids[0], &*ids[2]];
    both.sort_unstable();
    assert_eq!(found, both, "both are broken");
    let again = services.compare_older_keys(later(3)).await.unwrap();
    assert_eq!(again, (0, false), "each is compared once");
}
