//! The certificate of the OCSP signer.

use inkan_pki::x509::chain::verify_issued_by;
use jiff::SignedDuration;

use super::judge::Judge;
use super::responses::der;
use crate::services::testing::scene::{Scene, instance, later};
use crate::store::certificates::{Issuer, State};
use crate::store::signer_certificates as rows;
use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_server_fixtures::database::{Place, on_both};

on_both!(is_recorded_first_and_renewed_by_itself => renewed);

async fn renewed(place: &Place) {
    let scene = Scene::new(place).await;
    let (store, services) = (scene.store(), &scene.services);
    let (_, spki) = scene.bank.authority.ocsp_key().unwrap();
    let good = async |now| {
        let found = rows::good(store, Issuer::Customer.into(), &sha256_hex(&spki), now).await;
        found.unwrap()
    };
    services.renew_ocsp_signers(later(0)).await.unwrap();
    services.renew_ocsp_signers(later(1)).await.unwrap();
    let first = good(later(1)).await;
    assert_eq!(first.len(), 1, "one is enough");
    let actions: Vec<String> = scene
        .world
        .log()
        .await
        .into_iter()
        .map(|r| r.action)
        .collect();
    let of = |what: &str| actions.iter().position(|a| a == what).unwrap();
    assert!(of("signer.intended") < of("signer.issued"));
    let certificate = first[0].der.clone().unwrap();
    let ca = scene.bank.authority.ca(crate::ca::IssuerId::Customer);
    verify_issued_by(&certificate, &ca.unwrap().certificate).unwrap();

    // Another instance, and this one after a restart, use the same.
    let other = instance(&scene.bank, &scene.world, store.clone());
    other.renew_ocsp_signers(later(2)).await.unwrap();
    assert_eq!(good(later(2)).await.len(), 1);

    // Renewed when a third of its thirty days is left; responses continue.
    let day = SignedDuration::from_hours(24);
    let before = later(0) + day * 19;
    services.renew_ocsp_signers(before).await.unwrap();
    assert_eq!(good(before).await.len(), 1);
    let after = later(0) + day * 21;
    services.renew_ocsp_signers(after).await.unwrap();
    let both = good(after).await;
    assert_eq!(both.len(), 2);
    assert!(both[0].not_after > both[1].not_after);
    let judge = Judge::new(&scene.bank.ca_pem);
    let id = scene.certificate(State::Active).await;
    let serial = scene.row(&id).await.serial;
    let request = judge.ask(&[&serial], "-sha1", false);
    let reply = services.ocsp(&request, after).await;
    let text = judge.answer(&request, &der(&reply), &[&serial], after.as_second());
    assert!(text.contains(": good"), "{text}");
    let text = judge.text(&der(&reply));
    for said in ["OCSP Signing", "OCSP No Check", "Digital Signature"] {
        assert!(text.contains(said), "{said} in {text}");
    }
    // For a client whose clock is slow: produced now, valid from a minute ago, and its signer's certificate valid from
    // before that.
    let shown = |name: &str, at: jiff::Timestamp| {
        let line = format!("{name}: {}", at.strftime("%b %e %H:%M:%S %Y GMT"));
        assert!(text.contains(&line), "{line} in {text}");
    };
    shown("Produced At", after);
    shown("This Update", after - SignedDuration::from_mins(1));
    shown("Next Update", after + day);
    assert!(both[0].not_before < after - SignedDuration::from_mins(1));
    // Its own serial number is one we issued.
    let own = both[0].serial.as_str();
    let request = judge.ask(&[own], "-sha256", false);
    let reply = services.ocsp(&request, after).await;
    let text = judge.answer(&request, &der(&reply), &[own], after.as_second());
    assert!(text.contains(": good"), "{text}");
}
