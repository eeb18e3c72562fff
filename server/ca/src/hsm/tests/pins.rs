use super::super::*;
use super::bench::{Bench, RECOVERY, eventually};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::PinState;

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_is_tried_once_and_a_provided_one_mends_it() {
    let bench = Bench::new(&[("p256", KeyAlgorithm::EcP256)]);
    let pool = HsmPool::start(HsmConfig {
        pin: Pin::new("not-the-pin"),
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
            pin: Pin::new("not-the-pin"),
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
        pin: Pin::new("73519264"),
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
