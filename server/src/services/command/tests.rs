//! The outcomes of a command, and their audit rows.

use serde_json::json;

use super::{Command, Outcome, RequestContext};
use crate::services::testing::{World, at, customer, refusal, staff};
use crate::services::{Error, Fault, Refusal, Result};
use crate::store::audit::AuditAction;
use crate::store::users::{self, PasswordKind};
use crate::store::{StoreError, Tx};

const ACTION: AuditAction = AuditAction::UserConfirmed;

struct Scene {
    world: World,
    user: users::User,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        world.contract("42").await;
        let user = world.user("42", "hanakodt").await;
        Self { world, user }
    }

    fn context(&self, second: i64) -> RequestContext {
        customer(&self.user.id, at(second))
    }

    fn command<'a>(&'a self, context: &'a RequestContext) -> Command<'a> {
        context.command(ACTION, ("user", &self.user.id))
    }

    /// A change that shows.
    async fn count(&self, tx: &mut Tx, failures: u32) -> Result<()> {
        let (id, kind) = (&self.user.id, PasswordKind::Confirmation);
        users::set_password_state(tx, id, kind, failures, None, false).await?;
        Ok(())
    }

    async fn failures(&self) -> u32 {
        let user = users::find(&self.world.store, &self.user.id).await.unwrap();
        user.unwrap().confirmation.failures
    }

    /// Outcome, code and detail of the rows of [`ACTION`].
    async fn rows(&self) -> Vec<(String, String, String)> {
        let log = self.world.log().await.into_iter();
        log.filter(|row| row.action == ACTION.as_str())
            .map(|row| (row.outcome, row.code, row.detail))
            .collect()
    }
}

fn row(outcome: &str, code: &str, detail: &str) -> (String, String, String) {
    (outcome.to_owned(), code.to_owned(), detail.to_owned())
}

