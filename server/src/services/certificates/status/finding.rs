//! What needs attention about the HSM and the CRLs, and what prevents the CAs from issuing.

use inkan_pki::pkcs11::pin_attempts::PinHalt;
use jiff::Timestamp;

use super::health::Health;
use crate::ca::IssuerId;
use crate::ca::hsm::{HsmPhase, HsmState, KeyFound, KeyState, SigningFault};
use crate::services::Services;

/// Something that needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HealthFinding {
    /// The database does not respond.
    Store,
    /// The HSM is not up, and recovers automatically.
    Hsm(HsmPhase),
    /// No PIN is sent until an operator has decided.
    Pin(PinHalt),
    /// A key is missing on the token, or another key is in its place.
    Key(String, KeyFound),
    /// Signatures of a key are refused or wrong.
    Signing(String, SigningFault),
    /// A CRL has expired.
    Crl,
}

impl HealthFinding {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store => "store-down",
            Self::Hsm(HsmPhase::Sealed) => "hsm-sealed",
            Self::Hsm(_) => "hsm-unavailable",
            Self::Pin(_) => "hsm-pin-refused",
            Self::Key(_, KeyFound::Wrong) => "hsm-key-wrong",
            Self::Key(..) => "hsm-key-missing",
            Self::Signing(_, SigningFault::Refused(_)) => "hsm-refused",
            Self::Signing(_, SigningFault::Wrong(_)) => "hsm-wrong-signature",
            Self::Signing(_, SigningFault::OutOfService(_)) => "hsm-key-out-of-service",
            Self::Crl => "crl-stale",
        }
    }

    /// The key or the reason, for the operator.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Store | Self::Hsm(_) | Self::Crl => String::new(),
            Self::Pin(halt) => halt.code().to_owned(),
            Self::Key(key, _) => key.clone(),
            Self::Signing(key, SigningFault::Refused(answer)) => format!("{key}: {answer}"),
            Self::Signing(key, SigningFault::Wrong(wrong) | SigningFault::OutOfService(wrong)) => {
                format!("{key}: {wrong} in a row")
            }
        }
    }

    fn of_key(key: &KeyState) -> Option<Self> {
        match (key.found, &key.signing) {
            (KeyFound::Missing | KeyFound::Wrong, _) => Some(Self::Key(key.id.clone(), key.found)),
            (_, Some(fault)) => Some(Self::Signing(key.id.clone(), fault.clone())),
            (KeyFound::Ready | KeyFound::Unknown, None) => None,
        }
    }
}

impl Health {
    /// Everything that needs attention; what prevents certificates from being issued comes first.
    #[must_use]
    pub fn findings(&self) -> Vec<HealthFinding> {
        let mut findings = Vec::new();
        if self.store.is_some() {
            findings.push(HealthFinding::Store);
        }
        findings.extend(of_hsm(&self.hsm));
        findings.extend(self.hsm.keys.iter().filter_map(HealthFinding::of_key));
        if !self.crl_fresh {
            findings.push(HealthFinding::Crl);
        }
        findings
    }
}

fn of_hsm(hsm: &HsmState) -> Option<HealthFinding> {
    match (hsm.phase, hsm.pin_halt) {
        (HsmPhase::Up, _) => None,
        (HsmPhase::PinRefused, Some(halt)) => Some(HealthFinding::Pin(halt)),
        (HsmPhase::PinRefused, None) => Some(HealthFinding::Pin(PinHalt::Refused)),
        (phase, _) => Some(HealthFinding::Hsm(phase)),
    }
}

impl Services {
    /// What prevents the CAs that sign new certificates from issuing.
    pub(super) fn keeps_from_issuing(
        &self,
        store: bool,
        hsm: &HsmState,
        now: Timestamp,
    ) -> Option<HealthFinding> {
        if !store {
            return Some(HealthFinding::Store);
        }
        if let Some(finding) = of_hsm(hsm) {
            return Some(finding);
        }
        let current = IssuerId::ALL.map(|issuer| self.inner.ca.current(issuer, now));
        let mut keys = current.iter().flatten().filter_map(|ca| {
            let key = hsm.keys.iter().find(|key| key.id == ca.key)?;
            HealthFinding::of_key(key)
        });
        keys.next()
    }
}
