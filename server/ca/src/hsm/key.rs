//! One configured key: what is known about it, and its circuit, which opens after consecutive wrong signatures.

use std::sync::Mutex;

use inkan_pki::pkcs11::Pkcs11Error;

use super::config::HsmKey;
use super::error::HsmError;
use super::key_view::{KeySeen, KeyState, SigningFault};
use super::pool_metrics::PoolMetrics;
use super::shared::lock;
use super::state::KeyFound;

#[derive(Debug)]
pub(super) struct Key {
    pub(super) config: HsmKey,
    known: Mutex<(KeyFound, Option<Vec<u8>>)>,
    seen: Mutex<Option<KeySeen>>,
    signing: Mutex<Option<SigningFault>>,
    /// Consecutive wrong signatures that take it out of service.
    limit: u32,
    metrics: PoolMetrics,
}

impl Key {
    pub(super) fn new(config: HsmKey, limit: u32, metrics: PoolMetrics) -> Self {
        Self {
            known: Mutex::new((KeyFound::Unknown, config.spki.clone())),
            seen: Mutex::default(),
            signing: Mutex::default(),
            config,
            limit,
            metrics,
        }
    }

    pub(super) fn found(&self) -> KeyFound {
        lock(&self.known).0
    }

    /// The error for a caller, if the key cannot be used.
    pub(super) fn refusal(&self) -> Option<HsmError> {
        let id = || self.config.id.clone();
        match self.found() {
            KeyFound::Missing => return Some(HsmError::KeyMissing(id())),
            KeyFound::Wrong => return Some(HsmError::WrongKey(id())),
            KeyFound::Ready | KeyFound::Unknown => {}
        }
        match *lock(&self.signing) {
            Some(SigningFault::OutOfService(_)) => Some(HsmError::KeyOutOfService(id())),
            Some(SigningFault::Refused(_) | SigningFault::Wrong(_)) | None => None,
        }
    }

    /// The public key: as configured, or as the token has it for the label.
    pub(super) fn spki(&self) -> Option<Vec<u8>> {
        lock(&self.known).1.clone()
    }

    /// It must have this public key, as another unit has it. False if this token has another one: it is not used.
    pub(super) fn expect(&self, spki: &[u8]) -> bool {
        let mut known = lock(&self.known);
        if known.1.as_deref() == Some(spki) {
            return true;
        }
        let differs = known.1.is_some();
        if differs {
            known.0 = KeyFound::Wrong;
        }
        // What the token has for the label is compared with it from now on.
        known.1 = Some(spki.to_vec());
        !differs
    }

    /// Whether the token has reported the key's attributes.
    pub(super) fn is_seen(&self) -> bool {
        lock(&self.seen).is_some()
    }

    /// The attributes that the token reports; `None` resets them.
    pub(super) fn see(&self, seen: Option<KeySeen>) {
        *lock(&self.seen) = seen;
    }

    pub(super) fn set(&self, found: KeyFound, spki: Option<Vec<u8>>) {
        let mut known = lock(&self.known);
        if known.0 != found && found != KeyFound::Ready {
            let unit = self.metrics.unit();
            tracing::error!(%unit, key = %self.config.id, ?found, "hsm key cannot be used");
        }
        known.0 = found;
        if let Some(spki) = spki {
            known.1 = Some(spki);
        }
    }

    /// It signed, and the signature verifies.
    pub(super) fn signed_well(&self) {
        // A correct signature that was in progress when the circuit opened does not close it.
        let mut signing = lock(&self.signing);
        if !matches!(*signing, Some(SigningFault::OutOfService(_))) {
            *signing = None;
        }
    }

    /// It signed, and the signature does not verify.
    pub(super) fn signed_wrongly(&self) {
        self.metrics.wrong_signature(&self.config.id);
        let mut signing = lock(&self.signing);
        let wrong = match *signing {
            Some(SigningFault::Wrong(wrong) | SigningFault::OutOfService(wrong)) => {
                wrong.saturating_add(1)
            }
            Some(SigningFault::Refused(_)) | None => 1,
        };
        *signing = Some(if wrong >= self.limit {
            SigningFault::OutOfService(wrong)
        } else {
            SigningFault::Wrong(wrong)
        });
        let out_of_service = wrong >= self.limit;
        let (unit, key) = (self.metrics.unit(), &self.config.id);
        tracing::error!(%unit, %key, in_a_row = wrong, out_of_service, "hsm returned a wrong signature");
    }

    /// The HSM refused to sign with it. The count of wrong signatures is kept.
    pub(super) fn refused(&self, error: &Pkcs11Error) {
        self.metrics.sign_refused(&self.config.id, error.class);
        let mut signing = lock(&self.signing);
        if matches!(*signing, None | Some(SigningFault::Refused(_))) {
            *signing = Some(SigningFault::Refused(error.to_string()));
        }
    }

    /// An operator has requested another attempt.
    pub(super) fn restore(&self) {
        let mut signing = lock(&self.signing);
        if matches!(*signing, Some(SigningFault::OutOfService(_))) {
            let unit = self.metrics.unit();
            tracing::warn!(%unit, key = %self.config.id, "hsm key is back in service");
            *signing = None;
        }
    }

    pub(super) fn state(&self) -> KeyState {
        KeyState {
            id: self.config.id.clone(),
            found: self.found(),
            specified: self.config.specified.clone(),
            seen: lock(&self.seen).clone(),
            signing: lock(&self.signing).clone(),
        }
    }
}