#[tokio::test]
async fn what_is_done_and_what_is_refused_is_audited_with_what_stays_of_it() {
    let scene = Scene::new().await;
    let accounts = scene.world.accounts();
    let context = scene.context(10);
    let done = accounts.execute(scene.command(&context), async |tx| {
        scene.count(tx, 1).await?;
        Ok(Outcome::done(7).detail(json!({ "n": 1 })))
    });
    assert_eq!(done.await.unwrap(), 7);
    assert_eq!(scene.failures().await, 1);

    // Refused: only the row stays.
    let refused = accounts.execute::<()>(scene.command(&context), async |tx| {
        scene.count(tx, 2).await?;
        Err(Refusal::OutOfOrder.into())
    });
    assert_eq!(refusal(refused.await), Refusal::OutOfOrder);
    assert_eq!(scene.failures().await, 1);

    // Refused with a change that stays.
    let counted = accounts.execute::<()>(scene.command(&context), async |tx| {
        scene.count(tx, 3).await?;
        Ok(Outcome::refused(Refusal::CredentialsWrong))
    });
    assert_eq!(refusal(counted.await), Refusal::CredentialsWrong);
    assert_eq!(scene.failures().await, 3);

    // Before the transaction.
    let early = accounts.audit_refusals::<()>(scene.command(&context), async {
        Err(Refusal::SessionEnded.into())
    });
    assert_eq!(refusal(early.await), Refusal::SessionEnded);
    assert_eq!(
        scene.rows().await,
        [
            row("done", "", r#"{"n":1}"#),
            row("refused", "out-of-order", "null"),
            row("refused", "credentials-wrong", "null"),
            row("refused", "session-ended", "null"),
        ]
    );
}

#[tokio::test]
async fn a_row_names_who_what_and_whom_as_they_turned_out() {
    let scene = Scene::new().await;
    let context = scene.context(10);
    let teller = staff("teller", at(10)).actor;
    let accounts = scene.world.accounts();
    let done = accounts.execute(scene.command(&context), async |_| {
        let done = Outcome::done(()).by(teller).to("contract", "c");
        Ok(done.action(AuditAction::ContractMethodChanged))
    });
    done.await.unwrap();
    let last = scene.world.log().await.pop().unwrap();
    assert_eq!(last.actor_id.as_deref(), Some("teller"));
    assert_eq!(last.action, "contract.method-changed");
    assert_eq!((&*last.subject_kind, &*last.subject_id), ("contract", "c"));
    assert_eq!(last.address.as_deref(), Some("192.0.2.7"));
}

#[tokio::test]
async fn a_change_without_an_audit_row_is_not_committed() {
    let scene = Scene::new().await;
    let accounts = scene.world.accounts();
    let context = scene.context(10);
    let silent = accounts.execute(scene.command(&context), async |tx| {
        scene.count(tx, 1).await?;
        Ok(Outcome::recorded(()))
    });
    let unaudited = |result| {
        matches!(
            result,
            Err(Error::Fault(Fault::Store(StoreError::Unaudited)))
        )
    };
    assert!(unaudited(silent.await));
    let silent = accounts.transaction(async |tx| scene.count(tx, 2).await);
    assert!(unaudited(silent.await));
    assert_eq!(scene.failures().await, 0);
    assert!(scene.rows().await.is_empty());
}

/// Somebody was faster, or it was done before: the statement finds no row, which is not a fault.
#[tokio::test]
async fn a_command_that_finds_nothing_to_change_needs_no_row() {
    let scene = Scene::new().await;
    let accounts = scene.world.accounts();
    let context = scene.context(10);
    let nothing = accounts.execute(scene.command(&context), async |tx| {
        let kind = PasswordKind::Confirmation;
        let changed = users::set_password_state(tx, "nobody", kind, 1, None, false).await?;
        Ok(Outcome::recorded(changed))
    });
    assert!(!nothing.await.unwrap());
    assert!(scene.rows().await.is_empty());
}

#[tokio::test]
async fn refusals_that_repeat_are_counted_and_leave_nothing_else() {
    let scene = Scene::new().await;
    let accounts = scene.world.accounts();
    for second in 10..15 {
        let context = scene.context(second);
        let locked = accounts.execute::<()>(scene.command(&context), async |tx| {
            scene.count(tx, u32::try_from(second).unwrap()).await?;
            Ok(Outcome::refused(Refusal::Suspended).unless_repeated())
        });
        assert_eq!(refusal(locked.await), Refusal::Suspended);
    }
    assert_eq!(scene.failures().await, 10, "the first one's");
    assert_eq!(scene.rows().await, [row("refused", "suspended", "null")]);
    let counted = scene.world.store.repeats().close(at(20), true);
    let [counted] = &counted[..] else {
        panic!("{counted:?}")
    };
    assert_eq!(counted.entry().detail["repeated"], 4);
}

/// Later refusals do not count as repetitions of a first one whose row has not become durable.
#[tokio::test]
async fn the_first_of_refusals_that_repeat_is_recorded_in_the_end() {
    let scene = Scene::new().await;
    let deferred = crate::store::DeferredCommit::default();
    let store = scene.world.store.begin_deferred(&deferred);
    let accounts = super::AccountService::new(
        &store,
        &scene.world.settings,
        &scene.world.passwords,
        &scene.world.status,
    );
    let refuse = async |accounts: super::AccountService<'_>, second| {
        let context = scene.context(second);
        let refused = accounts.execute::<()>(scene.command(&context), async |_| {
            Ok(Outcome::refused(Refusal::Suspended).unless_repeated())
        });
        refusal(refused.await);
        let refused = accounts.execute::<()>(scene.command(&context), async |_| {
            Err(Refusal::OutOfOrder.into())
        });
        refusal(refused.await);
    };
    refuse(accounts, 10).await;
    // The deferred transaction is dropped: the response could not be stored.
    drop(deferred.take().unwrap());
    assert_eq!(scene.rows().await, [row("refused", "suspended", "null")]);
    refuse(scene.world.accounts(), 11).await;
    assert_eq!(
        scene.rows().await,
        [
            row("refused", "suspended", "null"),
            row("refused", "out-of-order", "null")
        ]
    );
}
