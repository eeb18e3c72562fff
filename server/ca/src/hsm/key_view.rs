//! A key as the token reports it, beside its specification.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::attributes::KeyAttributes;

use super::state::KeyFound;

/// The specification of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specified {
    /// Label.
    pub label: String,
    /// Type.
    pub algorithm: KeyAlgorithm,
}

/// What the token reports about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySeen {
    /// Label.
    pub label: String,
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// Its attributes.
    pub attributes: KeyAttributes,
}

/// One configured key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// Name in the configuration.
    pub id: String,
    /// Whether the token has it.
    pub found: KeyFound,
    /// Its specification.
    pub specified: Option<Specified>,
    /// What the token reports; `None` until it has.
    pub seen: Option<KeySeen>,
    /// The problem with its signatures; `None` if the last one was correct.
    pub signing: Option<SigningFault>,
}

/// A problem with the signatures of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningFault {
    /// The HSM refuses to sign; with its own error.
    Refused(String),
    /// Number of consecutive wrong signatures.
    Wrong(u32),
    /// Number of wrong signatures after which the key is out of service until an operator orders another attempt.
    OutOfService(u32),
}

/// A difference from the specification or from what is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyDifference {
    /// The token has it under another label.
    Label,
    /// It is of another type.
    Algorithm,
    /// Its value can be read.
    Readable,
    /// It is or was extractable.
    Extractable,
    /// It was not generated on the token.
    Imported,
    /// It is lost when the session ends.
    Fleeting,
    /// It is not allowed to sign.
    MayNotSign,
    /// It requires the PIN at each use, which a server cannot enter.
    AsksForPin,
}

impl KeyState {
    /// Whether it is likely to sign.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.found == KeyFound::Ready && self.signing.is_none()
    }

    /// All differences; none until the token has reported the key.
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
        // A token that vouches for the key's whole lifecycle reports this with other attributes (NSS).
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
