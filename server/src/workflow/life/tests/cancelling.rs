//! 解約.

use super::bank;
use super::world::{Scene, later};
use crate::store::certificates::State;
use crate::store::grants;
use crate::workflow::proposals::{Kind, WishForm};
use crate::workflow::testing::{caller, refusal, said, staff};
use crate::workflow::{Error, Refusal};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    ends_all_of_a_contract_at_once => ends,
    ends_an_open_grant_and_request => open,
);

/// What the log says ended with the contract.
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
    let (workflows, contract) = (&scene.workflows, &scene.contract.id);
    let old = scene.certificate(State::Active).await;
    let new = scene.successor(&old).await;
    let session = scene.session().await;
    let people = workflows.people();
    for nobody in ["auditor", "nobody"] {
        let (nobody, form) = (staff(nobody, later(1)), WishForm::default());
        let entered = people.propose(&nobody, Kind::Cancel, contract, &form);
        assert_eq!(refusal(entered.await), Refusal::RoleMissing);
    }
    bank::cancel(people, contract, later(1)).await.unwrap();
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
    let again = bank::cancel(people, contract, later(2)).await;
    assert_eq!(refusal(again), Refusal::ContractCancelled);
    let missing = bank::cancel(people, "nowhere", later(2)).await;
    assert_eq!(refusal(missing), Refusal::ContractUnknown);
    let login = workflows.registered(b"one", caller(), later(3)).await;
    assert_eq!(refusal(login).code(), "certificate-revoked");
}

async fn open(place: &Place) {
    let scene = Scene::new(place).await;
    let workflows = &scene.workflows;
    let asked = workflows.create_request(&scene.user.id, "b", caller(), later(0));
    let asked = asked.await.unwrap();
    let cancelled = bank::cancel(workflows.people(), &scene.contract.id, later(1));
    cancelled.await.unwrap();
    let expected =
        serde_json::json!({ "certificates": 0, "sessions": 1, "requests": 1, "grants": 1 });
    assert_eq!(ended(&scene).await, expected);
    assert_eq!(scene.grant_state().await, grants::State::Lapsed);
    let picked = workflows
        .pick_up(&asked.id, "agent", caller(), later(2))
        .await;
    assert!(matches!(picked, Err(Error::Refused(Refusal::RequestUsed))));
}
