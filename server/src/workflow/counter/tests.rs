//! The counter: one enters, another decides, on what was shown.

use super::*;
use crate::store::applications::State;
use crate::store::contracts::{self, Method};
use crate::store::{applications, grants};
use crate::workflow::testing::{World, at, caller, contract_form, refusal, said};
use crate::workflow::validation::{Field, Problem};

#[tokio::test]
async fn a_contract_is_entered_once_and_normalised() {
    let world = World::new().await;
    let people = world.people();
    let contract = world.contract("42").await;
    assert_eq!(
        (contract.branch.as_str(), contract.account.as_str()),
        ("100", "0000042")
    );
    assert_eq!(contract.company_kana, "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ");
    assert_eq!(contract.method, Method::Password);
    let again = people
        .create_contract("teller", contract_form("0000042"), caller(), at(1))
        .await;
    assert_eq!(refusal(again), Refusal::ContractExists);
    assert_eq!(
        world.last().await,
        said("contract.created", "refused", "contract-exists")
    );
    let by_auditor = people
        .create_contract("auditor", contract_form("43"), caller(), at(1))
        .await;
    assert_eq!(refusal(by_auditor), Refusal::RoleMissing);
    let by_nobody = people
        .create_contract("nobody", contract_form("43"), caller(), at(1))
        .await;
    assert_eq!(refusal(by_nobody), Refusal::RoleMissing);
    let mut form = contract_form("12345678");
    form.company_name = "𠮷野".to_owned();
    form.temp_confirmation = form.temp_login.clone();
    let Refusal::Fields(fields) = refusal(
        people
            .create_contract("teller", form, caller(), at(1))
            .await,
    ) else {
        panic!("other refusal");
    };
    let expected = [
        Field::Account.error(Problem::TooLong { max: 7 }),
        Field::CompanyName.error(Problem::NotRepresentable {
            found: '𠮷',
            position: 1,
        }),
        Field::TempConfirmationPassword.error(Problem::SameAsLoginPassword),
    ];
    assert_eq!(fields, expected, "every error at once");
    for row in world.log().await {
        assert!(!row.detail.contains("kari-"), "a password in the audit log");
    }
}

#[tokio::test]
async fn a_second_person_approves() {
    let world = World::new().await;
    let people = world.people();
    let contract = world.contract("42").await;
    let entered = people
        .enter_application("approver", &contract.id, "申-1", caller(), at(1))
        .await
        .unwrap();
    let twice = people
        .enter_application("teller", &contract.id, "申-2", caller(), at(2))
        .await;
    assert_eq!(refusal(twice), Refusal::ApplicationExists);

    let by_teller = people
        .approve_application("teller", &entered.id, 1, caller(), at(3))
        .await;
    assert_eq!(refusal(by_teller), Refusal::RoleMissing);
    let by_same = people
        .approve_application("approver", &entered.id, 1, caller(), at(3))
        .await;
    assert_eq!(refusal(by_same), Refusal::SamePerson);
    assert_eq!(
        world.last().await,
        said("application.approved", "refused", "same-person")
    );
    let unknown = people
        .approve_application("second-approver", "none", 1, caller(), at(3))
        .await;
    assert_eq!(refusal(unknown), Refusal::ApplicationUnknown);
    assert_eq!(people.waiting_applications().await.unwrap().len(), 1);

    let grant = people
        .approve_application("second-approver", &entered.id, 1, caller(), at(4))
        .await
        .unwrap();
    assert_eq!(world.last().await, said("application.approved", "done", ""));
    assert_eq!(
        grant.expires_at,
        at(4) + jiff::SignedDuration::from_hours(80 * 24)
    );
    assert_eq!((grant.state, grant.user_id), (grants::State::Open, None));
    let stored = contracts::find(&world.store, &contract.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stored.method, Method::Certificate);
    let twice = people
        .approve_application("second-approver", &entered.id, 1, caller(), at(5))
        .await;
    assert_eq!(refusal(twice), Refusal::ApplicationDecided);

    // While the grant is good, no further application; after its time, one more.
    let early = people
        .enter_application("teller", &contract.id, "申-3", caller(), at(6))
        .await;
    assert_eq!(refusal(early), Refusal::ApplicationExists);
    people
        .enter_application("teller", &contract.id, "申-3", caller(), grant.expires_at)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_not_seen_is_not_approved() {
    let world = World::new().await;
    let people = world.people();
    let contract = world.contract("42").await;
    let entered = people
        .enter_application("teller", &contract.id, "申-1", caller(), at(1))
        .await
        .unwrap();
    // Amended by the approver: the version shown before is stale, and the approver has now entered it.
    let amended = people
        .amend_application("approver", &entered.id, 1, "申-2", caller(), at(2))
        .await
        .unwrap();
    assert_eq!((amended.version, amended.reference.as_str()), (2, "申－２"));
    let stale = people
        .approve_application("second-approver", &entered.id, 1, caller(), at(3))
        .await;
    assert_eq!(refusal(stale), Refusal::ApplicationStale);
    let own = people
        .approve_application("approver", &entered.id, 2, caller(), at(3))
        .await;
    assert_eq!(refusal(own), Refusal::SamePerson);
    let late = people
        .amend_application("teller", &entered.id, 1, "申-9", caller(), at(3))
        .await;
    assert_eq!(refusal(late), Refusal::ApplicationStale);

    // The contract changed under the application.
    let mut tx = world.store.begin().await.unwrap();
    contracts::set_method(&mut tx, &contract.id, Method::Certificate)
        .await
        .unwrap();
    audit(Actor::System, "test", "contract", &contract.id)
        .write(&mut tx, at(4))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(!people.application(&entered.id).await.unwrap().is_current());
    let stale = people
        .approve_application("second-approver", &entered.id, 2, caller(), at(5))
        .await;
    assert_eq!(refusal(stale), Refusal::ApplicationStale);
    assert!(
        grants::list_for_contract(&world.store, &contract.id)
            .await
            .unwrap()
            .is_empty()
    );

    // Entered anew as the contract is now, it can be decided.
    people
        .amend_application("teller", &entered.id, 2, "申-3", caller(), at(6))
        .await
        .unwrap();
    let view = people.application(&entered.id).await.unwrap();
    assert!(view.is_current());
    assert_eq!(view.entered_by.id, "teller");
    people
        .reject_application("approver", &entered.id, 3, "書類不備", caller(), at(7))
        .await
        .unwrap();
    let rejected = applications::find(&world.store, &entered.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (rejected.state, rejected.reason.as_deref()),
        (State::Rejected, Some("書類不備"))
    );
    assert!(
        grants::list_for_contract(&world.store, &contract.id)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_cancelled_contract_takes_no_application() {
    let world = World::new().await;
    let people = world.people();
    let contract = world.contract("42").await;
    let entered = people
        .enter_application("teller", &contract.id, "申-1", caller(), at(1))
        .await
        .unwrap();
    let mut tx = world.store.begin().await.unwrap();
    assert!(contracts::cancel(&mut tx, &contract.id).await.unwrap());
    audit(Actor::System, "test", "contract", &contract.id)
        .write(&mut tx, at(2))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let approved = people
        .approve_application("approver", &entered.id, 1, caller(), at(3))
        .await;
    assert_eq!(refusal(approved), Refusal::ContractCancelled);
    let another = people
        .enter_application("teller", &contract.id, "申-2", caller(), at(3))
        .await;
    assert_eq!(refusal(another), Refusal::ContractCancelled);
    let unknown = people
        .enter_application("teller", "none", "申-2", caller(), at(3))
        .await;
    assert_eq!(refusal(unknown), Refusal::ContractUnknown);
}
