//! 失効.

use inkan_pki::secret::Secret;

use super::world::{Scene, later, much_later};
use crate::store::certificates::State;
use crate::store::status_changes;
use crate::store::users::Role;
use crate::workflow::Refusal;
use crate::workflow::life::{By, LifeRefusal, Reason};
use crate::workflow::testing::{CONFIRMATION_PASSWORD, caller, refusal, said};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    ends_everything_of_it => ends,
    is_for_those_who_may => may,
    is_refused_twice_and_too_late => refused,
    gives_up_a_key_that_nobody_has => pending,
    takes_a_renewal_under_way_along => renewal,
);

const BANK: By<'static> = By::Staff {
    staff_id: "approver",
};

async fn ends(place: &Place) {
    let scene = Scene::new(place).await;
    let id = scene.certificate(State::Active).await;
    let session = scene.session().await;
    let note = "token found in a train";
    let (reason, at) = (Reason::KeyCompromise, later(1));
    let revoked = scene
        .workflows
        .revoke(&id, BANK, reason, note, caller(), at);
    let revoked = revoked.await.unwrap();
    assert_eq!(
        (revoked.state, revoked.ended_at, revoked.reason.as_deref()),
        (State::Revoked, Some(at), Some("keyCompromise"))
    );
    assert!(!scene.session_is_there(&session).await);
    assert_eq!(
        scene.world.last().await,
        said("certificate.revoked", "done", "")
    );
    assert!(scene.world.log().await.pop().unwrap().detail.contains(note));
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
    let id = scene.certificate(State::Active).await;
    let revoke = |by| {
        let workflows = &scene.workflows;
        workflows.revoke(&id, by, Reason::Superseded, "", caller(), later(1))
    };
    for staff_id in ["auditor", "nobody"] {
        let by = By::Staff { staff_id };
        assert_eq!(refusal(revoke(by).await), Refusal::RoleMissing);
    }
    let by = By::Owner {
        user_id: "somebody else",
    };
    let missing = Refusal::Life(LifeRefusal::CertificateMissing);
    assert_eq!(refusal(revoke(by).await), missing);
    assert_eq!(
        scene.world.last().await,
        said("certificate.revoked", "refused", "life-certificate-missing")
    );
    let withdrawn = Reason::PrivilegeWithdrawn;
    for (by, reason) in [
        (
            By::Owner {
                user_id: &scene.user.id,
            },
            withdrawn,
        ),
        (BANK, Reason::CertificateHold),
        (BANK, Reason::RemoveFromCrl),
    ] {
        let done = scene
            .workflows
            .revoke(&id, by, reason, "", caller(), later(1));
        let not_allowed = Refusal::Life(LifeRefusal::ReasonNotAllowed);
        assert_eq!(refusal(done.await), not_allowed);
    }
    // A manager confirms with the other password, which locks by itself.
    scene.set_role(Role::Master).await;
    let manager = |confirmation: &str| By::Manager {
        user_id: &scene.user.id,
        confirmation: Secret::new(confirmation),
    };
    for _ in 0..4 {
        let done = revoke(manager("wrong")).await;
        assert_eq!(refusal(done), Refusal::CredentialsWrong);
    }
    assert_eq!(scene.row(&id).await.state, State::Active);
    let revoked = revoke(manager(CONFIRMATION_PASSWORD)).await.unwrap();
    assert_eq!(revoked.state, State::Revoked);
    for _ in 0..4 {
        refusal(revoke(manager("wrong")).await);
    }
    let locked = refusal(revoke(manager("wrong")).await);
    assert!(matches!(locked, Refusal::TemporarilyLocked { .. }));
    let user = crate::store::users::find(scene.store(), &scene.user.id).await;
    let user = user.unwrap().unwrap();
    assert_eq!((user.login.failures, user.confirmation.failures), (0, 5));
}

async fn refused(place: &Place) {
    let scene = Scene::new(place).await;
    let id = scene.certificate(State::Active).await;
    let revoke = |at| {
        let workflows = &scene.workflows;
        workflows.revoke(&id, BANK, Reason::Unspecified, "", caller(), at)
    };
    assert_eq!(
        refusal(revoke(much_later()).await),
        Refusal::Life(LifeRefusal::Expired)
    );
    let first = revoke(later(1)).await.unwrap();
    assert_eq!(
        refusal(revoke(later(2)).await),
        Refusal::Life(LifeRefusal::AlreadyRevoked)
    );
    assert_eq!(scene.row(&id).await, first, "the first time counts");
    let missing = scene.workflows.revoke(
        "no such id\0",
        BANK,
        Reason::Unspecified,
        "",
        caller(),
        later(3),
    );
    assert_eq!(
        refusal(missing.await),
        Refusal::Life(LifeRefusal::CertificateMissing)
    );
    let all: usize = scene
        .world
        .log()
        .await
        .iter()
        .filter(|row| row.action == "certificate.revoked")
        .count();
    assert_eq!(all, 4, "every try is on record");
}

async fn pending(place: &Place) {
    let scene = Scene::new(place).await;
    let id = scene.certificate(State::Issued).await;
    let owner = By::Owner {
        user_id: &scene.user.id,
    };
    let reason = Reason::KeyCompromise;
    let held = scene
        .workflows
        .suspend(&id, owner.clone(), "", caller(), later(1));
    assert_eq!(refusal(held.await), Refusal::Life(LifeRefusal::NotInUse));
    let done = scene
        .workflows
        .revoke(&id, owner, reason, "", caller(), later(1));
    assert_eq!(done.await.unwrap().state, State::Revoked);
    // The way is free for a new application; its grant is not the old one.
    let workflows = &scene.workflows;
    let again = workflows.create_request(&scene.user.id, "b", caller(), later(2));
    assert_eq!(refusal(again.await), Refusal::GrantMissing);
    let grant = scene.world.approve(&scene.contract.id, later(3)).await;
    assert_ne!(grant, scene.grant);
    let again = workflows.create_request(&scene.user.id, "b", caller(), later(4));
    again.await.unwrap();
}

async fn renewal(place: &Place) {
    let scene = Scene::new(place).await;
    let old = scene.certificate(State::Active).await;
    let new = scene.successor(&old).await;
    let reason = Reason::KeyCompromise;
    let done = scene
        .workflows
        .revoke(&old, BANK, reason, "", caller(), later(1));
    done.await.unwrap();
    let successor = scene.row(&new).await;
    assert_eq!(successor.state, State::Revoked, "it stood on the old one");
    let activated = scene.workflows.activate(b"two", caller(), later(2)).await;
    assert_eq!(refusal(activated).code(), "certificate-revoked");
}
