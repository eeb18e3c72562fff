//! One officer's share, sealed to the officer's share key.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::hpke::{self, Sealed};
use super::{AgreedSecret, ShareKeyPoint};
use crate::secret::Secret;

/// Most bytes of a share as text.
const MAX_SHARE: usize = 1024;
const INFO: &[u8] = b"inkan officer share 1";
const OPENED: &[u8] = b"inkan officer share opened 1";
/// Hexadecimal digits of a code.
const CODE: usize = 16;

/// What a sealed share is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// Id of the set, in hexadecimal.
    pub set: String,
    /// Number of the share, from 1.
    pub index: u8,
    /// The officer's name.
    pub officer: String,
}

impl Binding {
    /// `info` of HPKE. Each part has its length before it.
    fn info(&self) -> Vec<u8> {
        let index = [self.index];
        let parts = [INFO, self.set.as_bytes(), &index, self.officer.as_bytes()];
        let with_length = |part: &[u8]| [&(part.len() as u64).to_be_bytes(), part].concat();
        parts.into_iter().flat_map(with_length).collect()
    }
}

/// A share, sealed. Public: only the officer's token opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedShare {
    /// The officer's share key.
    pub share_key: ShareKeyPoint,
    /// The encapsulated key.
    pub enc: ShareKeyPoint,
    /// Ciphertext and tag, in hexadecimal.
    pub ciphertext: String,
}

impl SealedShare {
    /// Seals a share; `None` for want of random numbers.
    #[must_use]
    pub fn seal(share_key: &ShareKeyPoint, binding: &Binding, share: &str) -> Option<Self> {
        let sealed = hpke::seal(share_key, &binding.info(), share.as_bytes())?;
        Some(Self {
            share_key: share_key.clone(),
            enc: ShareKeyPoint::new(&sealed.enc).ok()?,
            ciphertext: hex::encode(sealed.ciphertext),
        })
    }

    /// Opens it with the secret that the token has agreed on with [`Self::enc`]; `None` if it is not sealed to this key and bound
    /// to this.
    #[must_use]
    pub fn open(&self, agreed: &AgreedSecret, binding: &Binding) -> Option<Secret> {
        if self.ciphertext.len() > 2 * (MAX_SHARE + 16) {
            return None;
        }
        let sealed = Sealed {
            enc: self.enc.as_bytes().to_vec(),
            ciphertext: hex::decode(&self.ciphertext).ok()?,
        };
        let opened = hpke::open(agreed, &self.share_key, &binding.info(), &sealed)?;
        std::str::from_utf8(&opened).ok().map(Secret::new)
    }
}

/// The shares of a set's public file that are sealed to tokens, with what they are bound to; `None` if the text is no such file.
#[must_use]
pub fn of_set(text: &str) -> Option<Vec<(Binding, SealedShare)>> {
    #[derive(Deserialize)]
    struct SetFile {
        set: String,
        officers: Vec<SetOfficer>,
    }
    #[derive(Deserialize)]
    struct SetOfficer {
        index: u8,
        name: String,
        sealed: Option<SealedShare>,
    }
    let SetFile { set, officers } = serde_json::from_str(text).ok()?;
    let bound = |officer: SetOfficer| {
        let binding = Binding {
            set: set.clone(),
            index: officer.index,
            officer: officer.name,
        };
        Some((binding, officer.sealed?))
    };
    Some(officers.into_iter().filter_map(bound).collect())
}

/// Shows that somebody has opened this share: 64 bits of a hash, in groups of four. It reveals nothing that helps to guess one.
#[must_use]
pub fn code(binding: &Binding, share: &str) -> String {
    let text = Zeroizing::new(share.trim().to_ascii_uppercase());
    let digest = Sha256::new()
        .chain_update(OPENED)
        .chain_update(binding.info())
        .chain_update(text.as_bytes())
        .finalize();
    let mut code = hex::encode(digest);
    code.truncate(CODE);
    let groups: Vec<&str> = (0..CODE / 4)
        .filter_map(|n| code.get(4 * n..4 * n + 4))
        .collect();
    groups.join(" ")
}

/// Whether two codes are the same, however they are spaced.
#[must_use]
pub fn same_code(expected: &str, typed: &str) -> bool {
    let digits = |text: &str| {
        let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
        kept.collect::<String>().to_ascii_lowercase()
    };
    digits(expected) == digits(typed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};

    use super::*;

    fn binding() -> Binding {
        Binding {
            set: "00112233445566778899aabbccddeeff".to_owned(),
            index: 2,
            officer: "Aoki E-1001".to_owned(),
        }
    }

    #[test]
    fn a_share_is_opened_only_as_what_it_was_sealed() {
        let own = PrivateKey::generate(&ECDH_P256).unwrap();
        let key = ShareKeyPoint::new(own.compute_public_key().unwrap().as_ref()).unwrap();
        let sealed = SealedShare::seal(&key, &binding(), "ABANDON ZOO").unwrap();
        let peer = UnparsedPublicKey::new(&ECDH_P256, sealed.enc.as_bytes());
        let agreed = agreement::agree(&own, peer, (), |s| Ok(AgreedSecret::new(s).unwrap()));
        let agreed = agreed.unwrap();
        let opened = sealed.open(&agreed, &binding()).unwrap();
        assert_eq!(opened.expose(), "ABANDON ZOO");
        let text = serde_json::to_string(&sealed).unwrap();
        assert_eq!(serde_json::from_str::<SealedShare>(&text).unwrap(), sealed);
        for other in [
            Binding {
                set: "00".to_owned(),
                ..binding()
            },
            Binding {
                index: 3,
                ..binding()
            },
            Binding {
                officer: "Baba E-1002".to_owned(),
                ..binding()
            },
            // The parts do not run into each other.
            Binding {
                set: format!("{}\u{2}", binding().set),
                ..binding()
            },
        ] {
            assert!(sealed.open(&agreed, &other).is_none(), "{other:?}");
        }
        for text in ["", "0", "zz", &"00".repeat(4096)] {
            let changed = SealedShare {
                ciphertext: text.to_owned(),
                ..sealed.clone()
            };
            assert!(changed.open(&agreed, &binding()).is_none(), "{text:.8}");
        }
    }

    #[test]
    fn a_code_is_short_and_of_one_share() {
        let one = code(&binding(), "ABANDON ZOO");
        assert_eq!(one.len(), 19);
        assert_eq!(one, code(&binding(), " abandon zoo\n"));
        assert!(same_code(&one, &one.replace(' ', "").to_uppercase()));
        assert!(!same_code(&one, &code(&binding(), "ABANDON ABANDON")));
        assert!(!same_code(&one, ""));
    }
}
