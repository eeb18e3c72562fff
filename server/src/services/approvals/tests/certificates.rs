//! The lifecycle of a certificate by proposals of the bank.

use super::*;
use crate::services::approvals::proposed_change;
use crate::services::certificates::lifecycle::reason::BY_CUSTOMER;
use crate::services::certificates::lifecycle::{LifecycleRefusal, Reason};
use crate::services::testing::audit;
use crate::services::testing::{PREPARED, refusal, said, staff};
use crate::services::{Refusal, StaffRefusal};
use crate::store::audit::Actor;
use crate::store::certificates::{self, State};
use crate::store::contracts::Status;
use crate::store::users::{self, PasswordKind};
use crate::store::{contracts, grants};

/// A world with a user and their active certificate.
async fn in_use() -> (World, users::User, String) {
    let world = world().await;
    let contract = world.contract("42").await;
    let user = world.user("42", "hanakodt").await;
    let grant = world.approve(&contract.id, at(4)).await;
    let der = b"certificate";
    let certificate = world.certificate(&user, &grant, der, State::Active).await;
    let mut tx = world.store.begin().await.unwrap();
    assert!(grants::use_up(&mut tx, &grant, at(6)).await.unwrap());
    let row = audit(Actor::System, PREPARED, "grant", &grant);
    row.write(&mut tx, at(6)).await.unwrap();
    tx.commit().await.unwrap();
    (world, user, certificate)
}

async fn state(world: &World, certificate_id: &str) -> State {
    let found = certificates::find(&world.store, certificate_id)
        .await
        .unwrap();
    found.unwrap().state
}

async fn report(world: &World, who: &str, certificate_id: &str) -> Result<Proposal> {
    let accounts = world.accounts();
    accounts
        .report_incident(&staff(who, at(20)), certificate_id, &form())
        .await
}

#[tokio::test]
async fn a_lost_token_is_suspended_at_once_and_reviewed_by_somebody_else() {
    let (world, user, certificate) = in_use().await;
    for nobody in ["auditor", "officer", "nobody"] {
        assert_eq!(
            refusal(report(&world, nobody, &certificate).await),
            Refusal::RoleMissing
        );
    }
    let reported = report(&world, "helpdesk", &certificate).await.unwrap();
    assert_eq!(state(&world, &certificate).await, State::Suspended);
    assert_eq!(world.last().await, said("incident.reported", "done", ""));
    let twice = report(&world, "teller", &certificate).await;
    assert_eq!(
        refusal(twice),
        Refusal::Lifecycle(LifecycleRefusal::AlreadySuspended)
    );

    // It can neither be withdrawn, nor reviewed without the right, and no new certificate is possible before the review.
    let accounts = world.accounts();
    let withdrawn = accounts
        .withdraw_proposal(&staff("helpdesk", at(21)), &reported.id, 1, "誤り")
        .await;
    assert_eq!(refusal(withdrawn), StaffRefusal::NotInThatState.into());
    assert_eq!(
        refusal(approve(&world, "helpdesk", &reported).await),
        Refusal::RoleMissing
    );
    let early = propose(&world, "teller", Kind::Reissue, &user.id).await;
    assert_eq!(refusal(early), Refusal::CertificateActive);

    approve(&world, "approver", &reported).await.unwrap();
    assert_eq!(state(&world, &certificate).await, State::Revoked);
    let stored = certificates::find(&world.store, &certificate)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stored.reason.as_deref(), Some("keyCompromise"));

    // 再取得: a new grant, for this user, by two more people.
    let reissue = propose(&world, "teller", Kind::Reissue, &user.id)
        .await
        .unwrap();
    let done = approve(&world, "approver", &reissue).await.unwrap();
    let grant = grants::find(&world.store, &done.grant.unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(grant.user_id.as_deref(), Some(user.id.as_str()));
    let again = propose(&world, "teller", Kind::Reissue, &user.id).await;
    assert_eq!(refusal(again), Refusal::ApplicationExists);
}

