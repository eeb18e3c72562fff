//! Claims of scheduled work: one instance at a time, lost leases, clocks that jump.

use jiff::SignedDuration;

use super::rows::{at, empty};
use crate::Store;
use crate::jobs::{self, Claim, Finished, Outcome};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(claims => scenario_claims, clocks => scenario_clocks, skewed => scenario_skewed);

const LEASE: SignedDuration = SignedDuration::from_secs(20);
const EVERY: SignedDuration = SignedDuration::from_secs(60);

async fn known(place: &Place, name: &str) -> Store {
    let store = empty(place, name).await;
    let mut tx = store.begin().await.unwrap();
    jobs::ensure(&mut tx, "crl", at(0)).await.unwrap();
    jobs::ensure(&mut tx, "crl", at(500)).await.unwrap();
    tx.commit().await.unwrap();
    store
}

/// Requests the claim; reading and writing must agree on the result.
async fn claim(store: &Store, owner: &str, second: i64) -> bool {
    let wanted = Claim {
        name: "crl",
        owner,
        now: at(second),
        lease: LEASE,
        every: EVERY,
    };
    let seen = row(store).await.claimable(&wanted);
    let mut tx = store.begin().await.unwrap();
    let claimed = jobs::claim(&mut tx, &wanted).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(seen, claimed, "at {second}");
    claimed
}

async fn finish(store: &Store, owner: &str, second: i64, outcome: Outcome) -> bool {
    let end = Finished {
        at: at(second),
        next_at: at(second + 60),
        outcome,
        detail: "{}".to_owned(),
    };
    let mut tx = store.begin().await.unwrap();
    let recorded = jobs::finish(&mut tx, "crl", owner, &end).await.unwrap();
    tx.commit().await.unwrap();
    recorded
}

async fn row(store: &Store) -> jobs::Job {
    jobs::all(store).await.unwrap().remove(0)
}

async fn scenario_claims(place: &Place) {
    let store = known(place, "claims").await;
    assert_eq!(row(&store).await.next_at, at(0), "known once");

    // Two instances at once: one gets it.
    let (one, two) = tokio::join!(claim_only(&store, "a"), claim_only(&store, "b"));
    assert!(one ^ two, "{one} {two}");
    let (owner, other) = if one { ("a", "b") } else { ("b", "a") };
    assert!(!claim(&store, other, 19).await, "the lease runs");

    // Kept beyond its first end, then lost to the other one.
    let mut tx = store.begin().await.unwrap();
    assert!(jobs::extend(&mut tx, "crl", owner, at(30)).await.unwrap());
    assert!(!jobs::extend(&mut tx, "crl", other, at(99)).await.unwrap());
    tx.commit().await.unwrap();
    assert!(!claim(&store, other, 29).await);
    assert!(
        claim(&store, other, 30).await,
        "the owner is not heard of any more"
    );
    assert!(!finish(&store, owner, 31, Outcome::Done).await, "too late");
    assert_eq!(row(&store).await.finished_at, None);

    // Failures count up to the next success.
    assert!(finish(&store, other, 32, Outcome::Failed).await);
    assert_eq!(
        (row(&store).await.failures, row(&store).await.succeeded_at),
        (1, None)
    );
    assert!(!claim(&store, "a", 91).await, "not due before its time");
    assert!(claim(&store, "a", 92).await);
    assert!(finish(&store, "a", 93, Outcome::Failed).await);
    assert_eq!(row(&store).await.failures, 2);
    assert!(claim(&store, "a", 153).await);
    assert!(finish(&store, "a", 154, Outcome::Done).await);
    let done = row(&store).await;
    assert_eq!((done.failures, done.succeeded_at), (0, Some(at(154))));
    assert_eq!(
        (done.outcome, done.lease_owner),
        (Some(Outcome::Done), None)
    );

    // An orderly stop releases unfinished runs.
    assert!(claim(&store, "a", 214).await);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(jobs::release(&mut tx, "a").await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert!(claim(&store, "b", 215).await, "at once");
}

async fn claim_only(store: &Store, owner: &str) -> bool {
    let wanted = Claim {
        name: "crl",
        owner,
        now: at(0),
        lease: LEASE,
        every: EVERY,
    };
    let mut tx = store.begin().await.unwrap();
    let claimed = jobs::claim(&mut tx, &wanted).await.unwrap();
    tx.commit().await.unwrap();
    claimed
}

async fn scenario_clocks(place: &Place) {
    let store = known(place, "clocks").await;
    const YEAR: i64 = 365 * 24 * 3600;

    // Forwards: pending once, not a thousand times.
    assert!(claim(&store, "a", YEAR).await);
    assert!(finish(&store, "a", YEAR, Outcome::Done).await);
    assert!(!claim(&store, "a", YEAR + 1).await);

    // Corrected again: the next run a year ahead is ignored, and so is a lease of that time.
    assert!(claim(&store, "a", 10).await);
    assert!(finish(&store, "a", 11, Outcome::Done).await);
    assert!(
        claim(&store, "a", YEAR).await,
        "it dies here, in the future"
    );
    assert!(claim(&store, "b", 80).await, "back in the present");
    assert!(!claim(&store, "c", 81).await, "b is at it");
    assert!(finish(&store, "b", 82, Outcome::Done).await);
    assert_eq!(row(&store).await.next_at, at(142));
}

/// Clocks of two instances are never quite the same, and one of them may have read its own before it had to wait.
async fn scenario_skewed(place: &Place) {
    let store = known(place, "skewed").await;
    assert!(claim(&store, "a", 100).await);
    for behind in [99, 90, 60] {
        assert!(!claim(&store, "b", behind).await, "a is at it: {behind}");
    }
    assert!(finish(&store, "a", 101, Outcome::Done).await);
    for behind in [100, 90, 60] {
        assert!(!claim(&store, "b", behind).await, "just done: {behind}");
    }
    assert!(claim(&store, "b", 161).await);
}
