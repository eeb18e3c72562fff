//! An HSM that reboots: first there are no sessions, then logins fail with unclear errors, then it is back.

use inkan_hostile_module::control::Control;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::pin_attempts::{PinHalt, ResendPauses};
use inkan_pki::pkcs11::{Access, PinState};

use super::bench::{Bench, RECOVERY, eventually};
use super::*;

/// Its network is gone: every call that needs it fails.
const AWAY: &str = "answers:C_OpenSession:0x30 answers:C_GetTokenInfo:0xe0 answers:C_Sign:0x30";
/// Its network is back, its keys are not.
const STARTING: &str = "login-answers:0x6";

fn bench() -> (Bench, Control) {
    Bench::hostile(&[("p256", KeyAlgorithm::EcP256)])
}

fn config(bench: &Bench, shows_pin_flags: bool) -> HsmConfig {
    HsmConfig {
        deadline: Duration::from_secs(30),
        open_deadline: Duration::from_secs(30),
        keepalive: Duration::from_millis(20),
        resend: ResendPauses {
            with_flags: [100, 200, 400].map(Duration::from_millis),
            without_flags: Duration::from_millis(400),
        },
        shows_pin_flags,
        ..bench.config()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebooted_hsm_is_recovered_from_and_attempts_without_a_session_send_no_pin() {
    let (bench, control) = bench();
    for shows_pin_flags in [true, false] {
        let pool = bench.pool(config(&bench, shows_pin_flags)).await;
        bench.sign(&pool, "p256", b"before").await.unwrap();
        control.forget_pins();

        control.set(&format!("{AWAY} {}", Control::once("logout")));
        eventually("it was probed again and again", &pool, |state| {
            state.phase == HsmPhase::Down && state.driver.starts > 5
        })
        .await;
        assert_eq!(control.pins().len(), 0, "no session, no PIN");
        control.set(STARTING);
        eventually("it was tried", &pool, |_| !control.pins().is_empty()).await;
        control.set("");
        bench.sign_eventually(&pool, "p256").await;
        assert_eq!(control.pins().len(), 2, "one unclear answer, one login");
        assert_eq!(pool.state().pin_halt, None);
        assert_eq!(bench.token_info().pin, PinState::Unknown);
        let ended = tokio::task::spawn_blocking(move || pool.shutdown(RECOVERY));
        assert!(ended.await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_try_that_the_flags_show_ends_the_attempts() {
    let (bench, control) = bench();
    let pool = bench.pool(config(&bench, true)).await;
    // Somebody changes the PIN, and the token calls a wrong one by another name.
    let officer = bench.session(Access::ReadWrite);
    officer
        .change_pin(&bench.pin(), &Pin::new("another-pin"))
        .unwrap();
    control.forget_pins();
    // SoftHSM2 sees the change in a fresh process only.
    let out = Control::once("finalise");
    control.set(&format!("login-answers:0x5:wrong-only {out}"));
    eventually("nothing more is tried", &pool, |state| {
        state.phase == HsmPhase::PinRefused
    })
    .await;
    assert_eq!(pool.state().pin_halt, Some(PinHalt::Counted));
    assert_eq!(control.pins().len(), 1);
    assert_eq!(bench.token_info().pin, PinState::CountLow);

    // The same PIN once more is an operator's decision; another one gets its own try.
    assert_eq!(
        pool.provide_pin(Pin::new("another-pin")),
        PinProvided::Taken
    );
    assert!(pool.until_up(RECOVERY).await, "{:?}", pool.state());
    assert_eq!(control.pins().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_hangs_was_an_attempt() {
    let (bench, control) = bench();
    control.set("hang:login");
    let pool = HsmPool::start(HsmConfig {
        open_deadline: Duration::from_millis(300),
        ..config(&bench, true)
    })
    .unwrap();
    eventually("it is given up", &pool, |state| {
        state.phase == HsmPhase::PinRefused
    })
    .await;
    let state = pool.state();
    assert_eq!(
        (state.logins, state.pin_halt),
        (1, Some(PinHalt::NeverWorked))
    );
    control.set("");
}