#[tokio::test]
async fn the_review_of_a_false_alarm_releases() {
    let (world, _, certificate) = in_use().await;
    let reported = report(&world, "approver", &certificate).await.unwrap();
    let accounts = world.accounts();
    // The person who reported the loss does not review it, with any account.
    for same in ["approver", "approver-again"] {
        let own = accounts
            .reject_proposal(&staff(same, at(30)), &reported.id, 1, "発見")
            .await;
        assert_eq!(refusal(own), Refusal::SamePerson);
    }
    accounts
        .reject_proposal(&staff("second-approver", at(30)), &reported.id, 1, "発見")
        .await
        .unwrap();
    assert_eq!(state(&world, &certificate).await, State::Active);
}

#[tokio::test]
async fn revocation_and_release_take_two_and_the_state_that_was_seen() {
    let (world, _, certificate) = in_use().await;
    let release = propose(&world, "teller", Kind::Release, &certificate).await;
    assert_eq!(
        refusal(release),
        Refusal::Lifecycle(LifecycleRefusal::NotSuspended)
    );
    let revoke = propose(&world, "helpdesk", Kind::Revoke, &certificate)
        .await
        .unwrap();
    // Suspended meanwhile: the subject of the entry has changed.
    let reported = report(&world, "teller", &certificate).await.unwrap();
    let stale = approve(&world, "approver", &revoke).await;
    assert_eq!(refusal(stale), StaffRefusal::ProposalStale.into());
    // Released by a proposal: the review of the report finds nothing to review and is refused.
    let release = propose(&world, "teller", Kind::Release, &certificate)
        .await
        .unwrap();
    approve(&world, "approver", &release).await.unwrap();
    assert_eq!(state(&world, &certificate).await, State::Active);
    let late = approve(&world, "approver", &reported).await;
    assert_eq!(
        refusal(late),
        Refusal::Lifecycle(LifecycleRefusal::NotSuspended)
    );

    let unknown = propose(&world, "teller", Kind::Revoke, "none").await;
    assert_eq!(refusal(unknown), StaffRefusal::CertificateUnknown.into());
    let accounts = world.accounts();
    let strange = ProposedChangeForm {
        revocation_reason: "cACompromise".to_owned(),
        ..form()
    };
    let amended = accounts
        .amend_proposal(&staff("teller", at(40)), &revoke.id, 1, &strange)
        .await;
    assert!(matches!(refusal(amended), Refusal::Fields(_)));
    approve(&world, "approver", &revoke).await.unwrap();
    assert_eq!(state(&world, &certificate).await, State::Revoked);
}

#[tokio::test]
async fn a_cancelled_contract_takes_everything_along() {
    let (world, user, certificate) = in_use().await;
    let cancel = propose(&world, "teller", Kind::Cancel, &user.contract_id)
        .await
        .unwrap();
    assert_eq!(state(&world, &certificate).await, State::Active);
    approve(&world, "approver", &cancel).await.unwrap();
    assert_eq!(state(&world, &certificate).await, State::Revoked);
    let contract = contracts::find(&world.store, &user.contract_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(contract.status, Status::Cancelled);
    world.log().await;
}

#[tokio::test]
async fn a_lock_is_released_by_one_and_a_suspension_by_two() {
    let (world, user, _) = in_use().await;
    let accounts = world.accounts();
    let lock = async |suspended| {
        let mut tx = world.store.begin().await.unwrap();
        let until = Some(at(9_000));
        users::set_password_state(&mut tx, &user.id, PasswordKind::Login, 5, until, suspended)
            .await
            .unwrap();
        let row = audit(Actor::System, PREPARED, "user", &user.id);
        row.write(&mut tx, at(10)).await.unwrap();
        tx.commit().await.unwrap();
    };
    let release = async |who| {
        accounts
            .release_lock(&staff(who, at(20)), &user.id, &form())
            .await
    };
    assert_eq!(
        refusal(release("helpdesk").await),
        StaffRefusal::NotInThatState.into()
    );
    lock(false).await;
    assert_eq!(refusal(release("auditor").await), Refusal::RoleMissing);
    assert!(release("helpdesk").await.unwrap().is_none());
    assert_eq!(world.last().await, said("user.lock-released", "done", ""));
    // One person ends the lock; the count towards 利用停止 continues, otherwise guessing would never end.
    let open = users::find(&world.store, &user.id).await.unwrap().unwrap();
    assert_eq!((open.login.failures, open.login.locked_until), (5, None));
    lock(true).await;
    let proposed = release("helpdesk").await.unwrap().unwrap();
    let still = users::find(&world.store, &user.id).await.unwrap().unwrap();
    assert!(still.login.suspended);
    // Released and suspended again meanwhile: this is another suspension than the one in the entry.
    lock(false).await;
    lock(true).await;
    assert_eq!(
        refusal(approve(&world, "approver", &proposed).await),
        StaffRefusal::ProposalStale.into()
    );
    let amended = accounts
        .amend_proposal(&staff("helpdesk", at(25)), &proposed.id, 1, &form())
        .await
        .unwrap();
    approve(&world, "approver", &amended).await.unwrap();
    let open = users::find(&world.store, &user.id).await.unwrap().unwrap();
    assert!(!open.login.suspended && open.login.locked_until.is_none());
    assert!(told(&world, "user.suspension-released", &user.id).await);
}

/// The bank can record every reason for a revocation.
#[tokio::test]
async fn staff_revoke_with_every_reason_that_is_the_banks() {
    for reason in [Reason::CertificateHold, Reason::RemoveFromCrl] {
        let chosen = BY_CUSTOMER.contains(&reason) || proposed_change::REASONS.contains(&reason);
        assert!(!chosen, "{reason:?}: nobody chooses it");
    }
    // The bank must name a reason, and has one that its customers have not.
    for reason in BY_CUSTOMER {
        let offered = proposed_change::REASONS.contains(&reason);
        assert_eq!(offered, reason != Reason::Unspecified, "{reason:?}");
    }
    assert!(!BY_CUSTOMER.contains(&Reason::PrivilegeWithdrawn));
    let (world, _, certificate) = in_use().await;
    let accounts = world.accounts();
    let withdrawn = ProposedChangeForm {
        revocation_reason: "privilegeWithdrawn".to_owned(),
        ..form()
    };
    let kind = Kind::Revoke;
    let context = staff("helpdesk", at(20));
    let entered = accounts.propose(&context, kind, &certificate, &withdrawn);
    approve(&world, "approver", &entered.await.unwrap())
        .await
        .unwrap();
    let row = certificates::find(&world.store, &certificate)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.reason.as_deref(), Some("privilegeWithdrawn"));
}

