//! A grant is for one user, whom an approver has seen and who has no certificate.

use super::*;
use crate::services::testing::audit;
use crate::services::testing::{PREPARED, refusal, staff};
use crate::services::{Refusal, StaffRefusal};
use crate::store::audit::Actor;
use crate::store::certificates::State as Certificate;
use crate::store::{grants, proposals, users};

/// If a contract has several users, the grant names one of them; nobody else can use it.
#[tokio::test]
async fn a_grant_is_one_users() {
    let world = world().await;
    let store = &world.store;
    let bound = async |grant: &str| {
        let grant = grants::find(store, grant).await.unwrap().unwrap();
        grant.user_id
    };
    let contract = world.contract("42").await;
    let master = world.user("42", "hanakodt").await;
    let first = world.approve(&contract.id, at(4)).await;
    assert_eq!(bound(&first).await.as_ref(), Some(&master.id));
    assert!(told(&world, "contract.method-changed", &contract.id).await);
    join(&world, &contract.id).await;
    let open = async |user: &str| {
        let found = grants::open_for_user(store, user, &contract.id, at(40)).await;
        found.unwrap().map(|grant| grant.id)
    };
    assert_eq!(open("colleague").await, None, "it was not meant for them");
    assert_eq!(open(&master.id).await, Some(first.clone()));

    let whose = propose(&world, "teller", Kind::Application, &contract.id).await;
    assert_eq!(refusal(whose), StaffRefusal::UserNeeded.into());
    let named = propose(&world, "teller", Kind::Reissue, "colleague").await;
    let named = approve(&world, "approver", &named.unwrap()).await.unwrap();
    let named = named.grant.unwrap();
    assert_eq!(bound(&named).await.as_deref(), Some("colleague"));
    assert!(told(&world, "grant.given", "colleague").await);
    assert_eq!(open("colleague").await, Some(named));
    assert_eq!(open(&master.id).await, Some(first));
}

/// Another user of a contract, as the company registers one.
async fn join(world: &World, contract_id: &str) {
    let colleague = users::NewUser {
        id: "colleague".to_owned(),
        contract_id: contract_id.to_owned(),
        login_id: "jirodt01".to_owned(),
        name: "ﾃﾞｰﾀ次郎".to_owned(),
        email: "jirodt@oozora.co.jp".to_owned(),
        role: users::Role::General,
        login_hash: String::new(),
        confirmation_hash: String::new(),
        created_at: at(4),
        registered_from: None,
    };
    let mut tx = world.store.begin().await.unwrap();
    users::insert(&mut tx, &colleague).await.unwrap();
    let row = audit(Actor::System, PREPARED, "user", "colleague");
    row.write(&mut tx, at(4)).await.unwrap();
    tx.commit().await.unwrap();
}

