//! Evidence with gaps: numbers of scopes that it does not name, and officers who must be able to release the others.

use rcgen::{CertificateParams, KeyPair};

use super::*;
use crate::services::{Caller, RequestContext};
use crate::store::staff::Role;
use crate::store::{certificates, positions};

on_both!(shards => scenario_shards, officers => scenario_officers);

/// A CRL of the whole CA says nothing about the numbers of its shards, which relying parties have seen as well.
async fn scenario_shards(place: &Place) {
    let scene = Scene::new(place).await;
    let services = &scene.services;
    scene.certificate(State::Active).await;
    services.publish_due_crls(later(0)).await.unwrap();
    mark(&scene).await;
    let evidence = Evidence {
        crls: vec![
            published(&scene, 7, &[(LOST, Reason::CertificateHold)]).await,
            published(&scene, 9, &[]).await,
        ],
        accept_incomplete: true,
        ..Evidence::default()
    };
    let report = reconcile(services, &evidence, (10, false)).await.unwrap();
    assert!(report.unknown.is_empty(), "released meanwhile: {report:?}");
    assert_eq!(report.numbers["crl/customer"], 109);
    let shards = report.numbers.iter();
    let shards = shards.filter(|(name, _)| name.starts_with("crl/customer/"));
    let shards: Vec<i64> = shards.map(|(_, value)| *value).collect();
    assert!(!shards.is_empty() && shards.iter().all(|value| *value > 100_000));
    assert!(report.numbers["status"] > 100_000);
    // One that begins later is numbered after those that others may have seen.
    let year = 365 * 24 * 3600;
    services.publish_due_crls(later(year)).await.unwrap();
    let crls = positions::read(scene.store()).await.unwrap().crls;
    let newer = crls.crls.iter().filter(|(scope, _)| {
        scope.starts_with("customer/") && !report.numbers.contains_key(&format!("crl/{scope}"))
    });
    let newer: Vec<i64> = newer.map(|(_, crl)| crl.number).collect();
    assert!(!newer.is_empty() && newer.iter().all(|number| *number > 100_000));
}

async fn issued(scene: &Scene, staff: &str, role: Role) {
    scene.world.add_account(staff, staff, role).await;
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(Vec::new()).unwrap();
    let csr = params.serialize_request(&key).unwrap();
    let context = RequestContext::staff(staff, Caller::default(), later(0));
    let services = &scene.services;
    let issued = services.issue_staff_certificate(&context, staff, csr.der());
    issued.await.unwrap();
}

/// A bank without officers could release nothing, and its first officers cannot be registered again.
async fn scenario_officers(place: &Place) {
    let scene = Scene::new(place).await;
    issued(&scene, "an-officer", Role::SecurityOfficer).await;
    issued(&scene, "a-teller", Role::Teller).await;
    mark(&scene).await;
    let evidence = Evidence {
        none: true,
        ..Evidence::default()
    };
    let order = Order {
        evidence: &evidence,
        cas: &[IssuerId::Staff.into()],
        now: later(10),
        dry_run: false,
    };
    let accounts = scene.services.accounts();
    let report = accounts.reconcile(&order).await.unwrap().unwrap();
    assert_eq!(report.uncertain.len(), 1, "{report:?}");
    assert_eq!(report.check_manually.len(), 1, "{report:?}");
    let state = async |staff| {
        let all = certificates::list_for_staff(scene.store(), staff).await;
        all.unwrap()[0].state
    };
    assert_eq!(state("an-officer").await, State::Active);
    assert_eq!(state("a-teller").await, State::Suspended);
}
