//! Applications: only what was shown is approved.

use super::*;
use crate::services::testing::audit;
use crate::services::testing::{PREPARED, refusal, said, staff};
use crate::services::{Refusal, StaffRefusal};
use crate::store::audit::Actor;
use crate::store::contracts::{self, Method};
use crate::store::{grants, proposals};

#[tokio::test]
async fn a_second_person_approves() {
    let world = world().await;
    let accounts = world.accounts();
    let contract = world.contract("42").await;
    let user = world.user("42", "hanakodt").await;
    let kind = Kind::Application;
    let entered = propose(&world, "approver", kind, &contract.id)
        .await
        .unwrap();
    let twice = propose(&world, "teller", kind, &contract.id).await;
    assert_eq!(refusal(twice), StaffRefusal::ProposalExists.into());
    for nobody in ["auditor", "helpdesk", "officer", "nobody"] {
        let refused = propose(&world, nobody, kind, &contract.id).await;
        assert_eq!(refusal(refused), Refusal::RoleMissing);
    }

    for nobody in ["teller", "auditor", "helpdesk", "officer"] {
        assert_eq!(
            refusal(approve(&world, nobody, &entered).await),
            Refusal::RoleMissing
        );
    }
    // The same person, also with another account.
    for same in ["approver", "approver-again"] {
        assert_eq!(
            refusal(approve(&world, same, &entered).await),
            Refusal::SamePerson
        );
        assert_eq!(
            world.last().await,
            said("proposal.approved", "refused", "same-person")
        );
    }
    let unknown = accounts
        .approve_proposal(&staff("second-approver", at(30)), "none", 1)
        .await;
    assert_eq!(refusal(unknown), StaffRefusal::ProposalUnknown.into());

    let done = approve(&world, "second-approver", &entered).await.unwrap();
    assert_eq!(world.last().await, said("proposal.approved", "done", ""));
    let grant = grants::find(&world.store, &done.grant.unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        grant.expires_at,
        at(30) + jiff::SignedDuration::from_hours(80 * 24)
    );
    assert_eq!(
        (grant.state, grant.user_id),
        (grants::State::Open, Some(user.id))
    );
    let application = proposals::find(&world.store, &grant.application_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (&*application.entered_by.staff_id, &*application.content),
        ("approver", "申－１")
    );
    let stored = contracts::find(&world.store, &contract.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stored.method, Method::Certificate);
    let twice = approve(&world, "second-approver", &entered).await;
    assert_eq!(refusal(twice), StaffRefusal::ProposalDecided.into());

    // While the grant is open, no further application; after its deadline, another one.
    let early = propose(&world, "teller", kind, &contract.id).await;
    assert_eq!(refusal(early), Refusal::ApplicationExists);
    accounts
        .propose(
            &staff("teller", grant.expires_at),
            kind,
            &contract.id,
            &form(),
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_not_seen_is_not_approved() {
    let world = world().await;
    let accounts = world.accounts();
    let contract = world.contract("42").await;
    let entered = propose(&world, "teller", Kind::Application, &contract.id)
        .await
        .unwrap();
    // Amended by the approver: the version shown before is stale, and the approver is now a contributor.
    let amended = accounts
        .amend_proposal(&staff("approver", at(21)), &entered.id, 1, &form())
        .await
        .unwrap();
    assert_eq!(amended.version, 2);
    let stale = approve(&world, "second-approver", &entered).await;
    assert_eq!(refusal(stale), StaffRefusal::ProposalStale.into());
    assert_eq!(
        refusal(approve(&world, "approver", &amended).await),
        Refusal::SamePerson
    );
    let late = accounts
        .amend_proposal(&staff("teller", at(22)), &entered.id, 1, &form())
        .await;
    assert_eq!(refusal(late), StaffRefusal::ProposalStale.into());

    // The contract has changed since the entry.
    let mut tx = world.store.begin().await.unwrap();
    contracts::set_method(&mut tx, &contract.id, Method::Certificate)
        .await
        .unwrap();
    let row = audit(Actor::System, PREPARED, "contract", &contract.id);
    row.write(&mut tx, at(23)).await.unwrap();
    tx.commit().await.unwrap();
    let stale = approve(&world, "second-approver", &amended).await;
    assert_eq!(refusal(stale), StaffRefusal::ProposalStale.into());
    let none = grants::list_for_contract(&world.store, &contract.id)
        .await
        .unwrap();
    assert!(none.is_empty());

    // Amended again by the teller: the approver remains a contributor and still cannot decide.
    let again = accounts
        .amend_proposal(&staff("teller", at(24)), &entered.id, 2, &form())
        .await
        .unwrap();
    assert_eq!(
        refusal(approve(&world, "approver", &again).await),
        Refusal::SamePerson
    );
    accounts
        .reject_proposal(
            &staff("second-approver", at(25)),
            &entered.id,
            3,
            "書類不備",
        )
        .await
        .unwrap();
    let rejected = proposals::find(&world.store, &entered.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(rejected.reason.as_deref(), Some("書類不備"));
    let none = grants::list_for_contract(&world.store, &contract.id)
        .await
        .unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn of_two_approvers_at_once_one_wins() {
    let world = world().await;
    let contract = world.contract("42").await;
    world.user("42", "hanakodt").await;
    let entered = propose(&world, "teller", Kind::Application, &contract.id)
        .await
        .unwrap();
    let (one, two) = tokio::join!(
        approve(&world, "approver", &entered),
        approve(&world, "second-approver", &entered)
    );
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    won.unwrap();
    assert_eq!(refusal(lost), StaffRefusal::ProposalDecided.into());
    let given = grants::list_for_contract(&world.store, &contract.id)
        .await
        .unwrap();
    assert_eq!(given.len(), 1);
}

#[tokio::test]
async fn a_cancelled_contract_takes_no_application() {
    let world = world().await;
    let contract = world.contract("42").await;
    let entered = propose(&world, "teller", Kind::Application, &contract.id)
        .await
        .unwrap();
    let cancel = propose(&world, "teller", Kind::Cancel, &contract.id)
        .await
        .unwrap();
    approve(&world, "approver", &cancel).await.unwrap();
    let approved = approve(&world, "approver", &entered).await;
    assert_eq!(refusal(approved), Refusal::ContractCancelled);
    for kind in [Kind::Application, Kind::Cancel] {
        let another = propose(&world, "teller", kind, &contract.id).await;
        assert_eq!(refusal(another), Refusal::ContractCancelled);
        let unknown = propose(&world, "teller", kind, "none").await;
        assert_eq!(refusal(unknown), Refusal::ContractUnknown);
    }
}

#[tokio::test]
async fn hostile_text_is_a_value_and_nothing_else() {
    let world = world().await;
    let accounts = world.accounts();
    let contract = world.contract("42").await;
    let hostile = "'); DROP TABLE contracts; --";
    let unknown = propose(&world, "teller", Kind::Application, hostile).await;
    assert_eq!(refusal(unknown), Refusal::ContractUnknown);
    let entered = accounts
        .propose(
            &staff("teller", at(20)),
            Kind::Application,
            &contract.id,
            &ProposedChangeForm {
                reference: hostile.to_owned(),
                ..ProposedChangeForm::default()
            },
        )
        .await
        .unwrap();
    assert!(entered.content.contains("ＤＲＯＰ"), "{}", entered.content);
    for typed in ["' OR 1=1 --", "%", "_", "!", "\\", "\u{0}", "a%' ESCAPE '"] {
        let found = accounts.find_contracts(typed, 0).await.unwrap();
        assert_eq!(found, [], "{typed:?}");
    }
    for typed in ["42", "0000042", "100-0000042", "オオゾラ", "大空", "  ﾀﾞｲ"] {
        let found = accounts.find_contracts(typed, 0).await.unwrap();
        assert_eq!(found.len(), usize::from(typed != "  ﾀﾞｲ"), "{typed:?}");
    }
}
