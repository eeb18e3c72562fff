//! The pool's metrics, by name. Labels are the unit and a handful of fixed words.

use std::sync::Arc;
use std::time::Duration;

use inkan_hsm_driver::message::Guard;
use inkan_pki::pkcs11::ErrorClass;
use inkan_pki::pkcs11::pin_attempts::PinHalt;
use metrics::{counter, gauge, histogram};

use super::error::HsmError;
use super::state::{BreakerState, HsmPhase, HsmState};

/// The metrics of one unit.
#[derive(Debug, Clone)]
pub(super) struct PoolMetrics {
    unit: Arc<str>,
}

impl PoolMetrics {
    pub(super) fn new(unit: &str) -> Self {
        Self { unit: unit.into() }
    }

    /// The name of the unit.
    pub(super) fn unit(&self) -> &Arc<str> {
        &self.unit
    }

    fn label(&self) -> Arc<str> {
        Arc::clone(&self.unit)
    }

    pub(super) fn signed(&self, took: Duration) {
        histogram!("inkan_hsm_sign_seconds", "unit" => self.label()).record(took.as_secs_f64());
    }

    pub(super) fn error(&self, class: ErrorClass) {
        let class = format!("{class:?}");
        counter!("inkan_hsm_errors_total", "unit" => self.label(), "class" => class).increment(1);
    }

    pub(super) fn refused(&self, error: &HsmError) {
        let code = error.code();
        counter!("inkan_hsm_refused_total", "unit" => self.label(), "code" => code).increment(1);
    }

    pub(super) fn overdue(&self) {
        counter!("inkan_hsm_overdue_total", "unit" => self.label()).increment(1);
    }

    pub(super) fn quarantined(&self, operation: &'static str) {
        let unit = self.label();
        counter!("inkan_hsm_quarantined_total", "unit" => unit, "operation" => operation)
            .increment(1);
    }

    pub(super) fn wrong_signature(&self, key: &str) {
        let (unit, key) = (self.label(), key.to_owned());
        counter!("inkan_hsm_wrong_signatures_total", "unit" => unit, "key" => key).increment(1);
    }

    pub(super) fn sign_refused(&self, key: &str, class: ErrorClass) {
        let (unit, key, class) = (self.label(), key.to_owned(), format!("{class:?}"));
        counter!("inkan_hsm_sign_refused_total", "unit" => unit, "key" => key, "class" => class)
            .increment(1);
    }

    /// The gauges, at every tick of the supervisor.
    #[allow(clippy::cast_precision_loss, reason = "memory is far below 2^53 bytes")]
    pub(super) fn state(&self, state: &HsmState) {
        let breaker = match state.breaker {
            BreakerState::Closed => 0.0,
            BreakerState::HalfOpen => 1.0,
            BreakerState::Open { .. } => 2.0,
        };
        self.set("inkan_hsm_breaker", breaker);
        self.count("inkan_hsm_logins_total", state.logins);
        for halt in PinHalt::ALL {
            let on = f64::from(u8::from(state.pin_halt == Some(halt)));
            gauge!("inkan_hsm_pin_halted", "unit" => self.label(), "reason" => halt.code()).set(on);
        }
        let driver = &state.driver;
        self.count("inkan_hsm_driver_starts_total", driver.starts);
        self.count("inkan_hsm_driver_kills_total", driver.kills);
        self.count("inkan_hsm_driver_crashes_total", driver.crashes);
        self.count("inkan_hsm_driver_replaced_total", driver.replaced);
        if let Some(bytes) = driver.memory {
            self.set("inkan_hsm_driver_memory_bytes", bytes as f64);
        }
        for (part, guard) in driver.sandbox.iter().flat_map(|sandbox| sandbox.parts()) {
            let on = f64::from(u8::from(guard == Guard::On));
            gauge!("inkan_hsm_driver_restricted", "unit" => self.label(), "part" => part).set(on);
        }
        for key in &state.keys {
            let usable = f64::from(u8::from(key.is_usable()));
            let (unit, key) = (self.label(), key.id.clone());
            gauge!("inkan_hsm_key_usable", "unit" => unit, "key" => key).set(usable);
        }
        self.set("inkan_hsm_up", f64::from(u8::from(state.is_up())));
        let sealed = state.phase == HsmPhase::Sealed;
        self.set("inkan_hsm_sealed", f64::from(u8::from(sealed)));
        self.set("inkan_hsm_queue_length", number(state.queue_length));
        self.set("inkan_hsm_quarantined", number(state.quarantined));
        self.set("inkan_hsm_workers", number(state.workers));
    }

    fn set(&self, name: &'static str, value: f64) {
        gauge!(name, "unit" => self.label()).set(value);
    }

    fn count(&self, name: &'static str, value: u64) {
        counter!(name, "unit" => self.label()).absolute(value);
    }
}

fn number(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
