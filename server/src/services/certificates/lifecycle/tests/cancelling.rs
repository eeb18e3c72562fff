//! 解約.

use super::bank;
use crate::services::approvals::{Kind, ProposedChangeForm};
use crate::services::testing::scene::{Scene, later};
use crate::services::testing::{anonymous, caller, customer, refusal, said, staff};
use crate::services::{Error, Refusal};
use crate::store::certificates::State;
use crate::store::grants;
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    ends_all_of_a_contract_at_once => ends,
    ends_an_open_grant_and_request => open,
);

/// What ended with the contract, according to the log.
async fn ended(scene: &Scene) -> serde_json::Value {
    let log = scene.world.log().await;
    let row = log.into_iter().rev();
    let row = row
        .into_iter()
        .find(|row| row.action == "contract.cancelled");
    let mut detail: serde_json::Value = serde_json::from_str(&row.unwrap().detail).unwrap();
    detail.as_object_mut().unwrap().remove("note");
    detail
}

async fn ends(place: &Place) {
    let scene = Scene::new(place).await;
    let (services, contract) = (&scene.services, &scene.contract.id);
    let old = scene.certificate(State::Active).await;
    let new = scene.successor(&old).await;
    let session = scene.session().await;
    let accounts = services.accounts();
    for nobody in ["auditor", "nobody"] {
        let (nobody, form) = (staff(nobody, later(1)), ProposedChangeForm::default());
        let entered = accounts.propose(&nobody, Kind::Cancel, contract, &form);
        assert_eq!(refusal(entered.await), Refusal::RoleMissing);
    }
    bank::cancel(accounts, contract, later(1)).await.unwrap();
    let expected =
        serde_json::json!({ "certificates": 2, "sessions": 2, "requests": 0, "grants": 0 });
    assert_eq!(ended(&scene).await, expected);
    for id in [&old, &new] {
        let row = scene.row(id).await;
        assert_eq!(
            (row.state, row.reason.as_deref()),
            (State::Revoked, Some("cessationOfOperation"))
        );
    }
    assert!(!scene.session_is_there(&session).await);
    assert_eq!(
        scene.world.last().await,
        said("proposal.approved", "done", "")
    );
    let again = bank::cancel(accounts, contract, later(2)).await;
    assert_eq!(refusal(again), Refusal::ContractCancelled);
    let missing = bank::cancel(accounts, "nowhere", later(2)).await;
    assert_eq!(refusal(missing), Refusal::ContractUnknown);
    let login = services.registered(b"one", caller(), later(3)).await;
    assert_eq!(refusal(login).code(), "certificate-revoked");
}

async fn open(place: &Place) {
    let scene = Scene::new(place).await;
    let services = &scene.services;
    let context = customer(&scene.user.id, later(0));
    let asked = services.create_request(&context, "b");
    let asked = asked.await.unwrap();
    let cancelled = bank::cancel(services.accounts(), &scene.contract.id, later(1));
    cancelled.await.unwrap();
    let expected =
        serde_json::json!({ "certificates": 0, "sessions": 1, "requests": 1, "grants": 1 });
    assert_eq!(ended(&scene).await, expected);
    assert_eq!(scene.grant_state().await, grants::State::Lapsed);
    let picked = services
        .pick_up(&anonymous(later(2)), &asked.id, "agent")
        .await;
    assert!(matches!(picked, Err(Error::Refused(Refusal::RequestUsed))));
}
