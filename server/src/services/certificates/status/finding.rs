//! What needs attention about the HSM and the CRLs, and what prevents the CAs from issuing.

use inkan_pki::pkcs11::pin_attempts::PinHalt;
use jiff::Timestamp;

use super::health::Health;
use crate::ca::IssuerId;
use crate::ca::hsm::{GroupState, HsmPhase, HsmState, KeyFound, KeyState, SigningFault, UnitState};
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
    /// One of several HSMs leaves signatures without an answer; the others sign.
    Overdue,
    /// Any of these, in one of several HSMs.
    Unit(String, Box<HealthFinding>),
    /// A CRL has expired.
    Crl,
}

impl HealthFinding {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
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
            Self::Overdue => "hsm-overdue",
            Self::Unit(_, found) => found.code(),
            Self::Crl => "crl-stale",
        }
    }

    /// The HSM, if there are several, and the key or the reason, for the operator.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Store | Self::Hsm(_) | Self::Overdue | Self::Crl => String::new(),
            Self::Unit(unit, found) => match found.detail() {
                detail if detail.is_empty() => unit.clone(),
                detail => format!("{unit}: {detail}"),
            },
            Self::Pin(halt) => halt.code().to_owned(),
            Self::Key(key, _) => key.clone(),
            Self::Signing(key, SigningFault::Refused(answer)) => format!("{key}: {answer}"),
            Self::Signing(key, SigningFault::Wrong(wrong) | SigningFault::OutOfService(wrong)) => {
                format!("{key}: {wrong} in a row")
            }
        }
    }

    /// With the name of the HSM, if there are several.
    fn in_unit(self, unit: &UnitState, all: &GroupState) -> Self {
        if all.is_several() {
            Self::Unit(unit.name.clone(), Box::new(self))
        } else {
            self
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
        for unit in self.hsms.units() {
            let overdue = (unit.overdue && unit.pool.is_up()).then_some(HealthFinding::Overdue);
            let keys = unit.pool.keys.iter().filter_map(HealthFinding::of_key);
            let all = of_hsm(&unit.pool).into_iter().chain(overdue).chain(keys);
            findings.extend(all.map(|one| one.in_unit(unit, &self.hsms)));
        }
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
        hsms: &GroupState,
        now: Timestamp,
    ) -> Option<HealthFinding> {
        if !store {
            return Some(HealthFinding::Store);
        }
        // While one is sealed, none signs.
        let mut units = hsms.units();
        if let Some(sealed) = units.find(|unit| unit.pool.phase == HsmPhase::Sealed) {
            return Some(HealthFinding::Hsm(HsmPhase::Sealed).in_unit(sealed, hsms));
        }
        let current = IssuerId::ALL.map(|issuer| self.inner.ca.current(issuer, now));
        let mut keys = current.iter().flatten().map(|ca| ca.key.as_str());
        keys.find_map(|key| unusable(hsms, key))
    }
}

/// Why no HSM signs with this key; none if one does.
fn unusable(hsms: &GroupState, key: &str) -> Option<HealthFinding> {
    let mut first = None;
    for (unit, key) in hsms.keys(key) {
        let found = of_hsm(&unit.pool).or_else(|| HealthFinding::of_key(key))?;
        first = first.or_else(|| Some(found.in_unit(unit, hsms)));
    }
    first
}
