//! Pending proposals when somebody is absent or has left, or when the clock is set back.

use super::*;
use crate::services::approvals::{ProposalLine, State};
use crate::services::testing::{refusal, staff};
use crate::services::{Refusal, StaffRefusal};
use crate::store::staff;

async fn member(world: &World, id: &str) -> staff::StaffMember {
    staff::find(&world.store, id).await.unwrap().unwrap()
}

async fn own(world: &World, id: &str) -> Vec<ProposalLine> {
    let member = member(world, id).await;
    world.accounts().own_proposals(&member, 10).await.unwrap()
}

#[tokio::test]
async fn what_somebody_left_behind_is_taken_over_and_continues() {
    let world = world().await;
    world
        .add_account("teller-2", "teller-2", Role::Teller)
        .await;
    let accounts = world.accounts();
    let contract = world.contract("42").await;
    world.user("42", "hanakodt").await;
    let entered = propose(&world, "teller", Kind::Application, &contract.id);
    let entered = entered.await.unwrap();

    // The teller leaves: entered by one officer, approved by another.
    let leave = propose(&world, "officer", Kind::StaffLeave, "teller").await;
    approve(&world, "second-officer", &leave.unwrap())
        .await
        .unwrap();
    let colleague = member(&world, "teller-2").await;
    let waiting = accounts.waiting_proposals(&colleague).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert!(waiting[0].orphan, "nobody answers for it");

    // It can be decided as it is, and a colleague can take it over.
    let taken = accounts
        .take_over_proposal(&staff("teller-2", at(40)), &entered.id, entered.version)
        .await
        .unwrap();
    let waiting = accounts.waiting_proposals(&colleague).await.unwrap();
    assert!(!waiting[0].orphan);
    // The person who entered it first still sees its result, and so does the one who took it over.
    let done = approve(&world, "approver", &taken).await;
    done.unwrap();
    for who in ["teller", "teller-2"] {
        let mut lines = own(&world, who).await;
        lines.retain(|line| line.proposal.kind == Kind::Application);
        assert_eq!(lines.len(), 1, "{who}");
        assert_eq!(lines[0].proposal.state, State::Approved);
        assert_eq!(lines[0].entered_by, "teller-2");
        assert!(!lines[0].orphan);
    }
}

#[tokio::test]
async fn a_clock_that_is_put_back_loses_nothing_and_opens_nothing() {
    let world = world().await;
    let accounts = world.accounts();
    let contract = world.contract("42").await;
    world.user("42", "hanakodt").await;
    let entered = propose(&world, "approver", Kind::Application, &contract.id);
    let entered = entered.await.unwrap();
    let earlier = at(-86_400);
    // Still the same person, and still pending.
    let same = accounts
        .approve_proposal(&staff("approver", earlier), &entered.id, 1)
        .await;
    assert_eq!(refusal(same), Refusal::SamePerson);
    let teller = member(&world, "teller").await;
    assert_eq!(accounts.waiting_proposals(&teller).await.unwrap().len(), 1);
    let amended = accounts
        .amend_proposal(&staff("approver", earlier), &entered.id, 1, &form())
        .await
        .unwrap();
    assert_eq!(
        refusal(approve(&world, "second-approver", &entered).await),
        StaffRefusal::ProposalStale.into()
    );
    accounts
        .approve_proposal(
            &staff("second-approver", earlier),
            &entered.id,
            amended.version,
        )
        .await
        .unwrap();
    let again = approve(&world, "second-approver", &amended).await;
    assert_eq!(refusal(again), StaffRefusal::ProposalDecided.into());
    // The rows are in the order of the operations, whatever the clock showed: the chain is intact.
    let log = world.log().await;
    assert!(log.windows(2).any(|pair| pair[1].at < pair[0].at));
    assert!(log.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1));
}
