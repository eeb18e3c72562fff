//! A restored database is reconciled with what was published; one that is older is detected.

use super::evidence::{Evidence, EvidenceFault, Gap};
use super::export::LostRows;
use super::high_water::{AuditMark, CrlMark, HighWater};
use super::reconcile::Order;
use super::report::Report;
use super::{Regression, regression};
use crate::ca::crl::{CrlContent, PublishedCrl, RevokedEntries};
use crate::ca::{CaId, IssuerId};
use crate::services::Services;
use crate::services::certificates::lifecycle::Reason;
use crate::services::certificates::lifecycle::tests::bank;
use crate::services::certificates::status::{CrlKind, Scope};
use crate::services::testing::at;
use crate::services::testing::scene::{Scene, instance, later};
use crate::store::certificates::{Issuer, State};
use crate::store::restores::{self, Restore};
use crate::store::{Store, audit, backup, status_changes};
use inkan_server_fixtures::database::{Place, on_both};

mod incomplete;

on_both!(
    reconciled => scenario_reconciled,
    uncertain => scenario_uncertain,
    older => scenario_older,
);

/// A serial number that no database knows.
const LOST: &str = "7777777777777777777777777777777777777777";

fn customer() -> CaId {
    IssuerId::Customer.into()
}

/// A CRL of the customer CA that the database does not have.
async fn published(scene: &Scene, number: u64, entries: &[(&str, Reason)]) -> PublishedCrl {
    let mut list = RevokedEntries::default();
    for (serial, reason) in entries {
        let octets = hex::decode(serial).unwrap();
        list.add(&octets, at(30), *reason).unwrap();
    }
    let content = CrlContent {
        number,
        this_update: later(-10),
        next_update: later(10_000),
        shard_url: None,
        base: None,
        delta_url: None,
        entries: list,
    };
    let authority = scene.services.authority();
    let der = authority.sign_crl(customer(), content).await.unwrap();
    PublishedCrl::read(&der, authority.cas()).unwrap()
}

/// As if the database had come further by this many changes, and the CRL had this number.
async fn further(scene: &Scene, changes: i64, crl: i64) -> HighWater {
    let mut seen = scene.services.high_water(None, later(0)).await.unwrap();
    seen.status_seq += changes;
    seen.ended.insert("customer".to_owned(), seen.status_seq);
    let (number, status_seq) = (crl, seen.status_seq);
    seen.crls
        .insert("customer".to_owned(), CrlMark { number, status_seq });
    seen.audit = AuditMark {
        seq: seen.audit.seq + 10,
        hash: "f".repeat(64),
    };
    seen
}

async fn reconcile(
    services: &Services,
    evidence: &Evidence,
    (seconds, dry_run): (i64, bool),
) -> Result<Report, EvidenceFault> {
    let order = Order {
        evidence,
        cas: &[customer()],
        now: later(seconds),
        dry_run,
    };
    services.accounts().reconcile(&order).await.unwrap()
}

async fn mark(scene: &Scene) {
    let restore = Restore {
        id: "restore".to_owned(),
        restored_at: later(0),
        backup_at: later(0),
        audit_seq: 1,
        status_seq: 1,
    };
    let accounts = scene.services.accounts();
    accounts.mark_restored(&restore, later(0)).await.unwrap();
}

async fn crl(services: &Services) -> PublishedCrl {
    let scope = Scope::whole(Issuer::Customer);
    let found = services.published_crl(&scope, CrlKind::Full).await.unwrap();
    PublishedCrl::read(&found.unwrap().der, services.authority().cas()).unwrap()
}

fn serials(crl: &PublishedCrl) -> Vec<&str> {
    crl.entries
        .iter()
        .map(|entry| entry.serial.as_str())
        .collect()
}

