//! Evidence with gaps: numbers of scopes that it does not name.

use super::*;
use crate::store::positions;

on_both!(shards => scenario_shards);

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