/// A review that a release has overtaken can be closed, and does not prevent a suspension when the token is lost again.
#[tokio::test]
async fn a_token_that_is_lost_twice_is_suspended_twice() {
    let (world, _, certificate) = in_use().await;
    let first = report(&world, "helpdesk", &certificate).await.unwrap();
    let release = propose(&world, "teller", Kind::Release, &certificate)
        .await
        .unwrap();
    approve(&world, "approver", &release).await.unwrap();
    assert_eq!(state(&world, &certificate).await, State::Active);

    let again = report(&world, "teller", &certificate).await.unwrap();
    assert_eq!(state(&world, &certificate).await, State::Suspended);
    assert_eq!((&again.id, again.version), (&first.id, 2), "one review");
    assert_eq!(world.last().await, said("incident.reported", "done", ""));
    let early = approve(&world, "approver", &first).await;
    assert_eq!(refusal(early), StaffRefusal::ProposalStale.into());

    // Released once more without the review: a rejection closes the review and changes nothing.
    let release = propose(&world, "helpdesk", Kind::Release, &certificate)
        .await
        .unwrap();
    approve(&world, "approver", &release).await.unwrap();
    let accounts = world.accounts();
    let (id, version) = (&again.id, again.version);
    accounts
        .reject_proposal(&staff("approver", at(40)), id, version, "発見")
        .await
        .unwrap();
    assert_eq!(state(&world, &certificate).await, State::Active);
}

#[tokio::test]
async fn a_release_entered_for_one_suspension_does_not_end_the_next() {
    let (world, _, certificate) = in_use().await;
    let accounts = world.accounts();
    let reported = report(&world, "helpdesk", &certificate).await.unwrap();
    let release = propose(&world, "teller", Kind::Release, &certificate)
        .await
        .unwrap();
    accounts
        .reject_proposal(&staff("approver", at(30)), &reported.id, 1, "発見")
        .await
        .unwrap();
    accounts
        .report_incident(&staff("helpdesk", at(50)), &certificate, &form())
        .await
        .unwrap();
    let old = approve(&world, "approver", &release).await;
    assert_eq!(refusal(old), StaffRefusal::ProposalStale.into());
    assert_eq!(state(&world, &certificate).await, State::Suspended);
}
