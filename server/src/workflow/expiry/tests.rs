//! What ends, how urgent it is, and that its operators are told once.

use jiff::SignedDuration;

use super::{Expiry, Level, Thing, TlsFacts};
use crate::workflow::Workflows;
use crate::workflow::life::tests::world::{Scene, later};
use crate::workflow::settings::Settings;
use crate::workflow::step::StepHook;
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
    let mut settings: Settings = scene.workflows.settings().clone();
    settings.warnings.operators = vec!["one@bank.example".into(), "two@bank.example".into()];
    let store = scene.store().clone().keeping_letters();
    let workflows = Workflows::new(
        store,
        scene.bank.authority.clone(),
        settings,
        StepHook::default(),
    );
    let now = later(0);
    workflows.publish_due_crls(now).await.unwrap();
    workflows.renew_ocsp_signers(now).await.unwrap();
    let ends = now + DAY * 31;
    let watched = workflows.watched();
    watched.tls("portal", facts(ends), None);
    watched.tls("staff", facts(ends), None);
    let of = async |thing, now| -> Vec<Expiry> {
        let all = workflows.expiries(now).await.unwrap();
        assert!(all.is_sorted_by_key(|one| one.ends));
        all.into_iter().filter(|one| one.thing == thing).collect()
    };
    let level = async |now| of(Thing::Listener, now).await[0].level;
    for (days, expected) in [
        (0, Level::Fine),
        (1, Level::Soon),
        (23, Level::Soon),
        (24, Level::Urgent),
        (31, Level::Over),
    ] {
        assert_eq!(level(now + DAY * days).await, expected, "{days}");
    }
    let one = of(Thing::Listener, now).await;
    assert_eq!(one.len(), 1, "one certificate is one thing");
    assert_eq!(
        (one[0].name.as_str(), one[0].days(now)),
        ("portal, staff", 31)
    );
    // Both CAs, their lists, their signers, the root.
    for (thing, count) in [
        (Thing::Root, 1),
        (Thing::CustomerCa, 1),
        (Thing::StaffCa, 1),
        (Thing::CustomerCaIssuing, 1),
        (Thing::List, 2),
        (Thing::OcspSigner, 2),
    ] {
        let found = of(thing, now).await;
        assert_eq!(found.len(), count, "{thing:?}");
        assert!(
            found.iter().all(|one| one.level == Level::Fine),
            "{found:?}"
        );
    }
    assert_eq!(of(Thing::List, now + DAY).await[0].level, Level::Over);

    // Twice in a row at each stage: one letter for each operator. Lists and signers are kept fresh, as by their jobs.
    let mut written = Vec::new();
    for days in [0, 1, 2, 24, 25, 31, 32] {
        let at = now + DAY * days;
        workflows.publish_due_crls(at).await.unwrap();
        workflows.renew_ocsp_signers(at).await.unwrap();
        let first = workflows.warn_of_expiries(at).await.unwrap();
        let again = workflows.warn_of_expiries(at).await.unwrap();
        assert_eq!((again.due, again.written), (first.due, 0), "{days}");
        written.push(first.written);
    }
    assert_eq!(written, [0, 2, 0, 2, 0, 2, 0]);

    // A new file that is broken is a warning, whatever is in use; a new certificate is another thing.
    let at = now + DAY * 33;
    workflows.publish_due_crls(at).await.unwrap();
    let broken = Some("no key".to_owned());
    watched.tls("portal", facts(at + DAY * 300), broken);
    watched.tls("staff", facts(at + DAY * 300), None);
    let one = of(Thing::Listener, at).await;
    assert_eq!((one.len(), one[0].level), (1, Level::Soon));
    assert_eq!(one[0].trouble.as_deref(), Some("no key"));
    assert_eq!(workflows.warn_of_expiries(at).await.unwrap().written, 2);
}
