//! 解約.

use super::world::{Scene, later};
use crate::store::certificates::State;
use crate::store::grants;
use crate::workflow::life::Cancelled;
use crate::workflow::testing::{caller, refusal, said};
use crate::workflow::{Error, Refusal};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    ends_all_of_a_contract_at_once => ends,
    ends_an_open_grant_and_request => open,
);

async fn ends(place: &Place) {
    let scene = Scene::new(place).await;
    let workflows = &scene.workflows;
    let old = scene.certificate(State::Active).await;
    let new = scene.successor(&old).await;
    let session = scene.session().await;
    let cancel = |staff_id| {
        workflows.cancel_contract(&scene.contract.id, staff_id, "closed", caller(), later(1))
    };
    for staff_id in ["teller", "auditor"] {
        assert_eq!(refusal(cancel(staff_id).await), Refusal::RoleMissing);
    }
    let ended = cancel("approver").await.unwrap();
    let expected = Cancelled {
        certificates: 2,
        sessions: 2,
        requests: 0,
        grants: 0,
    };
    assert_eq!(ended, expected);
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
        said("contract.cancelled", "done", "")
    );
    assert_eq!(
        refusal(cancel("approver").await),
        Refusal::ContractCancelled
    );
    let missing = workflows.cancel_contract("nowhere", "approver", "", caller(), later(2));
    assert_eq!(refusal(missing.await), Refusal::ContractUnknown);
    let login = workflows.registered(b"one", caller(), later(3)).await;
    assert_eq!(refusal(login).code(), "certificate-revoked");
}

async fn open(place: &Place) {
    let scene = Scene::new(place).await;
    let workflows = &scene.workflows;
    let asked = workflows.create_request(&scene.user.id, "b", caller(), later(0));
    let asked = asked.await.unwrap();
    let ended = workflows.cancel_contract(&scene.contract.id, "approver", "", caller(), later(1));
    let expected = Cancelled {
        certificates: 0,
        sessions: 1,
        requests: 1,
        grants: 1,
    };
    assert_eq!(ended.await.unwrap(), expected);
    assert_eq!(scene.grant_state().await, grants::State::Lapsed);
    let picked = workflows
        .pick_up(&asked.id, "agent", caller(), later(2))
        .await;
    assert!(matches!(picked, Err(Error::Refused(Refusal::RequestUsed))));
}