async fn scenario_reconciled(place: &Place) {
    let scene = Scene::new(place).await;
    let (store, services) = (scene.store(), &scene.services);
    let id = scene.certificate(State::Active).await;
    services.publish_due_crls(later(0)).await.unwrap();
    let session = scene.session().await;
    mark(&scene).await;
    let serial = scene.row(&id).await.serial;
    let entries = [
        (serial.as_str(), Reason::KeyCompromise),
        (LOST, Reason::CertificateHold),
    ];
    let seen = HighWater {
        reconciliations: 3,
        ..further(&scene, 50, 7).await
    };
    let evidence = Evidence {
        high_water: Some(seen),
        crls: vec![published(&scene, 7, &entries).await],
        ..Evidence::default()
    };

    // A dry run shows it and changes nothing.
    let dry = reconcile(services, &evidence, (10, true)).await.unwrap();
    assert_eq!((dry.revoked.len(), dry.unknown.len()), (1, 1));
    assert!(dry.sessions > 0);
    assert_eq!(scene.row(&id).await.state, State::Active);
    assert!(restores::open(store).await.unwrap().is_some());

    let report = reconcile(services, &evidence, (10, false)).await.unwrap();
    assert_eq!(
        Report {
            dry_run: true,
            ..report.clone()
        },
        dry
    );
    assert!(
        report.incomplete.is_empty() && report.uncertain.is_empty(),
        "{report:?}"
    );
    assert_eq!(report.number, 4, "after those that the copy lacks");
    let row = scene.row(&id).await;
    assert_eq!(
        (row.state, row.reason.as_deref()),
        (State::Revoked, Some("keyCompromise"))
    );
    assert_eq!(row.ended_at, Some(at(30)), "since when it was published");
    assert!(!scene.session_is_there(&session).await);
    assert_eq!(restores::open(store).await.unwrap(), None);
    // Nothing is left that shows an older database, and everything is on record.
    let seen = evidence.high_water.as_ref().unwrap();
    assert_eq!(regression::since(store, seen).await.unwrap(), []);
    assert!(status_changes::last(store).await.unwrap() > seen.status_seq);
    let log = scene.world.log().await;
    let done = |action: &str| log.iter().filter(|row| row.action == action).count();
    for action in [
        "database.restored",
        "certificate.revoked",
        "certificate.unknown-revoked",
    ] {
        assert_eq!(done(action), 1, "{action}");
    }
    assert_eq!(done("database.reconciled"), 1);

    // The next CRL has a greater number, and both certificates; the lost one can never be released.
    services.publish_due_crls(later(20)).await.unwrap();
    let next = crl(services).await;
    assert!(next.number > 7 && next.this_update > later(-10), "{next:?}");
    let mut expected = [serial.as_str(), LOST];
    expected.sort_unstable();
    let mut found = serials(&next);
    found.sort_unstable();
    assert_eq!(found, expected);
    let reason = next
        .entries
        .iter()
        .find(|entry| entry.serial == LOST)
        .unwrap()
        .reason;
    assert_eq!(reason, Reason::Unspecified);
    let again = reconcile(services, &evidence, (30, false)).await;
    assert_eq!(again, Err(EvidenceFault::NothingToReconcile));
}

async fn scenario_uncertain(place: &Place) {
    let scene = Scene::new(place).await;
    let (store, services) = (scene.store(), &scene.services);
    let id = scene.certificate(State::Active).await;
    mark(&scene).await;
    // Nothing is known: nothing is done, unless an officer accepts that.
    let none = reconcile(services, &Evidence::default(), (10, false)).await;
    assert_eq!(
        none,
        Err(EvidenceFault::Missing(vec!["customer-ca".to_owned()]))
    );
    let accepted = Evidence {
        none: true,
        ..Evidence::default()
    };
    let dry = reconcile(services, &accepted, (10, true)).await.unwrap();
    assert_eq!(dry.uncertain.len(), 1);
    // A CRL without the high-water file may not be the newest one.
    let evidence = Evidence {
        crls: vec![published(&scene, 3, &[]).await],
        ..Evidence::default()
    };
    let gap = |crl_number| Gap {
        ca: "customer-ca".to_owned(),
        crl_number,
    };
    let refused = reconcile(services, &evidence, (10, false)).await;
    assert_eq!(refused, Err(EvidenceFault::Incomplete(vec![gap(None)])));
    // Something ended that the CRL at hand does not show: a month is no protection.
    let seen = further(&scene, 5, 7).await;
    let month = 30 * 24 * 3600;
    let mut evidence = Evidence {
        high_water: Some(seen),
        ..evidence
    };
    let refused = reconcile(services, &evidence, (month, false)).await;
    assert_eq!(refused, Err(EvidenceFault::Incomplete(vec![gap(Some(7))])));
    evidence.accept_incomplete = true;
    let report = reconcile(services, &evidence, (month, false))
        .await
        .unwrap();
    let value = |name: &str| report.numbers[name];
    assert_eq!(value("crl/customer"), 107);
    assert!(value("other-crls/customer") >= 100_000);
    assert_eq!(report.incomplete, ["customer-ca"]);
    assert_eq!(report.uncertain.len(), 1, "{report:?}");
    assert_eq!(scene.row(&id).await.state, State::Suspended);
    // The bank releases it as any other one.
    bank::release(services.accounts(), &id, later(month + 40))
        .await
        .unwrap();
    assert_eq!(scene.row(&id).await.state, State::Active);
    assert!(matches!(
        audit::verify(store).await.unwrap(),
        audit::Chain::Whole { .. }
    ));
}

