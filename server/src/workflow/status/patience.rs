//! How long the database is waited for where there is another answer than its own: from memory, or "not now".
//!
//! Health, metrics, lists and OCSP responses are asked for by machines that give up soon. They wait for [`PATIENCE`], and
//! while the database was silent a moment ago they do not wait at all.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::store::StoreError;
use crate::workflow::{Fault, Result, Workflows};

/// How long the database is waited for.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long nobody waits after that.
const SILENCE: Duration = Duration::from_secs(1);

/// When the database last gave no answer in time.
#[derive(Debug, Default)]
pub(in crate::workflow) struct Silence(Mutex<Option<Instant>>);

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

impl Workflows {
    /// What `read` brings, if the database answers soon.
    ///
    /// # Errors
    /// [`StoreError::NoAnswer`], and those of `read`.
    pub(in crate::workflow) async fn soon<T>(
        &self,
        read: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let silence = &self.inner.silence;
        let none = || Fault::Store(StoreError::NoAnswer(PATIENCE.as_millis()));
        if silence.lasts() {
            return Err(none().into());
        }
        match tokio::time::timeout(PATIENCE, read).await {
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
