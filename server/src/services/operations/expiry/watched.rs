//! What this process has read from files: the listeners' certificates, the root CRL, and problems with newer ones. The
//! program reports it here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::services::Services;
use crate::services::certificates::status::ReadyCrl;
use crate::store::id::sha256_hex;

/// A listener's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFacts {
    /// Last moment.
    pub not_after: Timestamp,
    /// SHA-256 of the certificate, hex.
    pub sha256: String,
}

/// The content of the files that is in use.
#[derive(Debug, Default)]
pub struct Watched(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    tls: BTreeMap<&'static str, (TlsFacts, Option<String>)>,
    root_crl: Option<Arc<ReadyCrl>>,
    root_crl_error: Option<String>,
}

/// A CRL that is older than the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is older than the one in use")]
pub struct Older;

impl Watched {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The certificate that a listener uses, and the problem with the one that should replace it.
    pub fn tls(&self, listener: &'static str, facts: TlsFacts, error: Option<String>) {
        self.state().tls.insert(listener, (facts, error));
    }

    /// The root CRL (DER), whose signature was verified.
    ///
    /// # Errors
    /// [`Older`]: the one in use stays.
    pub fn root_crl(
        &self,
        der: Vec<u8>,
        (this_update, next_update): (Timestamp, Timestamp),
    ) -> Result<(), Older> {
        let mut state = self.state();
        let used = state.root_crl.as_ref();
        if used.is_some_and(|used| this_update < used.this_update) {
            return Err(Older);
        }
        state.root_crl = Some(Arc::new(ReadyCrl {
            sha256: sha256_hex(&der),
            der: der.into(),
            number: 0,
            this_update,
            next_update,
        }));
        Ok(())
    }

    /// The problem with the root CRL's file.
    pub fn root_crl_error(&self, error: Option<String>) {
        self.state().root_crl_error = error;
    }

    /// The root CRL in use.
    #[must_use]
    pub fn current_root_crl(&self) -> Option<Arc<ReadyCrl>> {
        self.state().root_crl.clone()
    }

    pub(super) fn all_tls(&self) -> Vec<(&'static str, TlsFacts, Option<String>)> {
        let state = self.state();
        let all = state.tls.iter();
        all.map(|(listener, (facts, error))| (*listener, facts.clone(), error.clone()))
            .collect()
    }

    pub(super) fn error_of_root_crl(&self) -> Option<String> {
        self.state().root_crl_error.clone()
    }
}

impl Services {
    /// What this process has read from files.
    #[must_use]
    pub fn watched(&self) -> &Watched {
        &self.inner.watched
    }
}
