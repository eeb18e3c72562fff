//! 事故登録 and its release.

use super::world::{Scene, later, much_later};
use crate::store::certificates::State;
use crate::workflow::Refusal;
use crate::workflow::life::{By, LifeRefusal, Reason};
use crate::workflow::proposals::{Kind, WishForm};
use crate::workflow::testing::{caller, refusal, said};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    holds_until_it_is_released => holds,
    keeps_a_successor_and_another_issue_out => keeps_out,
);

const TELLER: By<'static> = By::Staff { staff_id: "teller" };
const APPROVER: By<'static> = By::Staff {
    staff_id: "approver",
};

async fn holds(place: &Place) {
    let scene = Scene::new(place).await;
    let workflows = &scene.workflows;
    let id = scene.certificate(State::Active).await;
    let session = scene.session().await;
    let suspend = |at| workflows.suspend(&id, TELLER, "lost in a taxi", caller(), at);
    let release = |by, at| workflows.release(&id, by, "found again", caller(), at);
    assert_eq!(
        refusal(release(APPROVER, later(0)).await),
        Refusal::Life(LifeRefusal::NotSuspended)
    );
    let held = suspend(later(1)).await.unwrap();
    assert_eq!(
        (held.state, held.reason.as_deref()),
        (State::Suspended, Some("certificateHold"))
    );
    assert!(!scene.session_is_there(&session).await);
    assert_eq!(
        refusal(suspend(later(2)).await),
        Refusal::Life(LifeRefusal::AlreadySuspended)
    );
    // Taking it back is for somebody else than who answers the telephone, and never for the customer.
    let owner = By::Owner {
        user_id: &scene.user.id,
    };
    for by in [TELLER, owner] {
        assert_eq!(refusal(release(by, later(3)).await), Refusal::RoleMissing);
    }
    let again = release(APPROVER, later(4)).await.unwrap();
    assert_eq!(
        (again.state, again.ended_at, again.reason),
        (State::Active, None, None)
    );
    assert_eq!(
        scene.world.last().await,
        said("certificate.released", "done", "")
    );
    suspend(later(5)).await.unwrap();
    let revoked = workflows.revoke(&id, APPROVER, Reason::KeyCompromise, "", caller(), later(6));
    assert_eq!(revoked.await.unwrap().state, State::Revoked);
    assert_eq!(
        refusal(release(APPROVER, later(7)).await),
        Refusal::Life(LifeRefusal::AlreadyRevoked)
    );
}

async fn keeps_out(place: &Place) {
    let scene = Scene::new(place).await;
    let workflows = &scene.workflows;
    let old = scene.certificate(State::Active).await;
    scene.successor(&old).await;
    let held = workflows.suspend(&old, TELLER, "", caller(), later(1));
    held.await.unwrap();
    let activated = workflows.activate(b"two", caller(), later(2)).await;
    assert_eq!(refusal(activated).code(), "certificate-suspended");
    // Nor does a new application get round it (D1): it cannot even be entered ...
    let (people, form) = (scene.world.people(), application());
    let kind = Kind::Application;
    let entered = people.propose(
        "teller",
        kind,
        &scene.contract.id,
        &form,
        caller(),
        later(3),
    );
    assert_eq!(refusal(entered.await), Refusal::CertificateActive);
    let asked = workflows
        .create_request(&scene.user.id, "b", caller(), later(4))
        .await;
    // (the renewal on its way is the user's pending certificate; it has no grant of its own)
    assert_eq!(refusal(asked), Refusal::CertificateActive);
    // ... until its time is over: then nothing is left to protect, and another may be issued.
    let asked = workflows.create_request(&scene.user.id, "b", caller(), much_later());
    assert_eq!(refusal(asked.await), Refusal::GrantMissing);
    let released = workflows.release(&old, APPROVER, "", caller(), much_later());
    assert_eq!(refusal(released.await), Refusal::Life(LifeRefusal::Expired));
    scene.world.approve(&scene.contract.id, much_later()).await;
    let asked = workflows.create_request(&scene.user.id, "b", caller(), much_later());
    asked.await.unwrap();
    let row = scene.row(&old).await;
    assert_eq!(
        (row.state, row.reason.as_deref()),
        (State::Superseded, Some("expired"))
    );
    let shown = workflows.registered(b"one", caller(), much_later()).await;
    assert_eq!(refusal(shown).code(), "certificate-expired");
}

fn application() -> WishForm {
    WishForm {
        reference: "A2".into(),
        ..WishForm::default()
    }
}
