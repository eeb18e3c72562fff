//! The HSM is sealed and unsealed: an audit row for each event, and how far an attempt is, for the console.
//!
//! The shares themselves, and the PIN, are never here: `app::unseal` has them.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::json;

use crate::services::command::Outcome;
use crate::services::{RequestContext, Result, Services};
use crate::store::audit::AuditAction;

/// How far an attempt to unseal is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsealProgress {
    /// The set, in groups of four.
    pub set: String,
    /// Shares accepted.
    pub have: usize,
    /// Shares needed.
    pub need: usize,
    /// The officers whose shares were accepted.
    pub officers: Vec<String>,
    /// When they are forgotten, if there are any.
    pub until: Option<Timestamp>,
}

/// As last reported by the socket.
#[derive(Debug, Default)]
pub(in crate::services) struct Unsealing(Mutex<Option<UnsealProgress>>);

/// Something that happened to the sealed HSM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealEvent {
    /// A share was accepted.
    ShareAccepted {
        /// Whose.
        officer: String,
        /// How many there are now.
        have: usize,
        /// How many are needed.
        need: usize,
    },
    /// A share was refused.
    ShareRefused {
        /// The code of the reason.
        code: &'static str,
    },
    /// There are enough shares: the HSM gets its PIN.
    Unsealed {
        /// Whose shares.
        officers: Vec<String>,
    },
    /// The PIN is withheld, because it was sent before and refused.
    PinWithheld {
        /// The code of the reason.
        code: &'static str,
    },
    /// The attempt took too long; its shares are forgotten.
    TimedOut {
        /// Whose shares.
        officers: Vec<String>,
    },
    /// The PIN and all shares are forgotten.
    Sealed {
        /// The cause: `socket`, `console`, or the name of a signal.
        cause: &'static str,
    },
}

impl SealEvent {
    /// The action in the audit log.
    const fn action(&self) -> AuditAction {
        match self {
            Self::ShareAccepted { .. } => AuditAction::HsmShareAccepted,
            Self::ShareRefused { .. } => AuditAction::HsmShareRefused,
            Self::Unsealed { .. } => AuditAction::HsmUnsealed,
            Self::PinWithheld { .. } => AuditAction::HsmPinWithheld,
            Self::TimedOut { .. } => AuditAction::HsmUnsealTimedOut,
            Self::Sealed { .. } => AuditAction::HsmSealed,
        }
    }

    fn detail(&self) -> serde_json::Value {
        match self {
            Self::ShareAccepted {
                officer,
                have,
                need,
            } => json!({ "officer": officer, "have": have, "need": need }),
            Self::ShareRefused { code } | Self::PinWithheld { code } => json!({ "code": code }),
            Self::Unsealed { officers } | Self::TimedOut { officers } => {
                json!({ "officers": officers })
            }
            Self::Sealed { cause } => json!({ "cause": cause }),
        }
    }
}

impl Services {
    /// Records what happened to the set, which is named by its id, and who did it.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn record_seal_event(
        &self,
        context: &RequestContext,
        set: &str,
        event: &SealEvent,
    ) -> Result<()> {
        let command = context.command(event.action(), ("share-set", set));
        self.accounts()
            .execute(command, async |_| {
                Ok(Outcome::done(()).detail(event.detail()))
            })
            .await
    }

    /// Publishes how far the attempt is; `None` while the HSM is not sealed.
    pub fn report_unsealing(&self, progress: Option<UnsealProgress>) {
        *self
            .inner
            .unsealing
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = progress;
    }

    /// How far the attempt to unseal is; `None` while the HSM is not sealed.
    #[must_use]
    pub fn unsealing(&self) -> Option<UnsealProgress> {
        let unsealing = self.inner.unsealing.0.lock();
        unsealing.unwrap_or_else(PoisonError::into_inner).clone()
    }
}
