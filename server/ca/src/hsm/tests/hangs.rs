use super::bench::{Bench, DEADLINE, RECOVERY, children, eventually, threads};
use super::*;
use inkan_pki::algorithm::KeyAlgorithm;
use std::sync::atomic::Ordering;

// SoftHSM2 reads a key's file when a session looks up the key, so the calls that hang here are the first ones that a
// worker makes with a key; a key that it has used already is in memory.

/// Longer than the deadline, for a busy machine.
const SLACK: Duration = Duration::from_millis(700);

type BoxFuture<'a> = std::pin::Pin<Box<dyn Future<Output = Result<Vec<u8>, HsmError>> + 'a>>;

/// A signature that a worker has taken from the queue; with the key jammed it hangs inside the module.
async fn stuck_call(pool: &HsmPool) -> BoxFuture<'_> {
    let scheme = SignatureScheme::EcdsaP256Sha256;
    let mut call: BoxFuture<'_> = Box::pin(pool.sign("p256", scheme, b"x".to_vec()));
    // Polled once, it is in the queue.
    let polled = tokio::time::timeout(Duration::ZERO, &mut call).await;
    assert!(polled.is_err(), "it hangs");
    eventually("a worker has taken it", pool, |state| {
        state.queue_length == 0
    })
    .await;
    call
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_hangs_costs_its_thread_and_nobody_else() {
    let bench = Bench::new(&[("one", KeyAlgorithm::EcP256), ("two", KeyAlgorithm::EcP256)]);
    let config = HsmConfig {
        workers: 2,
        ..bench.config()
    };
    let pool = bench.pool(config).await;
    // Every worker has the key "two" in memory, so that it is not looked up while the other file blocks.
    for _ in 0..50 {
        let (one, two) = tokio::join!(
            bench.sign(&pool, "two", b"x"),
            bench.sign(&pool, "two", b"x")
        );
        assert_eq!((one, two), (Ok(()), Ok(())));
    }

    let jam = bench.jam("one");
    let asked = Instant::now();
    assert_eq!(
        bench.sign(&pool, "one", b"x").await,
        Err(HsmError::Deadline)
    );
    assert!(
        asked.elapsed() >= DEADLINE && asked.elapsed() < DEADLINE + SLACK,
        "{:?}",
        asked.elapsed()
    );
    eventually("its thread is given up and replaced", &pool, |state| {
        (state.quarantined, state.quarantined_total, state.workers) == (1, 1, 2)
    })
    .await;
    let state = pool.state();
    assert_eq!(
        (state.phase, state.breaker),
        (HsmPhase::Up, BreakerState::Closed)
    );
    assert_eq!(
        state.last_error.map(|error| (error.operation, error.class)),
        Some(("sign", None))
    );

    jam.release();
    eventually("it comes back", &pool, |state| state.quarantined == 0).await;
    for _ in 0..20 {
        assert_eq!(bench.sign(&pool, "one", b"x").await, Ok(()));
        assert_eq!(bench.sign(&pool, "two", b"x").await, Ok(()));
    }
    assert_eq!(pool.state().quarantined_total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_lost_calls_open_the_breaker_until_a_probe_and_a_trial_succeed() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let config = HsmConfig {
        max_quarantined: 2,
        ..bench.config()
    };
    let pool = bench.pool(config).await;

    let jam = bench.jam("p256");
    let (one, two) = tokio::join!(
        bench.sign(&pool, "p256", b"x"),
        bench.sign(&pool, "p256", b"x")
    );
    assert_eq!(
        (one, two),
        (Err(HsmError::Deadline), Err(HsmError::Deadline))
    );
    eventually("the breaker opens", &pool, |state| {
        state.phase == HsmPhase::Down
    })
    .await;
    for _ in 0..20 {
        let asked = Instant::now();
        let refused = bench.sign(&pool, "p256", b"x").await;
        assert!(
            matches!(refused, Err(HsmError::Unavailable { .. })),
            "{refused:?}"
        );
        assert!(
            asked.elapsed() < DEADLINE / 2,
            "refused at once, not after {:?}",
            asked.elapsed()
        );
    }

    jam.release();
    bench.sign_eventually(&pool, "p256").await;
    eventually("all is as before", &pool, |state| {
        (state.quarantined, state.workers, state.breaker) == (0, 3, BreakerState::Closed)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hsm_that_stays_stuck_leaves_no_thread_and_no_process_behind() {
    let (bench, control) = Bench::hostile(&[("p256", KeyAlgorithm::EcP256)]);
    let short = Duration::from_millis(300);
    let config = HsmConfig {
        workers: 2,
        max_quarantined: 1,
        deadline: short,
        open_deadline: short,
        longest_pause: Duration::from_millis(100),
        ..bench.config()
    };
    let pool = bench.pool(config).await;
    control.set("hang:sign hang:find");
    assert_eq!(
        bench.sign(&pool, "p256", b"x").await,
        Err(HsmError::Deadline)
    );
    // Every probe hangs, too, and is killed; no limit on how often.
    eventually("it is killed again and again", &pool, |state| {
        // One process that is being killed, one that is being started.
        assert!(children().len() <= 2, "{:?}", children());
        assert!(state.quarantined <= 3, "{state:?}");
        state.driver.kills >= 12
    })
    .await;
    assert!(threads().len() <= 10, "{:?}", threads());
    control.set("");
    bench.sign_eventually(&pool, "p256").await;
    eventually("one process is left", &pool, |state| {
        children().len() == 1 && state.quarantined == 0
    })
    .await;
    // Supervisor, login, workers, and two for the process.
    eventually("and the usual threads", &pool, |_| threads().len() == 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_at_once() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let config = HsmConfig {
        workers: 1,
        queue: 4,
        ..bench.config()
    };
    let pool = bench.pool(config).await;
    let jam = bench.jam("p256");
    let first = stuck_call(&pool).await;
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let pool = pool.clone();
        waiting.spawn(async move {
            pool.sign("p256", SignatureScheme::EcdsaP256Sha256, b"x".to_vec())
                .await
        });
    }
    eventually("the queue is full", &pool, |state| state.queue_length == 4).await;
    let asked = Instant::now();
    assert_eq!(bench.sign(&pool, "p256", b"x").await, Err(HsmError::Busy));
    assert!(asked.elapsed() < DEADLINE / 2, "refused at once");
    let mut answered = waiting.join_all().await;
    answered.push(first.await);
    for result in answered {
        assert!(
            result.unwrap_err().retry_after().is_some(),
            "everybody was answered"
        );
    }
    jam.release();
    bench.sign_eventually(&pool, "p256").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_who_left_are_skipped_without_troubling_the_hsm() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let config = HsmConfig {
        workers: 1,
        ..bench.config()
    };
    let pool = bench.pool(config).await;
    let jam = bench.jam("p256");
    let stuck = stuck_call(&pool).await;
    for _ in 0..30 {
        let asked = pool.sign(
            "p256",
            SignatureScheme::EcdsaP256Sha256,
            b"given up".to_vec(),
        );
        assert!(
            tokio::time::timeout(Duration::from_millis(1), asked)
                .await
                .is_err()
        );
    }
    assert_eq!(pool.state().queue_length, 30);
    let before = pool.inner.shared.answered.load(Ordering::Relaxed);
    jam.release();
    assert!(
        stuck
            .await
            .is_err_and(|error| error.retry_after().is_some())
            || pool.state().is_up()
    );
    bench.sign_eventually(&pool, "p256").await;
    eventually("the queue is empty", &pool, |state| state.queue_length == 0).await;
    let answered = pool.inner.shared.answered.load(Ordering::Relaxed) - before;
    assert!(
        answered <= 2,
        "{answered} signatures for one caller who stayed and one who came later"
    );
    assert!(pool.until_up(RECOVERY).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_does_not_wait_for_a_thread_that_is_stuck() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let pool = bench.pool(bench.config()).await;
    let jam = bench.jam("p256");
    let stuck = stuck_call(&pool).await;
    let asked = Instant::now();
    let left = tokio::task::spawn_blocking({
        let pool = pool.clone();
        move || pool.shutdown(Duration::from_secs(5))
    });
    assert!(left.await.unwrap(), "it is killed");
    assert_eq!(children(), Vec::<u32>::new());
    assert!(
        asked.elapsed() < Duration::from_secs(4),
        "{:?}",
        asked.elapsed()
    );
    assert!(stuck.await.is_err());
    jam.release();
}
