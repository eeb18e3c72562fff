//! The pool's metrics, by name. Labels are a handful of fixed words.

use std::time::Duration;

use inkan_pki::pkcs11::ErrorClass;

use super::error::HsmError;
use super::state::{BreakerState, HsmState};

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

pub(super) fn login() {
    metrics::counter!("inkan_hsm_logins_total").increment(1);
}

/// The gauges, at every tick of the supervisor.
pub(super) fn state(state: &HsmState) {
    let breaker = match state.breaker {
        BreakerState::Closed => 0.0,
        BreakerState::HalfOpen => 1.0,
        BreakerState::Open { .. } => 2.0,
    };
    metrics::gauge!("inkan_hsm_breaker").set(breaker);
    metrics::gauge!("inkan_hsm_up").set(if state.is_up() { 1.0 } else { 0.0 });
    metrics::gauge!("inkan_hsm_queue_length").set(count(state.queue_length));
    metrics::gauge!("inkan_hsm_quarantined").set(count(state.quarantined));
    metrics::gauge!("inkan_hsm_workers").set(count(state.workers));
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
