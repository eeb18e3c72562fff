//! What a token reports about its mechanisms (PKCS#11 3.1, 3.5): names, key sizes, flags; and whether they suffice for a kind of key.

use cryptoki::mechanism::{MechanismInfo, MechanismType};
use cryptoki_sys::CK_MECHANISM_TYPE;

use super::error::Pkcs11Error;
use super::method::Method;
use super::module::Module;
use super::token::TokenInfo;
use crate::algorithm::{KeyAlgorithm, SignatureScheme};

/// One mechanism of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MechanismFacts {
    mechanism: MechanismType,
    /// Name, such as `CKM_ECDSA`; a number for a vendor's own.
    pub name: String,
    /// Number.
    pub code: u64,
    /// Smallest key. Bits or bytes, as the mechanism defines; 0 where it has no meaning.
    pub smallest_key: usize,
    /// Largest key, likewise.
    pub largest_key: usize,
    /// What it can do: `sign`, `verify`, `generate-key-pair`, `hardware`, …
    pub flags: Vec<&'static str>,
}

/// Why a token cannot be used for a kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MechanismLack {
    /// It generates no such key pairs.
    Generation,
    /// It generates them, but not of this size.
    Size {
        /// Smallest, in bits.
        smallest: usize,
        /// Largest, in bits.
        largest: usize,
    },
    /// It signs by none of the methods that are known here.
    Signing,
}

impl Module {
    /// The mechanisms of a token, as it reports them. One that it lists but does not describe has no sizes and no flags.
    ///
    /// # Errors
    /// The error of `C_GetMechanismList`.
    pub fn mechanisms(&self, token: &TokenInfo) -> Result<Vec<MechanismFacts>, Pkcs11Error> {
        let (listed, _) = self.call("list mechanisms", |context| {
            context.get_mechanism_list(token.slot)
        })?;
        let mut facts = Vec::with_capacity(listed.len());
        for mechanism in listed {
            let described = self.call("read mechanism", |context| {
                context.get_mechanism_info(token.slot, mechanism)
            });
            let info = match described {
                Ok((info, _)) => Some(info),
                Err(error) if error.code().is_some() => None,
                Err(error) => return Err(error),
            };
            #[allow(clippy::useless_conversion, reason = "it has 32 bits on Windows")]
            let code = CK_MECHANISM_TYPE::from(mechanism).into();
            facts.push(MechanismFacts {
                mechanism,
                name: mechanism.to_string(),
                code,
                smallest_key: info.as_ref().map_or(0, MechanismInfo::min_key_size),
                largest_key: info.as_ref().map_or(0, MechanismInfo::max_key_size),
                flags: info.as_ref().map_or_else(Vec::new, flags),
            });
        }
        Ok(facts)
    }
}

/// What these mechanisms lack for keys of this kind; `None` when they suffice.
#[must_use]
pub fn lack(mechanisms: &[MechanismFacts], algorithm: KeyAlgorithm) -> Option<MechanismLack> {
    let wanted = if algorithm.is_rsa() {
        MechanismType::RSA_PKCS_KEY_PAIR_GEN
    } else {
        MechanismType::ECC_KEY_PAIR_GEN
    };
    let Some(generation) = mechanisms.iter().find(|m| m.mechanism == wanted) else {
        return Some(MechanismLack::Generation);
    };
    let (smallest, largest) = (generation.smallest_key, generation.largest_key);
    // Some modules report 0 for what they do not limit.
    if largest != 0 && !(smallest..=largest).contains(&algorithm.bits()) {
        return Some(MechanismLack::Size { smallest, largest });
    }
    schemes(mechanisms, algorithm)
        .is_empty()
        .then_some(MechanismLack::Signing)
}

/// The schemes by which these mechanisms sign with keys of this kind.
#[must_use]
pub fn schemes(mechanisms: &[MechanismFacts], algorithm: KeyAlgorithm) -> Vec<SignatureScheme> {
    let types: Vec<_> = mechanisms.iter().map(|m| m.mechanism).collect();
    let mut schemes = algorithm.schemes().to_vec();
    schemes.retain(|scheme| {
        let mut methods = Method::ALL.iter();
        methods.any(|method| method.is_supported(&types, *scheme))
    });
    schemes
}

fn flags(info: &MechanismInfo) -> Vec<&'static str> {
    let all = [
        ("hardware", info.hardware()),
        ("encrypt", info.encrypt()),
        ("decrypt", info.decrypt()),
        ("digest", info.digest()),
        ("sign", info.sign()),
        ("verify", info.verify()),
        ("generate", info.generate()),
        ("generate-key-pair", info.generate_key_pair()),
        ("wrap", info.wrap()),
        ("unwrap", info.unwrap()),
        ("derive", info.derive()),
    ];
    let set = all.into_iter().filter(|(_, set)| *set);
    set.map(|(name, _)| name).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::pkcs11::tests::Fixture;

    #[test]
    fn softhsm_reports_what_it_can_do() {
        let fixture = Fixture::new();
        let mechanisms = fixture.module.mechanisms(&fixture.info()).unwrap();
        let of = |name: &str| mechanisms.iter().find(|m| m.name == name).unwrap();
        let generation = of("CKM_EC_KEY_PAIR_GEN");
        assert_eq!(generation.code, 0x1040);
        assert_eq!(generation.flags, ["generate-key-pair"]);
        assert!(generation.smallest_key <= 256 && generation.largest_key >= 384);
        assert!(of("CKM_ECDSA").flags.contains(&"sign"));
        for algorithm in KeyAlgorithm::ALL {
            assert_eq!(lack(&mechanisms, algorithm), None, "{algorithm}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let fixture = Fixture::new();
        let all = fixture.module.mechanisms(&fixture.info()).unwrap();
        let without = |gone: fn(&str) -> bool| {
            let mut left = all.clone();
            left.retain(|m| !gone(&m.name));
            left
        };
        let p256 = KeyAlgorithm::EcP256;
        let none = without(|name| name == "CKM_EC_KEY_PAIR_GEN");
        assert_eq!(lack(&none, p256), Some(MechanismLack::Generation));
        assert_eq!(lack(&none, KeyAlgorithm::Rsa2048), None);
        let no_signing = without(|name| name.starts_with("CKM_ECDSA"));
        assert_eq!(lack(&no_signing, p256), Some(MechanismLack::Signing));
        let mut small = all.clone();
        for mechanism in &mut small {
            mechanism.largest_key = 2048;
            mechanism.smallest_key = 512;
        }
        let lacking = lack(&small, KeyAlgorithm::Rsa3072);
        assert!(matches!(
            lacking,
            Some(MechanismLack::Size { largest: 2048, .. })
        ));
        assert_eq!(lack(&small, KeyAlgorithm::Rsa2048), None);
    }
}