/// Nobody gets a grant whom the approver has not seen: an application waits for the registration and is shown again
/// after it, and is not approved if the users differ from those that were entered or shown.
#[tokio::test]
async fn nobody_gets_a_grant_whom_no_approver_has_seen() {
    let world = world().await;
    let accounts = world.accounts();
    let contract = world.contract("42").await;
    let entered = propose(&world, "teller", Kind::Application, &contract.id);
    let entered = entered.await.unwrap();
    let early = approve(&world, "approver", &entered).await;
    assert_eq!(refusal(early), StaffRefusal::RegistrationMissing.into());

    // Somebody registers between the page and the button: this is another version than the one shown.
    let user = world.user("42", "hanakodt").await;
    assert_eq!(user.registered_from.as_deref(), Some("192.0.2.7"));
    let unseen = approve(&world, "approver", &entered).await;
    assert_eq!(refusal(unseen), StaffRefusal::ProposalStale.into());
    let member = accounts.staff_members().await.unwrap();
    let member = member.iter().find(|one| one.id == "approver").unwrap();
    let view = accounts.proposal(member, &entered.id, at(9)).await.unwrap();
    assert_eq!((view.proposal.version, view.is_current()), (2, true));
    assert_eq!(view.subject.grantee().map(|one| &one.id), Some(&user.id));
    assert_eq!(view.hindrance(member), None);
    let registered = world.log().await;
    let registered = registered
        .iter()
        .find(|row| row.action == "user.registered");
    assert!(registered.unwrap().detail.contains(&entered.id));

    // The users change after that: a colleague joins, an address changes.
    for (changed, back) in [
        (
            "UPDATE users SET email = 'x@example.com'",
            "UPDATE users SET email = 'hanakodt@oozora.co.jp'",
        ),
        (
            "UPDATE users SET name = 'x'",
            "UPDATE users SET name = 'データ花子'",
        ),
        (
            "UPDATE users SET role = 'general'",
            "UPDATE users SET role = 'master'",
        ),
    ] {
        assert_eq!(world.execute(changed).await, 1);
        let stale = approve(&world, "approver", &view.proposal).await;
        assert_eq!(
            refusal(stale),
            StaffRefusal::ProposalStale.into(),
            "{changed}"
        );
        assert_eq!(world.execute(back).await, 1);
    }
    join(&world, &contract.id).await;
    let several = approve(&world, "approver", &view.proposal).await;
    assert_eq!(refusal(several), StaffRefusal::UserNeeded.into());
    // The same for a re-issue, which names its user.
    let reissue = propose(&world, "teller", Kind::Reissue, &user.id)
        .await
        .unwrap();
    world
        .execute("UPDATE users SET email = 'x@example.com' WHERE id = 'colleague'")
        .await;
    let stale = approve(&world, "approver", &reissue).await;
    assert_eq!(refusal(stale), StaffRefusal::ProposalStale.into());
    let none = grants::list_for_contract(&world.store, &contract.id).await;
    assert_eq!(none.unwrap(), []);
    let again = form();
    let context = staff("teller", at(25));
    let amended = accounts.amend_proposal(&context, &reissue.id, 1, &again);
    approve(&world, "approver", &amended.await.unwrap())
        .await
        .unwrap();
}

/// An application that was stale before the registration stays stale after it.
#[tokio::test]
async fn a_registration_does_not_mend_what_had_changed_before() {
    let world = world().await;
    let contract = world.contract("42").await;
    let entered = propose(&world, "teller", Kind::Application, &contract.id);
    let entered = entered.await.unwrap();
    world
        .execute("UPDATE contracts SET version = version + 1")
        .await;
    world.user("42", "hanakodt").await;
    let stored = proposals::find(&world.store, &entered.id).await.unwrap();
    assert_eq!(stored.unwrap().version, 1);
    let stale = approve(&world, "approver", &entered).await;
    assert_eq!(refusal(stale), StaffRefusal::ProposalStale.into());
}

/// D1: a user with a certificate gets no second one, neither by an application nor by a re-issue; checked at the entry
/// and at the decision.
#[tokio::test]
async fn an_application_is_refused_while_a_certificate_is_in_use() {
    let world = world().await;
    let contract = world.contract("42").await;
    let user = world.user("42", "hanakodt").await;
    let grant = world.approve(&contract.id, at(4)).await;
    let mut tx = world.store.begin().await.unwrap();
    assert!(grants::use_up(&mut tx, &grant, at(6)).await.unwrap());
    let row = audit(Actor::System, PREPARED, "grant", &grant);
    row.write(&mut tx, at(6)).await.unwrap();
    tx.commit().await.unwrap();
    let state = Certificate::Active;
    let early = propose(&world, "teller", Kind::Application, &contract.id).await;
    let early = early.unwrap();
    let certificate = world.certificate(&user, &grant, b"one", state).await;
    let decided = approve(&world, "approver", &early).await;
    assert_eq!(refusal(decided), Refusal::CertificateActive);
    let another = propose(&world, "teller", Kind::Reissue, &user.id).await;
    assert_eq!(refusal(another), Refusal::CertificateActive);
    let accounts = world.accounts();
    let context = staff("teller", at(21));
    let withdrawn = accounts.withdraw_proposal(&context, &early.id, 1, "取消");
    withdrawn.await.unwrap();
    let another = propose(&world, "teller", Kind::Application, &contract.id).await;
    assert_eq!(refusal(another), Refusal::CertificateActive);
    let ended = Certificate::Revoked;
    world.set_state(&certificate, state, ended).await;
    let another = propose(&world, "teller", Kind::Application, &contract.id).await;
    approve(&world, "approver", &another.unwrap())
        .await
        .unwrap();
}
