//! One public key for each key, in all units. A unit with another key of the same name never signs with it.

use std::sync::OnceLock;

use super::Inner;
use crate::hsm::config::HsmConfig;
use crate::hsm::error::StartError;

/// A key and its public key, once it is known.
#[derive(Debug)]
pub(super) struct AgreedKey {
    pub(super) id: String,
    spki: OnceLock<Vec<u8>>,
}

impl AgreedKey {
    pub(super) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            spki: OnceLock::new(),
        }
    }
}

/// Compares the public keys that are configured.
pub(super) fn check(units: &[HsmConfig]) -> Result<(), StartError> {
    for (n, one) in units.iter().enumerate() {
        for key in one.keys.iter().filter(|key| key.spki.is_some()) {
            let differs = |other: &&HsmConfig| {
                let mut same = other.keys.iter().filter(|same| same.id == key.id);
                same.any(|same| same.spki.is_some() && same.spki != key.spki)
            };
            if let Some(other) = units.iter().skip(n + 1).find(differs) {
                return Err(StartError::KeyDiffers {
                    key: key.id.clone(),
                    one: one.unit.clone(),
                    other: other.unit.clone(),
                });
            }
        }
    }
    Ok(())
}

impl Inner {
    /// The public key of that name: of the first unit that knows it, and from then on required of all.
    pub(super) fn agreed(&self, key_id: &str) -> Option<&Vec<u8>> {
        let key = self.keys.iter().find(|key| key.id == key_id)?;
        if key.spki.get().is_none() {
            let known =
                |unit: &super::Unit| Some((unit.name().to_owned(), unit.pool.public_key(key_id)?));
            let (first, spki) = self.units().find_map(known)?;
            let _ = key.spki.set(spki);
            self.require(key, &first);
        }
        key.spki.get()
    }

    fn require(&self, key: &AgreedKey, first: &str) {
        let Some(spki) = key.spki.get() else { return };
        for unit in self.units() {
            let agrees = unit.pool.key(&key.id).is_none_or(|own| own.expect(spki));
            if !agrees {
                let (key, unit) = (&key.id, unit.name());
                tracing::error!(%key, unit, other = first, "two hsms have different keys of this name; the first one's is used");
            }
        }
    }
}
