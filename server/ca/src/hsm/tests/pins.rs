use super::bench::{Bench, RECOVERY, eventually};
use super::*;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::{Access, LoginState, PinState};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_is_tried_once_and_a_provided_one_mends_it() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let pool = HsmPool::start(HsmConfig {
        pin: Some(Pin::new("not-the-pin")),
        ..bench.config()
    })
    .unwrap();
    eventually("the pin is refused", &pool, |state| {
        state.phase == HsmPhase::PinRefused
    })
    .await;
    assert_eq!(
        bench.sign(&pool, "p256", b"x").await,
        Err(HsmError::PinRefused)
    );
    assert_eq!(bench.token_info().pin, PinState::CountLow);

    // That nothing is tried shows with time only: far longer than the pauses between probes.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let state = pool.state();
    assert_eq!((state.phase, state.logins), (HsmPhase::PinRefused, 1));
    assert_eq!(
        bench.sign(&pool, "p256", b"x").await,
        Err(HsmError::PinRefused)
    );

    pool.provide_pin(Pin::new("nor-this-one"));
    eventually("the second is refused too", &pool, |state| {
        (state.phase, state.logins) == (HsmPhase::PinRefused, 2)
    })
    .await;
    pool.provide_pin(bench.pin());
    assert!(pool.until_up(RECOVERY).await, "{:?}", pool.state());
    assert_eq!(bench.sign(&pool, "p256", b"x").await, Ok(()));
    assert_eq!(pool.state().logins, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_provided_while_the_one_before_is_tried_is_not_lost() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    for _ in 0..8 {
        let pool = HsmPool::start(HsmConfig {
            pin: Some(Pin::new("not-the-pin")),
            ..bench.config()
        })
        .unwrap();
        // The login is counted before the token responds.
        eventually("the first is being tried", &pool, |state| state.logins == 1).await;
        pool.provide_pin(bench.pin());
        assert!(pool.until_up(RECOVERY).await, "{:?}", pool.state());
        let left = tokio::task::spawn_blocking(move || pool.shutdown(RECOVERY));
        assert!(left.await.unwrap(), "the next pool must not find a login");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pin_is_in_no_error_and_no_state() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let config = HsmConfig {
        pin: Some(Pin::new("73519264")),
        ..bench.config()
    };
    assert!(!format!("{config:?}").contains("73519264"));
    let pool = HsmPool::start(config).unwrap();
    eventually("the pin is refused", &pool, |state| {
        state.phase == HsmPhase::PinRefused
    })
    .await;
    assert!(!format!("{pool:?} {:?}", pool.state()).contains("73519264"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_pool_signs_once_it_has_a_pin_and_leaves_the_token_when_it_is_sealed_again() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let pool = HsmPool::start(HsmConfig {
        pin: None,
        ..bench.config()
    })
    .unwrap();
    // From the first moment on.
    assert_eq!(pool.state().phase, HsmPhase::Sealed);
    for _ in 0..3 {
        assert_eq!(bench.sign(&pool, "p256", b"x").await, Err(HsmError::Sealed));
        assert_eq!(pool.provide_pin_again(), None);
        assert_eq!(pool.provide_pin(bench.pin()), PinProvided::Taken);
        assert!(pool.until_up(RECOVERY).await, "{:?}", pool.state());
        assert_eq!(bench.sign(&pool, "p256", b"x").await, Ok(()));
        assert!(pool.seal(RECOVERY).await, "{:?}", pool.state());
        assert!(pool.is_sealed());
        // Nobody is logged in any more: the process has left the token.
        let session = bench.session(Access::ReadOnly);
        assert_eq!(session.login_state().unwrap(), LoginState::Nobody);
    }
    let state = pool.state();
    assert_eq!((state.workers, state.logins, state.pin_halt), (0, 3, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_wait_when_it_is_sealed_are_refused_and_none_is_signed_afterwards() {
    let bench = std::sync::Arc::new(Bench::new(&[("rsa", KeyAlgorithm::Rsa2048)]));
    let pool = bench.pool(bench.config()).await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..40_usize {
        let (bench, pool) = (bench.clone(), pool.clone());
        let message = format!("message {n}");
        tasks.spawn(async move { bench.sign(&pool, "rsa", message.as_bytes()).await });
    }
    assert!(pool.seal(RECOVERY).await);
    for result in tasks.join_all().await {
        assert!(
            matches!(result, Ok(()) | Err(HsmError::Sealed)),
            "{result:?}"
        );
    }
    assert_eq!(bench.sign(&pool, "rsa", b"x").await, Err(HsmError::Sealed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_pin_is_not_sent_again_after_sealing() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let wrong = Pin::new("not-the-pin");
    let pool = HsmPool::start(HsmConfig {
        pin: None,
        ..bench.config()
    })
    .unwrap();
    assert_eq!(pool.provide_pin(wrong.clone()), PinProvided::Taken);
    eventually("the pin is refused", &pool, |state| {
        state.phase == HsmPhase::PinRefused
    })
    .await;
    assert!(pool.seal(RECOVERY).await);
    assert!(matches!(pool.provide_pin(wrong), PinProvided::Withheld(_)));
    assert_eq!(pool.state().phase, HsmPhase::Sealed);
    assert_eq!(pool.state().logins, 1);
}
