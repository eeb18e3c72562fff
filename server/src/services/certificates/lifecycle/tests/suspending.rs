//! 事故登録 and its release.

use super::bank;
use crate::services::Refusal;
use crate::services::approvals::{Kind, ProposedChangeForm};
use crate::services::certificates::lifecycle::{LifecycleRefusal, Reason};
use crate::services::testing::scene::{Scene, later, much_later};
use crate::services::testing::{anonymous, caller, customer, refusal, staff};
use crate::store::certificates::{Issuer, State};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    holds_until_it_is_released => holds,
    keeps_a_successor_and_another_issue_out => keeps_out,
);

async fn holds(place: &Place) {
    let scene = Scene::new(place).await;
    let accounts = scene.services.accounts();
    let id = scene.certificate(State::Active).await;
    let session = scene.session().await;
    assert_eq!(
        refusal(bank::release(accounts, &id, later(0)).await),
        Refusal::Lifecycle(LifecycleRefusal::NotSuspended)
    );
    bank::suspend(accounts, &id, later(1)).await.unwrap();
    let held = scene.row(&id).await;
    assert_eq!(
        (held.state, held.reason.as_deref()),
        (State::Suspended, Some("certificateHold"))
    );
    assert!(!scene.session_is_there(&session).await);
    assert_eq!(
        refusal(bank::suspend(accounts, &id, later(2)).await),
        Refusal::Lifecycle(LifecycleRefusal::AlreadySuspended)
    );
    bank::release(accounts, &id, later(4)).await.unwrap();
    let again = scene.row(&id).await;
    assert_eq!(
        (again.state, again.ended_at, again.reason),
        (State::Active, None, None)
    );
    let log = scene.world.log().await;
    let released = log
        .iter()
        .filter(|row| row.action == "certificate.released");
    assert_eq!(released.count(), 1);
    bank::suspend(accounts, &id, later(5)).await.unwrap();
    let revoked = bank::revoke(accounts, &id, Reason::KeyCompromise, later(6));
    revoked.await.unwrap();
    assert_eq!(scene.row(&id).await.state, State::Revoked);
    assert_eq!(
        refusal(bank::release(accounts, &id, later(7)).await),
        Refusal::Lifecycle(LifecycleRefusal::AlreadyRevoked)
    );
}

async fn keeps_out(place: &Place) {
    let scene = Scene::new(place).await;
    let services = &scene.services;
    let old = scene.certificate(State::Active).await;
    scene.successor(&old).await;
    let held = bank::suspend(services.accounts(), &old, later(1));
    held.await.unwrap();
    let context = anonymous(later(2));
    let activated = services.activate(&context, Issuer::Customer, b"two").await;
    assert_eq!(refusal(activated).code(), "certificate-suspended");
    // A new application does not bypass it either (D1): it cannot even be entered ...
    let (accounts, form) = (scene.world.accounts(), application());
    let kind = Kind::Application;
    let context = staff("teller", later(3));
    let entered = accounts.propose(&context, kind, &scene.contract.id, &form);
    assert_eq!(refusal(entered.await), Refusal::CertificateActive);
    let context = customer(&scene.user.id, later(4));
    let asked = services.create_request(&context, "b").await;
    // (the renewal in progress is the user's pending certificate; it has no grant)
    assert_eq!(refusal(asked), Refusal::CertificateActive);
    // ... until it has expired: then nothing is left to protect, and another one may be issued.
    let context = customer(&scene.user.id, much_later());
    let asked = services.create_request(&context, "b");
    assert_eq!(refusal(asked.await), Refusal::GrantMissing);
    let released = bank::release(services.accounts(), &old, much_later());
    assert_eq!(
        refusal(released.await),
        Refusal::Lifecycle(LifecycleRefusal::Expired)
    );
    scene.world.approve(&scene.contract.id, much_later()).await;
    let context = customer(&scene.user.id, much_later());
    let asked = services.create_request(&context, "b");
    asked.await.unwrap();
    let row = scene.row(&old).await;
    assert_eq!(
        (row.state, row.reason.as_deref()),
        (State::Superseded, Some("expired"))
    );
    let shown = services.registered(b"one", caller(), much_later()).await;
    assert_eq!(refusal(shown).code(), "certificate-expired");
}

fn application() -> ProposedChangeForm {
    ProposedChangeForm {
        reference: "A2".into(),
        ..ProposedChangeForm::default()
    }
}
