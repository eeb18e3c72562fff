//! How long the database is waited for if there is another answer: from memory, or "not now".
//!
//! Machines that give up soon request health, metrics, CRLs and OCSP responses. They wait for [`TIMEOUT`], and if the
//! database gave no answer a moment ago, they do not wait at all.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::services::{Fault, Result, Services};
use crate::store::StoreError;

/// How long the database is waited for.
const TIMEOUT: Duration = Duration::from_millis(500);
/// How long nobody waits after that.
const SILENCE: Duration = Duration::from_secs(1);

/// When the database last gave no answer in time.
#[derive(Debug, Default)]
pub(in crate::services) struct Silence(Mutex<Option<Instant>>);

impl Silence {
    fn lasts(&self) -> bool {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| since.elapsed() < SILENCE)
    }

    fn begins(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn ends(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Services {
    /// The result of `read`, if the database answers in time.
    ///
    /// # Errors
    /// [`StoreError::NoAnswer`], and those of `read`.
    pub(in crate::services) async fn soon<T>(
        &self,
        read: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let silence = &self.inner.silence;
        let none = || Fault::Store(StoreError::NoAnswer(TIMEOUT.as_millis()));
        if silence.lasts() {
            return Err(none().into());
        }
        match tokio::time::timeout(TIMEOUT, read).await {
            Ok(answer) => {
                silence.ends();
                answer
            }
            Err(_) => {
                silence.begins();
                Err(none().into())
            }
        }
    }
}
