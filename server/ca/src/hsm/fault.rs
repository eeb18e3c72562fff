//! Faults, as they are logged, counted and kept for operators.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use inkan_pki::pkcs11::pin_attempts::PinHalt;
use inkan_pki::pkcs11::{ErrorClass, Pkcs11Error};

use super::driver::Ended;
use super::shared::{SHORTLY, Shared, lock};

/// The last fault, with its time.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) operation: &'static str,
    pub(super) class: Option<ErrorClass>,
    pub(super) detail: String,
    pub(super) at: Instant,
}

impl Shared {
    pub(super) fn note_error(&self, error: &Pkcs11Error) {
        self.metrics.error(error.class);
        let unit = self.metrics.unit();
        tracing::warn!(%unit, operation = error.operation, class = ?error.class, %error, "hsm error");
        self.note(error.operation, Some(error.class), error.to_string());
    }

    pub(super) fn note_overrun(&self, operation: &'static str, after: Duration) {
        let unit = self.metrics.unit();
        tracing::error!(
            %unit,
            operation,
            ?after,
            "hsm call overran its deadline; it is given up"
        );
        self.note(operation, None, "no answer within the deadline".to_owned());
    }

    pub(super) fn note_crash(&self, ended: &Ended) {
        self.crashes.fetch_add(1, Ordering::Relaxed);
        let (driver, how) = (ended.number, ended.how.as_str());
        let unit = self.metrics.unit();
        tracing::error!(%unit, driver, how, "the process of the hsm module crashed");
        {
            // The call that noticed it has been noted; this is its cause.
            let mut last = lock(&self.last);
            let noticed = last.as_mut().filter(|fault| {
                fault.class == Some(ErrorClass::LibraryLost) && fault.at.elapsed() < SHORTLY
            });
            if let Some(fault) = noticed {
                fault.detail = format!("{}; {how}", fault.detail);
                return;
            }
        }
        let detail = format!("the process of the HSM module ended: {how}");
        self.note("wait for a call", Some(ErrorClass::LibraryLost), detail);
    }

    pub(super) fn note_pin_halt(&self, halt: PinHalt, error: Option<&Pkcs11Error>) {
        let (unit, reason) = (self.metrics.unit(), halt.code());
        match error {
            Some(error) => {
                self.metrics.error(error.class);
                tracing::error!(%unit, reason, class = ?error.class, %error, "hsm pin is not sent again");
                let detail = format!("{error}; pin {reason}");
                self.note(error.operation, Some(error.class), detail);
            }
            None => {
                tracing::error!(%unit, reason, "hsm pin is not sent");
                let detail = format!("not sent: pin {reason}");
                self.note("log in", Some(ErrorClass::PinLocked), detail);
            }
        }
    }

    fn note(&self, operation: &'static str, class: Option<ErrorClass>, detail: String) {
        *lock(&self.last) = Some(Fault {
            operation,
            class,
            detail,
            at: Instant::now(),
        });
    }
}
