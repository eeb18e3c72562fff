//! The pool's metrics, by name. Labels are a handful of fixed words.

use std::time::Duration;

use inkan_hsm_driver::message::Guard;
use inkan_pki::pkcs11::ErrorClass;
use inkan_pki::pkcs11::pin_attempts::PinHalt;

use super::error::HsmError;
use super::state::{BreakerState, HsmPhase, HsmState};

pub(super) fn signed(took: Duration) {
    metrics::histogram!("inkan_hsm_sign_seconds").record(took.as_secs_f64());
}

pub(super) fn error(class: ErrorClass) {
    metrics::counter!("inkan_hsm_errors_total", "class" => format!("{class:?}")).increment(1);
}

pub(super) fn refused(error: &HsmError) {
    metrics::counter!("inkan_hsm_refused_total", "code" => error.code()).increment(1);
}

pub(super) fn quarantined(operation: &'static str) {
    metrics::counter!("inkan_hsm_quarantined_total", "operation" => operation).increment(1);
}

pub(super) fn wrong_signature(key: &str) {
    metrics::counter!("inkan_hsm_wrong_signatures_total", "key" => key.to_owned()).increment(1);
}

pub(super) fn sign_refused(key: &str, class: ErrorClass) {
    let labels = [("key", key.to_owned()), ("class", format!("{class:?}"))];
    metrics::counter!("inkan_hsm_sign_refused_total", &labels).increment(1);
}

/// The gauges, at every tick of the supervisor.
#[allow(clippy::cast_precision_loss, reason = "memory is far below 2^53 bytes")]
pub(super) fn state(state: &HsmState) {
    let breaker = match state.breaker {
        BreakerState::Closed => 0.0,
        BreakerState::HalfOpen => 1.0,
        BreakerState::Open { .. } => 2.0,
    };
    metrics::gauge!("inkan_hsm_breaker").set(breaker);
    metrics::counter!("inkan_hsm_logins_total").absolute(state.logins);
    for halt in PinHalt::ALL {
        let on = state.pin_halt == Some(halt);
        metrics::gauge!("inkan_hsm_pin_halted", "reason" => halt.code())
            .set(f64::from(u8::from(on)));
    }
    let driver = &state.driver;
    metrics::counter!("inkan_hsm_driver_starts_total").absolute(driver.starts);
    metrics::counter!("inkan_hsm_driver_kills_total").absolute(driver.kills);
    metrics::counter!("inkan_hsm_driver_crashes_total").absolute(driver.crashes);
    metrics::counter!("inkan_hsm_driver_replaced_total").absolute(driver.replaced);
    if let Some(bytes) = driver.memory {
        metrics::gauge!("inkan_hsm_driver_memory_bytes").set(bytes as f64);
    }
    for (part, guard) in driver.sandbox.iter().flat_map(|sandbox| sandbox.parts()) {
        metrics::gauge!("inkan_hsm_driver_restricted", "part" => part)
            .set(f64::from(u8::from(guard == Guard::On)));
    }
    for key in &state.keys {
        metrics::gauge!("inkan_hsm_key_usable", "key" => key.id.clone())
            .set(f64::from(u8::from(key.is_usable())));
    }
    metrics::gauge!("inkan_hsm_up").set(if state.is_up() { 1.0 } else { 0.0 });
    metrics::gauge!("inkan_hsm_sealed").set(f64::from(u8::from(state.phase == HsmPhase::Sealed)));
    metrics::gauge!("inkan_hsm_queue_length").set(count(state.queue_length));
    metrics::gauge!("inkan_hsm_quarantined").set(count(state.quarantined));
    metrics::gauge!("inkan_hsm_workers").set(count(state.workers));
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
