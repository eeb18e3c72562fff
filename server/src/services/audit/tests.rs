//! A log that is intact, and one that was tampered with; with the HSM that signs its heads.

use jiff::{SignedDuration, Timestamp};

use super::checkpoint::{from_json, is_genuine, to_json};
use super::*;
use crate::services::step::StepHook;
use crate::services::testing::World;
use crate::services::{Caller, Fault, Services};
use crate::store::audit::Chain;
use crate::store::audit::checkpoints;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_server_fixtures::ca::bank;

async fn execute(world: &World, statement: &'static str) {
    assert_ne!(world.execute(statement).await, 0, "{statement}");
}

fn broken(verdict: &Verdict) -> (i64, Break) {
    match verdict.chain {
        Chain::Broken { seq, why } => (seq, why),
        Chain::Whole { .. } => panic!("nothing was found: {verdict:?}"),
    }
}

fn by_nobody(now: Timestamp) -> RequestContext {
    RequestContext::anonymous(Caller::default(), now)
}

/// A certificate that nobody has presented before; repeated refusals get no row.
fn another() -> Vec<u8> {
    crate::store::id::new_id().unwrap().into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_bad_row_is_named_and_a_signed_head_holds_the_end() {
    let (world, bank) = (World::new().await, bank(KeyAlgorithm::EcP256));
    let store = &world.store;
    let authority = bank.authority.clone().with_audit_key("ocsp");
    let settings = world.settings.clone();
    let services = Services::new(store.clone(), authority, settings, StepHook::default());
    let now = Timestamp::now();
    assert!(
        services
            .authority()
            .pool()
            .until_up(std::time::Duration::from_secs(60))
            .await
    );
    let first = services.checkpoint_audit(now).await.unwrap().unwrap();
    assert!(is_genuine(&first));
    // Nothing has happened since: nothing to sign. A clock that is set back is harmless.
    assert_eq!(services.checkpoint_audit(now).await.unwrap(), None);
    let earlier = now - SignedDuration::from_hours(48);
    for _ in 0..3 {
        let accounts = services.accounts();
        let _ = accounts
            .staff_presenting(&by_nobody(earlier), &another())
            .await;
    }
    let second = services.checkpoint_audit(earlier).await.unwrap().unwrap();
    assert!(second.seq > first.seq && second.at < first.at);

    let key = second.key_sha256();
    let keys = ["11".repeat(32), key];
    let look = async |kept: &[Checkpoint]| verify(store, &keys, kept).await.unwrap();
    let whole = look(&[]).await;
    assert_eq!((whole.checkpoints, whole.signed_up_to), (2, second.seq));
    assert!(matches!(whole.chain, Chain::Whole { rows, .. } if rows == second.seq + 1));
    // Kept elsewhere, and read back.
    let kept = from_json(&to_json(&second)).unwrap();
    assert_eq!(kept, second);
    assert_eq!(from_json("{}"), None);
    assert!(matches!(
        look(std::slice::from_ref(&kept)).await.chain,
        Chain::Whole { .. }
    ));
    assert!(whole.key_known);
    // Anybody can sign with their own key: without a known key nothing counts as signed.
    let unknown = verify(store, &[], std::slice::from_ref(&kept));
    let unknown = unknown.await.unwrap();
    assert!(!unknown.key_known && matches!(unknown.chain, Chain::Whole { .. }));
    assert_eq!((unknown.checkpoints, unknown.signed_up_to), (0, 0));
    let strange = verify(store, &["00".to_owned()], &[]).await.unwrap();
    assert_eq!(
        broken(&strange),
        (first.seq, Break::Signature),
        "another key's signatures"
    );

    // A checkpoint that differs from what was signed.
    execute(&world, "UPDATE audit_checkpoints SET hash = 'x' WHERE seq = (SELECT MAX(seq) FROM audit_checkpoints)").await;
    assert_eq!(broken(&look(&[]).await), (second.seq, Break::Signature));
    execute(
        &world,
        "DELETE FROM audit_checkpoints WHERE seq = (SELECT MAX(seq) FROM audit_checkpoints)",
    )
    .await;
    let gone = (second.seq, Break::CheckpointGone);
    assert_eq!(broken(&look(&[]).await), gone, "the log tells of it");

    // The end is cut off together with head and checkpoints: only heads that were kept elsewhere reveal it.
    execute(&world, "DELETE FROM audit_log WHERE seq > 3").await;
    assert_eq!(broken(&look(&[]).await), (4, Break::CutOff));
    execute(
        &world,
        "UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit_log WHERE seq = 3)",
    )
    .await;
    execute(&world, "DELETE FROM audit_checkpoints").await;
    assert!(checkpoints::latest(store).await.unwrap().is_none());
    assert!(matches!(
        look(&[]).await.chain,
        Chain::Whole { rows: 3, .. }
    ));
    assert_eq!(broken(&look(&[kept]).await), (4, Break::CutOff));
}

/// A signature states that the chain continues from the head signed before: a rebuilt chain is not signed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_worked_on_is_not_signed() {
    let (world, bank) = (World::new().await, bank(KeyAlgorithm::EcP256));
    let store = &world.store;
    let authority = bank.authority.clone().with_audit_key("ocsp");
    let settings = world.settings.clone();
    let services = Services::new(store.clone(), authority, settings, StepHook::default());
    let now = Timestamp::now();
    let pool = services.authority().pool().clone();
    assert!(pool.until_up(std::time::Duration::from_secs(60)).await);
    services.checkpoint_audit(now).await.unwrap().unwrap();
    let operations = async |count: usize| {
        for _ in 0..count {
            let accounts = services.accounts();
            let _ = accounts.staff_presenting(&by_nobody(now), &another()).await;
        }
    };
    operations(4).await;
    let last = services.last_checkpoint().await.unwrap().unwrap();
    execute(
        &world,
        "UPDATE audit_log SET address = 'x' WHERE seq = (SELECT MAX(seq) - 1 FROM audit_log)",
    )
    .await;
    let refused = services.checkpoint_audit(now).await.unwrap_err();
    assert!(
        matches!(
            refused,
            crate::services::Error::Fault(Fault::Inconsistent(_))
        ),
        "edited: {refused:?}"
    );
    assert_eq!(services.last_checkpoint().await.unwrap().unwrap(), last);
    execute(
        &world,
        "UPDATE audit_log SET address = NULL WHERE address = 'x'",
    )
    .await;
    // Cut off after the signed head, with the head set back.
    execute(&world, "DELETE FROM audit_log WHERE seq > 2").await;
    execute(
        &world,
        "UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit_log WHERE seq = 2)",
    )
    .await;
    let refused = services.checkpoint_audit(now).await.unwrap_err();
    assert!(
        matches!(
            refused,
            crate::services::Error::Fault(Fault::Inconsistent(_))
        ),
        "cut off: {refused:?}"
    );
    // And filled up again with rows that match the remaining ones.
    operations(10).await;
    let refused = services.checkpoint_audit(now).await.unwrap_err();
    assert!(
        matches!(
            refused,
            crate::services::Error::Fault(Fault::Inconsistent(_))
        ),
        "made anew: {refused:?}"
    );
    assert_eq!(services.last_checkpoint().await.unwrap().unwrap(), last);
}
