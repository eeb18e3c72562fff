//! Every return value of PKCS#11 as the response to a PIN and to a signature, from a real token behind a module that
//! returns it.

use inkan_hostile_module::codes;
use inkan_hostile_module::control::Control;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::pin_attempts::{PinHalt, ResendPauses};

use super::bench::{Bench, eventually};
use super::*;

/// Return values that mean that the PIN is wrong, locked or cannot be used.
const ABOUT_THE_PIN: [u64; 9] = [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0x102, 0x1b0, 0x1b1, 0x1b8];

fn bench() -> (Bench, Control) {
    Bench::hostile(&[("p256", KeyAlgorithm::EcP256)])
}

/// Pauses far shorter, and deadlines far longer, than any test lasts.
fn config(bench: &Bench, shows_pin_flags: bool) -> HsmConfig {
    HsmConfig {
        workers: 1,
        deadline: Duration::from_secs(30),
        open_deadline: Duration::from_secs(30),
        keepalive: Duration::from_millis(5),
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(1),
        resend: ResendPauses {
            with_flags: [1, 2, 3].map(Duration::from_millis),
            without_flags: Duration::from_millis(1),
        },
        shows_pin_flags,
        ..bench.config()
    }
}

async fn end(pool: HsmPool) {
    let ended = tokio::task::spawn_blocking(move || pool.shutdown(Duration::from_secs(30)));
    assert!(ended.await.unwrap(), "the next pool must not find a login");
}

/// Waits for the end of all attempts; the PINs sent by then.
async fn settled(pool: &HsmPool, control: &Control) -> usize {
    eventually("no PIN is sent any more", pool, |state| {
        state.phase == HsmPhase::PinRefused
    })
    .await;
    control.pins().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_to_a_pin_that_never_worked_is_the_last() {
    let (bench, control) = bench();
    for (name, code) in codes::ALL {
        control.forget_pins();
        control.set(&format!("login-answers:{code:#x}"));
        let pool = HsmPool::start(config(&bench, true)).unwrap();
        let sent = settled(&pool, &control).await;
        println!("{code:#x} {name}: never worked: {sent}");
        assert_eq!(sent, 1, "{name}");
        let halt = if ABOUT_THE_PIN.contains(&code) {
            PinHalt::Refused
        } else {
            PinHalt::NeverWorked
        };
        let state = pool.state();
        assert_eq!((state.logins, state.pin_halt), (1, Some(halt)), "{name}");
        end(pool).await;
    }
}

/// PINs sent by a pool that was up when the token began to return this value.
async fn sent_when_proven(bench: &Bench, control: &Control, flags: bool, code: u64) -> usize {
    control.set("");
    let pool = bench.pool(config(bench, flags)).await;
    control.forget_pins();
    let out = Control::once("logout");
    control.set(&format!("login-answers:{code:#x} {out}"));
    let sent = settled(&pool, control).await;
    end(pool).await;
    sent
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_to_a_proven_pin_has_its_count_of_attempts() {
    let (bench, control) = bench();
    for (name, code) in codes::ALL {
        let sent = sent_when_proven(&bench, &control, true, code).await;
        println!("{code:#x} {name}: proven, flags shown: {sent}");
        let expected = if ABOUT_THE_PIN.contains(&code) { 1 } else { 4 };
        assert_eq!(sent, expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_a_token_without_flags_has_its_count_of_attempts() {
    let (bench, control) = bench();
    for (name, code) in codes::ALL {
        let sent = sent_when_proven(&bench, &control, false, code).await;
        println!("{code:#x} {name}: proven, no flags: {sent}");
        let expected = usize::from(!ABOUT_THE_PIN.contains(&code)) + 1;
        assert_eq!(sent, expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_to_a_signature_is_one_that_can_be_asked_for_again() {
    let (bench, control) = bench();
    let pool = bench.pool(config(&bench, true)).await;
    for (name, code) in codes::ALL {
        control.set(&format!("answers:C_Sign:{code:#x}"));
        let error = bench.sign(&pool, "p256", b"refused").await.unwrap_err();
        println!("{code:#x} {name}: {}", error.code());
        assert!(error.retry_after().is_some(), "{name}: {error:?}");
        let refused = matches!(error, HsmError::Refused { .. });
        if refused {
            let key = pool.state().keys.remove(0);
            let told = matches!(key.signing, Some(SigningFault::Refused(_)));
            assert!(told && !key.is_usable(), "{name}: {key:?}");
        }
        control.set("");
        // A response about the PIN stops everything until an operator has decided; wrong signatures stop the key.
        pool.provide_pin(bench.pin());
        pool.restore_keys();
        bench.sign_eventually(&pool, "p256").await;
        assert_eq!(pool.state().keys[0].signing, None, "{name}");
    }
}