async fn scenario_older(place: &Place) {
    let scene = Scene::new(place).await;
    let store = scene.store();
    scene.certificate(State::Active).await;
    scene.services.publish_due_crls(later(0)).await.unwrap();
    let now = scene.services.high_water(None, later(0)).await.unwrap();
    assert_eq!(regression::since(store, &now).await.unwrap(), []);
    // It grows with the database, which is no difference that matters.
    let grown = scene
        .services
        .high_water(Some(&now), later(1))
        .await
        .unwrap();
    assert!(!grown.differs_from(&now));

    let seen = further(&scene, 1, 9).await;
    let found = regression::since(store, &seen).await.unwrap();
    let codes: Vec<_> = found.iter().map(Regression::code).collect();
    let expected = [
        "rollback-status-change",
        "rollback-crl",
        "rollback-audit-shorter",
    ];
    assert_eq!(codes, expected);
    let forked = HighWater {
        audit: AuditMark {
            seq: now.audit.seq,
            hash: "f".repeat(64),
        },
        ..now.clone()
    };
    let found = regression::since(store, &forked).await.unwrap();
    assert_eq!(
        found,
        [Regression::AuditForked {
            seen: now.audit.seq
        }]
    );
    let reconciled = HighWater {
        reconciliations: 1,
        ..now
    };
    let found = regression::since(store, &reconciled).await.unwrap();
    assert_eq!(found, [Regression::Reconciliation { seen: 1, found: 0 }]);
    // A CRL that anybody may have kept.
    let crls = [published(&scene, 9, &[]).await];
    let found = regression::of_published(store, &crls).await.unwrap();
    assert_eq!(found.len(), 1);
    let crls = [published(&scene, 1, &[]).await];
    assert_eq!(regression::of_published(store, &crls).await.unwrap(), []);
}

/// The lost rows of the log, exported in time, say everything: of one certificate that the copy knows and of one that
/// it does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_continues_an_old_copy_restores_what_ended() {
    continued(false).await;
}

/// The mark of a restore has the position of the first lost row.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_continues_a_restored_database_from_its_backup() {
    continued(true).await;
}

async fn continued(marked: bool) {
    let place = Place::sqlite();
    let scene = Scene::new(&place).await;
    let id = scene.certificate(State::Active).await;
    let serial = scene.row(&id).await.serial;
    let Place::Sqlite(dir) = &place else {
        panic!("another database");
    };
    let path = dir.path().join("copy");
    backup::sqlite::copy(&scene.url, &path).await.unwrap();
    let reason = Reason::KeyCompromise;
    let revoked = bank::revoke(scene.services.accounts(), &id, reason, later(20));
    revoked.await.unwrap();
    let seen = scene.services.high_water(None, later(30)).await.unwrap();
    let export = audit::after(scene.store(), 0, 10_000).await.unwrap();

    let store = Store::connect(&place.url("copy")).await.unwrap();
    let services = instance(&scene.bank, &scene.world, store.clone());
    if marked {
        let restore = Restore {
            id: "restore".to_owned(),
            restored_at: later(40),
            backup_at: later(10),
            audit_seq: audit::head(&store).await.unwrap().seq,
            status_seq: status_changes::last(&store).await.unwrap(),
        };
        let marked = services.accounts().mark_restored(&restore, later(40)).await;
        marked.unwrap();
    }
    let mut tampered = export.clone();
    tampered.last_mut().unwrap().detail = "{}".to_owned();
    let last = export.last().unwrap().seq;
    let broken = LostRows::check(&store, tampered).await.unwrap();
    assert_eq!(broken.err(), Some(EvidenceFault::Export { seq: last }));
    let mut gap = export.clone();
    gap.remove(gap.len() - 2);
    assert!(LostRows::check(&store, gap).await.unwrap().is_err());

    let lost = LostRows::check(&store, export).await.unwrap().unwrap();
    let rows = lost.rows.len();
    assert!(rows >= 3, "{rows}");
    let evidence = Evidence {
        high_water: Some(seen),
        export: Some(lost),
        ..Evidence::default()
    };
    let report = reconcile(&services, &evidence, (60, false)).await.unwrap();
    assert_eq!(report.lost, Some(rows));
    assert!(report.incomplete.is_empty(), "{report:?}");
    let [one] = report.revoked.as_slice() else {
        panic!("{report:?}");
    };
    assert_eq!(
        (one.serial.as_str(), one.reason.as_str()),
        (serial.as_str(), "keyCompromise")
    );
    store.close().await;
}
