//! A key as the token tells of it, beside what the specification says.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::attributes::KeyAttributes;

use super::state::KeyFound;

/// What the specification says of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specified {
    /// Label.
    pub label: String,
    /// Type.
    pub algorithm: KeyAlgorithm,
}

/// What the token says of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySeen {
    /// Label.
    pub label: String,
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// How it is kept, and what it may do.
    pub attributes: KeyAttributes,
}

/// One configured key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// Name in the configuration.
    pub id: String,
    /// What the token has.
    pub found: KeyFound,
    /// What it should be.
    pub specified: Option<Specified>,
    /// What it is; none while the token has not told.
    pub seen: Option<KeySeen>,
    /// What is wrong with its signatures; none when the last one was good.
    pub signing: Option<SigningFault>,
}

/// What is wrong with the signatures of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningFault {
    /// The HSM refuses to sign; its own words.
    Refused(String),
    /// So many signatures in a row were wrong.
    Wrong(u32),
    /// So many were wrong that the key is out of service until an operator has it tried again.
    OutOfService(u32),
}

/// What is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyDifference {
    /// The token has it under another label.
    Label,
    /// It is of another type.
    Algorithm,
    /// Its value can be read.
    Readable,
    /// It can be taken away, or could be once.
    Extractable,
    /// It was not made on the token.
    Imported,
    /// It is gone when the session ends.
    Fleeting,
    /// It may not sign.
    MayNotSign,
    /// It asks for the PIN at each use, which nobody is there to give.
    AsksForPin,
}

impl KeyState {
    /// Whether a signature by it has a good chance.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.found == KeyFound::Ready && self.signing.is_none()
    }

    /// Everything that is not as it should be; nothing while the token has not told.
    #[must_use]
    pub fn differences(&self) -> Vec<KeyDifference> {
        let Some(seen) = &self.seen else {
            return Vec::new();
        };
        let KeyAttributes {
            sensitive,
            extractable,
            always_sensitive,
            never_extractable,
            local,
            token,
            private: _,
            sign,
            always_authenticate,
        } = seen.attributes;
        let specified = self.specified.as_ref();
        // A token that vouches for all of the key's life says so in other words (NSS).
        let vouched = always_sensitive == Some(true) && never_extractable == Some(true);
        let checks = [
            (
                specified.is_some_and(|one| one.label != seen.label),
                KeyDifference::Label,
            ),
            (
                specified.is_some_and(|one| one.algorithm != seen.algorithm),
                KeyDifference::Algorithm,
            ),
            (
                !sensitive || always_sensitive == Some(false),
                KeyDifference::Readable,
            ),
            (
                extractable || never_extractable == Some(false),
                KeyDifference::Extractable,
            ),
            (local == Some(false) && !vouched, KeyDifference::Imported),
            (token == Some(false), KeyDifference::Fleeting),
            (sign == Some(false), KeyDifference::MayNotSign),
            (always_authenticate, KeyDifference::AsksForPin),
        ];
        checks
            .into_iter()
            .filter_map(|(wrong, difference)| wrong.then_some(difference))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_that_is_not_as_it_should_be_has_a_name() {
        let good = KeyAttributes {
            sensitive: true,
            extractable: false,
            always_sensitive: Some(true),
            never_extractable: Some(true),
            local: Some(true),
            token: Some(true),
            private: Some(true),
            sign: Some(true),
            always_authenticate: false,
        };
        let state = |attributes, label: &str, algorithm| KeyState {
            id: "ca".into(),
            found: KeyFound::Ready,
            specified: Some(Specified {
                label: "ca".into(),
                algorithm: KeyAlgorithm::EcP256,
            }),
            signing: None,
            seen: Some(KeySeen {
                label: label.into(),
                algorithm,
                attributes,
            }),
        };
        let of = |attributes| state(attributes, "ca", KeyAlgorithm::EcP256).differences();
        assert_eq!(of(good), []);
        let silent = KeyAttributes {
            always_sensitive: None,
            never_extractable: None,
            local: None,
            token: None,
            private: None,
            sign: None,
            ..good
        };
        assert_eq!(of(silent), [], "what a token does not tell is no objection");
        let bad = KeyAttributes {
            sensitive: false,
            extractable: true,
            always_sensitive: Some(false),
            never_extractable: Some(false),
            local: Some(false),
            token: Some(false),
            private: Some(false),
            sign: Some(false),
            always_authenticate: true,
        };
        use KeyDifference as D;
        assert_eq!(
            state(bad, "other", KeyAlgorithm::EcP384).differences(),
            [
                D::Label,
                D::Algorithm,
                D::Readable,
                D::Extractable,
                D::Imported,
                D::Fleeting,
                D::MayNotSign,
                D::AsksForPin
            ]
        );
        let was_out = KeyAttributes {
            never_extractable: Some(false),
            ..good
        };
        assert_eq!(of(was_out), [D::Extractable]);
    }
}
