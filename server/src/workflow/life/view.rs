//! A certificate and its history, for those who look.

use crate::store::certificates::{self, Certificate};
use crate::store::status_changes::{self, StatusChange};
use crate::workflow::{Result, Workflows};

impl Workflows {
    /// By serial number (lower-case hex).
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn certificate_by_serial(&self, serial: &str) -> Result<Option<Certificate>> {
        Ok(certificates::by_serial(&self.inner.store, serial).await?)
    }

    /// Every change of a certificate's state, oldest first: when, by whom, why.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn certificate_history(&self, certificate_id: &str) -> Result<Vec<StatusChange>> {
        Ok(status_changes::of_certificate(&self.inner.store, certificate_id).await?)
    }
}
