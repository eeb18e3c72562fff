//! What expires, how urgent it is, and that operators get each message once.

use jiff::SignedDuration;

use super::{ExpiringItem, Expiry, Level, TlsFacts};
use crate::services::Services;
use crate::services::settings::Settings;
use crate::services::step::StepHook;
use crate::services::testing::scene::{Scene, later};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    expiry_tells_operators_of_each_stage_once => told,
);

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn facts(ends: jiff::Timestamp) -> TlsFacts {
    TlsFacts {
        not_after: ends,
        sha256: "ab".to_owned(),
    }
}

async fn told(place: &Place) {
    let scene = Scene::new(place).await;
    let mut settings: Settings = scene.services.settings().clone();
    settings.warnings.operators = vec!["one@bank.example".into(), "two@bank.example".into()];
    let store = scene.store().clone().with_mail();
    let services = Services::new(
        store,
        scene.bank.authority.clone(),
        settings,
        StepHook::default(),
    );
    let now = later(0);
    services.publish_due_crls(now).await.unwrap();
    services.renew_ocsp_signers(now).await.unwrap();
    let ends = now + DAY * 31;
    let watched = services.watched();
    watched.tls("portal", facts(ends), None);
    watched.tls("staff", facts(ends), None);
    let of = async |item, now| -> Vec<Expiry> {
        let all = services.expiries(now).await.unwrap();
        assert!(all.is_sorted_by_key(|one| one.ends));
        all.into_iter().filter(|one| one.item == item).collect()
    };
    let level = async |now| of(ExpiringItem::Listener, now).await[0].level;
    for (days, expected) in [
        (0, Level::Fine),
        (1, Level::Soon),
        (23, Level::Soon),
        (24, Level::Urgent),
        (31, Level::Over),
    ] {
        assert_eq!(level(now + DAY * days).await, expected, "{days}");
    }
    let one = of(ExpiringItem::Listener, now).await;
    assert_eq!(one.len(), 1, "one certificate is one thing");
    assert_eq!(
        (one[0].name.as_str(), one[0].days(now)),
        ("portal, staff", 31)
    );
    // Both CAs, their CRLs, their signers, the root.
    for (item, count) in [
        (ExpiringItem::Root, 1),
        (ExpiringItem::CustomerCa, 1),
        (ExpiringItem::StaffCa, 1),
        (ExpiringItem::CustomerCaIssuing, 1),
        (ExpiringItem::Crl, 2),
        (ExpiringItem::OcspSigner, 2),
    ] {
        let found = of(item, now).await;
        assert_eq!(found.len(), count, "{item:?}");
        assert!(
            found.iter().all(|one| one.level == Level::Fine),
            "{found:?}"
        );
    }
    assert_eq!(of(ExpiringItem::Crl, now + DAY).await[0].level, Level::Over);

    // Twice in a row at each stage: one message for each operator. CRLs and signers are kept current, as by their jobs.
    let mut written = Vec::new();
    for days in [0, 1, 2, 24, 25, 31, 32] {
        let at = now + DAY * days;
        services.publish_due_crls(at).await.unwrap();
        services.renew_ocsp_signers(at).await.unwrap();
        let first = services.warn_of_expiries(at).await.unwrap();
        let again = services.warn_of_expiries(at).await.unwrap();
        assert_eq!((again.due, again.written), (first.due, 0), "{days}");
        written.push(first.written);
    }
    assert_eq!(written, [0, 2, 0, 2, 0, 2, 0]);

    // A new file that cannot be used is a warning, whatever is in use; a new certificate is another item.
    let at = now + DAY * 33;
    services.publish_due_crls(at).await.unwrap();
    let broken = Some("no key".to_owned());
    watched.tls("portal", facts(at + DAY * 300), broken);
    watched.tls("staff", facts(at + DAY * 300), None);
    let one = of(ExpiringItem::Listener, at).await;
    assert_eq!((one.len(), one[0].level), (1, Level::Soon));
    assert_eq!(one[0].error.as_deref(), Some("no key"));
    assert_eq!(services.warn_of_expiries(at).await.unwrap().written, 2);
}
