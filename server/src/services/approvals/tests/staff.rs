//! Changes of staff, and proposals that change their responsible person.

use super::*;
use crate::services::testing::{refusal, said, staff};
use crate::services::{Refusal, StaffRefusal};
use crate::store::audit::Actor;
use crate::store::staff::{self, Status};
use crate::store::{Db, proposals};

#[tokio::test]
async fn staff_is_entered_by_one_officer_and_approved_by_another() {
    let world = world().await;
    for nobody in ["teller", "approver", "helpdesk", "auditor"] {
        let refused = propose(&world, nobody, Kind::StaffAdd, "").await;
        assert_eq!(refusal(refused), Refusal::RoleMissing);
    }
    let entered = propose(&world, "officer", Kind::StaffAdd, "")
        .await
        .unwrap();
    assert_eq!(entered.subject, "E-100");
    for (who, why) in [
        ("officer", Refusal::SamePerson),
        ("officer-again", Refusal::SamePerson),
        ("approver", Refusal::RoleMissing),
    ] {
        assert_eq!(refusal(approve(&world, who, &entered).await), why, "{who}");
    }
    let done = approve(&world, "second-officer", &entered).await.unwrap();
    let member = staff::find(&world.store, &done.staff.unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (member.employee_number.as_str(), member.role),
        ("E-100", Role::Teller)
    );
    assert!(told(&world, "staff.added", &member.id).await);
    assert_eq!(
        member.certificate_sha256, None,
        "no access before a certificate"
    );
    let twin = propose(&world, "officer", Kind::StaffAdd, "").await;
    assert_eq!(refusal(twin), StaffRefusal::StaffExists.into());
}

#[tokio::test]
async fn nobody_decides_about_themselves_and_two_officers_stay() {
    let world = world().await;
    let own = propose(&world, "officer", Kind::StaffRole, "officer-again").await;
    assert_eq!(refusal(own), StaffRefusal::OwnAffair.into());
    let own = propose(&world, "officer", Kind::StaffLeave, "officer").await;
    assert_eq!(refusal(own), StaffRefusal::OwnAffair.into());
    // Neither of two people with this role may leave; a second account of one of them may.
    let last = propose(&world, "officer", Kind::StaffLeave, "second-officer").await;
    assert_eq!(refusal(last), StaffRefusal::OfficersNeeded.into());
    world
        .add_account("third-officer", "third-officer", Role::SecurityOfficer)
        .await;
    let leaves = propose(&world, "officer", Kind::StaffLeave, "second-officer")
        .await
        .unwrap();
    assert_eq!(
        refusal(approve(&world, "second-officer", &leaves).await),
        StaffRefusal::OwnAffair.into()
    );
    approve(&world, "third-officer", &leaves).await.unwrap();
    let left = staff::find(&world.store, "second-officer")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(left.status, Status::Left);
    assert!(told(&world, "staff.left", "second-officer").await);
    let gone = propose(&world, "second-officer", Kind::StaffAdd, "").await;
    assert_eq!(refusal(gone), Refusal::RoleMissing);
}

#[tokio::test]
async fn a_new_role_opens_no_way_to_ones_own_entry() {
    let world = world().await;
    let contract = world.contract("42").await;
    world.user("42", "hanakodt").await;
    let entered = propose(&world, "teller", Kind::Application, &contract.id)
        .await
        .unwrap();
    let mut becomes = form();
    becomes.role = "approver".to_owned();
    let accounts = world.accounts();
    let promoted = accounts
        .propose(
            &staff("officer", at(21)),
            Kind::StaffRole,
            "teller",
            &becomes,
        )
        .await
        .unwrap();
    approve(&world, "second-officer", &promoted).await.unwrap();
    let member = staff::find(&world.store, "teller").await.unwrap().unwrap();
    assert_eq!(member.role, Role::Approver);
    assert!(told(&world, "staff.role-changed", "teller").await);
    assert_eq!(
        refusal(approve(&world, "teller", &entered).await),
        Refusal::SamePerson
    );
    // Nor after somebody else took it over.
    let taken = accounts
        .take_over_proposal(&staff("approver", at(31)), &entered.id, 1)
        .await
        .unwrap();
    assert_eq!(
        refusal(approve(&world, "teller", &taken).await),
        Refusal::SamePerson
    );
    approve(&world, "second-approver", &taken).await.unwrap();
}

