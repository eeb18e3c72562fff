//! What this process has from files: the listeners' certificates, the root's revocation list, and what is wrong with newer
//! ones. The program tells it here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::store::id::sha256_hex;
use crate::workflow::Workflows;
use crate::workflow::status::ReadyList;

/// A listener's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFacts {
    /// Last moment.
    pub not_after: Timestamp,
    /// SHA-256 of the certificate, hex.
    pub sha256: String,
}

/// The files' content as it is in use.
#[derive(Debug, Default)]
pub struct Watched(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    tls: BTreeMap<&'static str, (TlsFacts, Option<String>)>,
    root_list: Option<Arc<ReadyList>>,
    root_list_trouble: Option<String>,
}

/// A list that is older than the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is older than the one in use")]
pub struct Older;

impl Watched {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The certificate that a listener uses, and what is wrong with the one that should take its place.
    pub fn tls(&self, listener: &'static str, facts: TlsFacts, trouble: Option<String>) {
        self.state().tls.insert(listener, (facts, trouble));
    }

    /// The root's list (DER), whose signature was checked.
    ///
    /// # Errors
    /// [`Older`]: the one in use stays.
    pub fn root_list(
        &self,
        der: Vec<u8>,
        (this_update, next_update): (Timestamp, Timestamp),
    ) -> Result<(), Older> {
        let mut state = self.state();
        let used = state.root_list.as_ref();
        if used.is_some_and(|used| this_update < used.this_update) {
            return Err(Older);
        }
        state.root_list = Some(Arc::new(ReadyList {
            sha256: sha256_hex(&der),
            der: der.into(),
            number: 0,
            this_update,
            next_update,
        }));
        Ok(())
    }

    /// What is wrong with the root list's file.
    pub fn root_list_trouble(&self, trouble: Option<String>) {
        self.state().root_list_trouble = trouble;
    }

    /// The root's list in use.
    #[must_use]
    pub fn current_root_list(&self) -> Option<Arc<ReadyList>> {
        self.state().root_list.clone()
    }

    pub(super) fn all_tls(&self) -> Vec<(&'static str, TlsFacts, Option<String>)> {
        let state = self.state();
        let all = state.tls.iter();
        all.map(|(listener, (facts, trouble))| (*listener, facts.clone(), trouble.clone()))
            .collect()
    }

    pub(super) fn trouble_with_root_list(&self) -> Option<String> {
        self.state().root_list_trouble.clone()
    }
}

impl Workflows {
    /// What this process has from files.
    #[must_use]
    pub fn watched(&self) -> &Watched {
        &self.inner.watched
    }
}
