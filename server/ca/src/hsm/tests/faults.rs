use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::bench::{Bench, RECOVERY, eventually};
use super::*;
use inkan_hostile_module::control::Control;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::{ErrorClass, PinState};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_goes_and_comes_back_is_found_again_without_a_restart() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let pool = bench.pool(bench.config()).await;
    bench.sign(&pool, "p256", b"before").await.unwrap();

    let away = bench.take_away();
    let until = Instant::now() + RECOVERY;
    while bench.sign(&pool, "p256", b"away").await.is_ok() {
        assert!(Instant::now() < until, "it still signs without its key");
    }
    eventually("it is down", &pool, |state| state.phase == HsmPhase::Down).await;
    let asked = Instant::now();
    let refused = bench.sign(&pool, "p256", b"away").await;
    assert!(
        matches!(refused, Err(HsmError::Unavailable { .. })),
        "{refused:?}"
    );
    assert!(
        asked.elapsed() < Duration::from_millis(400),
        "refused at once"
    );
    assert!(pool.state().last_error.is_some());

    away.bring_back();
    bench.sign_eventually(&pool, "p256").await;
    eventually("all workers are back", &pool, |state| state.workers == 3).await;
    assert!(
        pool.state().driver.starts > 1,
        "SoftHSM2 sees no token that came later without a fresh process"
    );
    assert_eq!(pool.state().breaker, BreakerState::Closed);
    assert_eq!(
        bench.token_info().pin,
        PinState::Unknown,
        "no wrong pin was tried"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_starts_while_the_token_is_unavailable() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let away = bench.take_away();
    let pool = HsmPool::start(bench.config()).unwrap();
    eventually("it is down", &pool, |state| state.phase == HsmPhase::Down).await;
    assert!(
        bench
            .sign(&pool, "p256", b"away")
            .await
            .is_err_and(|error| error.retry_after().is_some())
    );
    assert_eq!(
        pool.public_key("p256"),
        Some(bench.keys[0].2.clone()),
        "known from the configuration"
    );
    assert_eq!(pool.state().logins, 0);

    away.bring_back();
    bench.sign_eventually(&pool, "p256").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_finalised_behind_its_back_costs_no_signature() {
    let (bench, control) = Bench::hostile(&[("p256", KeyAlgorithm::EcP256)]);
    let bench = Arc::new(bench);
    let pool = bench.pool(bench.config()).await;
    for round in 0..5 {
        control.set(&Control::once("finalise"));
        assert_eq!(
            bench.sign(&pool, "p256", b"the next one").await,
            Ok(()),
            "round {round}"
        );
    }

    // And under load: every caller gets a signature that verifies, or an error that allows a retry.
    let stop = Arc::new(AtomicBool::new(false));
    let total = Arc::new(AtomicU32::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (bench, pool, stop) = (bench.clone(), pool.clone(), stop.clone());
        let total = Arc::clone(&total);
        tasks.spawn(async move {
            let mut signed = 0_u32;
            while !stop.load(Ordering::Relaxed) {
                match bench.sign(&pool, "p256", b"under load").await {
                    Ok(()) => {
                        signed += 1;
                        total.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) => {
                        assert!(error.retry_after().is_some(), "{error:?}");
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                }
            }
            signed
        });
    }
    for _ in 0..10 {
        // In the middle of work: they sign again before it happens again.
        let before = total.load(Ordering::Relaxed);
        eventually("they sign again", &pool, |_| {
            total.load(Ordering::Relaxed) > before + 5
        })
        .await;
        control.set(&Control::once("finalise"));
    }
    stop.store(true, Ordering::Relaxed);
    assert!(tasks.join_all().await.into_iter().all(|signed| signed > 0));
    bench.sign_eventually(&pool, "p256").await;
    assert_eq!(
        bench.token_info().pin,
        PinState::Unknown,
        "no wrong pin was tried"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_by_somebody_else_is_mended_by_one_login() {
    let (bench, control) = Bench::hostile(&[("p256", KeyAlgorithm::EcP256)]);
    let pool = bench.pool(bench.config()).await;
    bench.sign(&pool, "p256", b"before").await.unwrap();
    assert_eq!(pool.state().logins, 1);

    control.set(&Control::once("logout"));
    assert_eq!(bench.sign(&pool, "p256", b"after").await, Ok(()));
    let state = pool.state();
    assert_eq!((state.logins, state.driver.starts), (2, 1), "{state:?}");
    assert_eq!(
        bench.token_info().pin,
        PinState::Unknown,
        "no wrong pin was tried"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_is_noticed_while_nobody_signs() {
    let (bench, control) = Bench::hostile(&[("p256", KeyAlgorithm::EcP256)]);
    let config = HsmConfig {
        keepalive: Duration::from_millis(50),
        ..bench.config()
    };
    let pool = bench.pool(config).await;
    control.set(&Control::once("logout"));
    eventually("it logged in again", &pool, |state| {
        state.logins == 2 && state.is_up()
    })
    .await;
    assert_eq!(bench.sign(&pool, "p256", b"after").await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_that_loses_itself_is_replaced_by_a_fresh_process() {
    let (bench, control) = Bench::hostile(&[("p256", KeyAlgorithm::EcP256)]);
    let pool = bench.pool(bench.config()).await;
    bench.sign(&pool, "p256", b"before").await.unwrap();

    control.set(&Control::once("finalise"));
    assert_eq!(bench.sign(&pool, "p256", b"after").await, Ok(()));
    let state = pool.state();
    assert_eq!((state.driver.starts, state.logins), (2, 2), "{state:?}");
    assert_eq!((state.driver.kills, state.driver.crashes), (0, 0));
    assert_eq!(
        state.last_error.and_then(|error| error.class),
        Some(ErrorClass::LibraryLost)
    );
}