#[tokio::test]
async fn what_waits_is_taken_over_with_a_record_and_withdrawn_only_by_its_own() {
    let world = world().await;
    world
        .add_account("teller-2", "teller-2", Role::Teller)
        .await;
    let accounts = world.accounts();
    let contract = world.contract("42").await;
    let entered = propose(&world, "teller", Kind::Application, &contract.id)
        .await
        .unwrap();
    let withdraw = async |who, version| {
        accounts
            .withdraw_proposal(&staff(who, at(22)), &entered.id, version, "取消")
            .await
    };
    assert_eq!(
        refusal(withdraw("teller-2", 1).await),
        StaffRefusal::NotYours.into()
    );
    let taken = accounts
        .take_over_proposal(&staff("teller-2", at(21)), &entered.id, 1)
        .await
        .unwrap();
    assert_eq!(
        (taken.version, taken.entered_by.staff_id.as_str()),
        (2, "teller-2")
    );
    assert_eq!(taken.content, entered.content);
    assert_eq!(world.last().await, said("proposal.taken-over", "done", ""));
    let contributors = proposals::revisions(&world.store, &entered.id)
        .await
        .unwrap();
    let contributors: Vec<&str> = contributors
        .iter()
        .map(|touch| touch.by.staff_id.as_str())
        .collect();
    assert_eq!(contributors, ["teller", "teller-2"]);
    assert_eq!(
        refusal(withdraw("teller", 2).await),
        StaffRefusal::NotYours.into()
    );
    assert_eq!(
        refusal(withdraw("teller-2", 1).await),
        StaffRefusal::ProposalStale.into()
    );
    withdraw("teller-2", 2).await.unwrap();
    assert_eq!(
        refusal(approve(&world, "approver", &taken).await),
        StaffRefusal::ProposalDecided.into()
    );

    // The work lists show it.
    let member = staff::find(Db::from(&world.store), "teller-2")
        .await
        .unwrap()
        .unwrap();
    let mine = accounts.own_proposals(&member, 10).await.unwrap();
    assert_eq!(mine.len(), 1);
    assert_eq!(mine[0].proposal.state, super::super::State::Withdrawn);
    assert!(
        accounts
            .waiting_proposals(&member)
            .await
            .unwrap()
            .is_empty()
    );
    let officer = staff::find(&world.store, "officer").await.unwrap().unwrap();
    let hidden = accounts.proposal(&officer, &entered.id, at(10)).await;
    assert_eq!(refusal(hidden), StaffRefusal::ProposalUnknown.into());
}

#[tokio::test]
async fn the_first_two_officers_are_put_recorded_once() {
    let world = world().await;
    let again = world
        .accounts()
        .bootstrap_officers([("一郎", "1"), ("二郎", "2")], at(1))
        .await;
    assert_eq!(refusal(again), StaffRefusal::StaffNotEmpty.into());

    let dir = tempfile::TempDir::new().unwrap();
    let url = format!("sqlite://{}", dir.path().join("empty.db").display());
    let store = crate::store::Store::connect(&url).await.unwrap();
    let accounts = crate::services::account_service::AccountService::new(
        &store,
        &world.settings,
        &world.passwords,
        &world.status,
    );
    let one = accounts
        .bootstrap_officers([("一郎", "e-1"), ("二郎", "Ｅ-1")], at(1))
        .await;
    assert_eq!(refusal(one), StaffRefusal::TwoPersons.into());
    let bad = accounts
        .bootstrap_officers([("", "1"), ("二郎", "2")], at(1))
        .await;
    assert!(matches!(refusal(bad), Refusal::Fields(_)));
    assert!(staff::list(&store).await.unwrap().is_empty());
    let made = accounts
        .bootstrap_officers([("一郎", "e-1"), ("二郎", "e-2")], at(1))
        .await
        .unwrap();
    assert_eq!(made.len(), 2);
    let third = accounts
        .bootstrap_officers([("三郎", "3"), ("四郎", "4")], at(2))
        .await;
    assert_eq!(refusal(third), StaffRefusal::StaffNotEmpty.into());
    let rows = crate::store::audit::after(&store, 0, 9).await.unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(row.action, "staff.bootstrap-officer");
        assert!(
            made.iter()
                .flat_map(|one| &one.halves)
                .all(|half| !row.detail.contains(half.expose()))
        );
    }
}

#[tokio::test]
async fn what_waits_for_an_officer_is_not_hidden_by_what_waits_for_others() {
    let world = world().await;
    let by = crate::store::proposals::Contributor {
        staff_id: "teller".to_owned(),
        employee_number: "teller".to_owned(),
    };
    let mut tx = world.store.begin().await.unwrap();
    for n in 0..600 {
        let id = format!("p{n}");
        let new = crate::store::proposals::NewProposal {
            id: &id,
            kind: Kind::Revoke,
            subject: &id,
            contract_id: None,
            content: "{}",
            seen: "",
            by: &by,
            at: at(1),
        };
        crate::store::proposals::insert(&mut tx, &new)
            .await
            .unwrap();
    }
    let row = crate::services::testing::audit(
        Actor::System,
        crate::services::testing::PREPARED,
        "proposal",
        "many",
    );
    row.write(&mut tx, at(1)).await.unwrap();
    tx.commit().await.unwrap();
    let entered = propose(&world, "officer", Kind::StaffAdd, "")
        .await
        .unwrap();
    let accounts = world.accounts();
    let officer = staff::find(&world.store, "second-officer").await.unwrap();
    let waiting = accounts.waiting_proposals(&officer.unwrap()).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].proposal.id, entered.id);
}
