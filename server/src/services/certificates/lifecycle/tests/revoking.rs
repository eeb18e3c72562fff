//! 失効.

use inkan_pki::secret::Secret;

use super::bank;
use crate::services::certificates::lifecycle::{By, LifecycleRefusal, Reason};
use crate::services::testing::scene::{Scene, later, much_later};
use crate::services::testing::{CONFIRMATION_PASSWORD, anonymous, caller, customer, refusal, said};
use crate::services::{Refusal, RequestContext, StaffRefusal};
use crate::store::certificates::{Issuer, State};
use crate::store::status_changes;
use crate::store::users::Role;
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    ends_everything_of_it => ends,
    is_for_those_who_may => may,
    is_refused_twice_and_too_late => refused,
    gives_up_a_key_that_nobody_has => pending,
    takes_a_renewal_under_way_along => renewal,
);

async fn ends(place: &Place) {
    let scene = Scene::new(place).await;
    let id = scene.certificate(State::Active).await;
    let session = scene.session().await;
    let at = later(1);
    bank::revoke(scene.services.accounts(), &id, Reason::KeyCompromise, at)
        .await
        .unwrap();
    let revoked = scene.row(&id).await;
    assert_eq!(
        (revoked.state, revoked.ended_at, revoked.reason.as_deref()),
        (State::Revoked, Some(at), Some("keyCompromise"))
    );
    assert!(!scene.session_is_there(&session).await);
    let log = scene.world.log().await;
    let row = log.iter().find(|row| row.action == "certificate.revoked");
    let row = row.unwrap();
    assert_eq!((row.outcome.as_str(), &row.subject_id), ("done", &id));
    assert!(row.detail.contains("電車で発見"), "{row:?}");
    // The history: who did what, when and why, in one sequence.
    let history = status_changes::of_certificate(scene.store(), &id)
        .await
        .unwrap();
    let steps: Vec<_> = history.iter().map(|c| (c.from, c.to)).collect();
    assert_eq!(
        steps,
        [
            (State::Intent, State::Issued),
            (State::Issued, State::Active),
            (State::Active, State::Revoked)
        ]
    );
    let last = history.last().unwrap();
    assert_eq!(
        (last.actor_kind.as_str(), last.actor_id.as_deref(), last.at),
        ("staff", Some("approver"), at)
    );
    assert_eq!(last.reason.as_deref(), Some("keyCompromise"));
    let all = status_changes::after(scene.store(), 0, 100).await.unwrap();
    let places: Vec<i64> = all.iter().map(|c| c.seq).collect();
    assert_eq!(
        places,
        (1..=all.len() as i64).collect::<Vec<_>>(),
        "no gaps"
    );
}

async fn may(place: &Place) {
    let scene = Scene::new(place).await;
    let services = &scene.services;
    let id = scene.certificate(State::Active).await;
    let (hanako, stranger) = (
        customer(&scene.user.id, later(1)),
        customer("nobody", later(1)),
    );
    let revoke =
        async |by: &RequestContext, how| services.revoke(by, &id, how, Reason::Superseded).await;
    let missing = Refusal::Lifecycle(LifecycleRefusal::CertificateMissing);
    assert_eq!(refusal(revoke(&stranger, By::Owner).await), missing);
    assert_eq!(
        scene.world.last().await,
        said(
            "certificate.revoked",
            "refused",
            "lifecycle-certificate-missing"
        )
    );
    // The bank enters a proposal; its staff are not customers.
    let bank = RequestContext::staff("approver", caller(), later(1));
    assert_eq!(
        refusal(revoke(&bank, By::Owner).await),
        Refusal::SessionEnded
    );
    for reason in [
        Reason::PrivilegeWithdrawn,
        Reason::CertificateHold,
        Reason::RemoveFromCrl,
    ] {
        let done = services.revoke(&hanako, &id, By::Owner, reason).await;
        let not_allowed = Refusal::Lifecycle(LifecycleRefusal::ReasonNotAllowed);
        assert_eq!(refusal(done), not_allowed);
    }
    // A manager confirms with the other password, which has its own lock.
    scene.set_role(Role::Master).await;
    let manager = |confirmation: &str| By::Manager {
        confirmation: Secret::new(confirmation),
    };
    for _ in 0..4 {
        let done = revoke(&hanako, manager("wrong")).await;
        assert_eq!(refusal(done), Refusal::CredentialsWrong);
    }
    assert_eq!(scene.row(&id).await.state, State::Active);
    let revoked = revoke(&hanako, manager(CONFIRMATION_PASSWORD)).await;
    assert_eq!(revoked.unwrap().state, State::Revoked);
    for _ in 0..4 {
        refusal(revoke(&hanako, manager("wrong")).await);
    }
    let locked = refusal(revoke(&hanako, manager("wrong")).await);
    assert!(matches!(locked, Refusal::TemporarilyLocked { .. }));
    let user = crate::store::users::find(scene.store(), &scene.user.id).await;
    let user = user.unwrap().unwrap();
    assert_eq!((user.login.failures, user.confirmation.failures), (0, 5));
}

async fn refused(place: &Place) {
    let scene = Scene::new(place).await;
    let (services, accounts) = (&scene.services, scene.services.accounts());
    let id = scene.certificate(State::Active).await;
    let own = async |certificate: &str, at| {
        let hanako = customer(&scene.user.id, at);
        let reason = Reason::Unspecified;
        services
            .revoke(&hanako, certificate, By::Owner, reason)
            .await
    };
    let by_bank = async |certificate: &str, at| {
        bank::revoke(accounts, certificate, Reason::KeyCompromise, at).await
    };
    let expired = Refusal::Lifecycle(LifecycleRefusal::Expired);
    assert_eq!(refusal(own(&id, much_later()).await), expired);
    assert_eq!(refusal(by_bank(&id, much_later()).await), expired);
    let first = own(&id, later(1)).await.unwrap();
    let revoked = Refusal::Lifecycle(LifecycleRefusal::AlreadyRevoked);
    assert_eq!(refusal(own(&id, later(2)).await), revoked);
    assert_eq!(refusal(by_bank(&id, later(2)).await), revoked);
    assert_eq!(scene.row(&id).await, first, "the first time counts");
    assert_eq!(
        refusal(own("no such id\0", later(3)).await),
        Refusal::Lifecycle(LifecycleRefusal::CertificateMissing)
    );
    assert_eq!(
        refusal(by_bank("no such id\0", later(3)).await),
        StaffRefusal::CertificateUnknown.into()
    );
    let log = scene.world.log().await;
    let tries = log.iter().filter(|row| row.action == "certificate.revoked");
    assert_eq!(tries.count(), 4, "every try is on record");
}

async fn pending(place: &Place) {
    let scene = Scene::new(place).await;
    let services = &scene.services;
    let id = scene.certificate(State::Issued).await;
    let held = bank::suspend(services.accounts(), &id, later(1)).await;
    assert_eq!(
        refusal(held),
        Refusal::Lifecycle(LifecycleRefusal::NotInUse)
    );
    let hanako = customer(&scene.user.id, later(1));
    let done = services.revoke(&hanako, &id, By::Owner, Reason::KeyCompromise);
    assert_eq!(done.await.unwrap().state, State::Revoked);
    // A new application is possible; its grant is not the old one.
    let context = customer(&scene.user.id, later(2));
    let again = services.create_request(&context, "b");
    assert_eq!(refusal(again.await), Refusal::GrantMissing);
    let grant = scene.world.approve(&scene.contract.id, later(3)).await;
    assert_ne!(grant, scene.grant);
    let context = customer(&scene.user.id, later(4));
    let again = services.create_request(&context, "b");
    again.await.unwrap();
}

async fn renewal(place: &Place) {
    let scene = Scene::new(place).await;
    let old = scene.certificate(State::Active).await;
    let new = scene.successor(&old).await;
    bank::revoke(
        scene.services.accounts(),
        &old,
        Reason::KeyCompromise,
        later(1),
    )
    .await
    .unwrap();
    let successor = scene.row(&new).await;
    assert_eq!(successor.state, State::Revoked, "it stood on the old one");
    let context = anonymous(later(2));
    let activated = scene
        .services
        .activate(&context, Issuer::Customer, b"two")
        .await;
    assert_eq!(refusal(activated).code(), "certificate-revoked");
}
