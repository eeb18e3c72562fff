//! What a key's attributes may state about its past, because an adoption recorded it.
//!
//! A copy of a key was not generated on the token that it is on. PKCS#11 3.1, 5.18.4 (`C_UnwrapKey`) requires such a token to report
//! that it was not always sensitive there, not never extractable, and not local. What the key is now is never forgiven: sensitive, and
//! not extractable.

use inkan_pki::pkcs11::attributes::KeyAttributes;

use crate::spec::KeySpec;
use crate::transcript::Transcript;

const LOCAL: &str = "local";
const ALWAYS_SENSITIVE: &str = "always_sensitive";
const NEVER_EXTRACTABLE: &str = "never_extractable";

/// The attributes about a key's past that may be false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct History {
    local: bool,
    always_sensitive: bool,
    never_extractable: bool,
}

impl History {
    /// The key was generated on its token and never left it.
    pub(crate) const fn none() -> Self {
        Self {
            local: false,
            always_sensitive: false,
            never_extractable: false,
        }
    }

    /// The key may be a copy.
    pub(crate) const fn copy() -> Self {
        Self {
            local: true,
            always_sensitive: true,
            never_extractable: true,
        }
    }

    /// What the last adoption of its token recorded.
    pub(crate) fn of(transcript: &Transcript, key: &KeySpec) -> Self {
        let adoption = transcript.adoption(&key.token);
        let recorded = adoption.and_then(|line| line.details.get(&detail(&key.id)));
        let names = |name| recorded.is_some_and(|text| text.split(' ').any(|word| word == name));
        Self {
            local: names(LOCAL),
            always_sensitive: names(ALWAYS_SENSITIVE),
            never_extractable: names(NEVER_EXTRACTABLE),
        }
    }

    /// The attributes with those that may be false left out.
    pub(crate) fn forgive(self, attributes: &KeyAttributes) -> KeyAttributes {
        let unless = |forgiven: bool, value: Option<bool>| value.filter(|set| *set || !forgiven);
        KeyAttributes {
            local: unless(self.local, attributes.local),
            always_sensitive: unless(self.always_sensitive, attributes.always_sensitive),
            never_extractable: unless(self.never_extractable, attributes.never_extractable),
            ..*attributes
        }
    }
}

/// Name of the detail of an adoption in which a key's false attributes are recorded.
pub(crate) fn detail(key: &str) -> String {
    format!("not_{key}")
}

/// Names of the attributes about the past that are false, among these details of a check; empty for none.
pub(crate) fn denied(details: &crate::transcript::Details) -> String {
    let denied = |name: &&str| details.get(*name).is_some_and(|value| value == "false");
    let all = [ALWAYS_SENSITIVE, LOCAL, NEVER_EXTRACTABLE];
    let names: Vec<_> = all.into_iter().filter(denied).collect();
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const COPY: KeyAttributes = KeyAttributes {
        sensitive: true,
        extractable: false,
        always_sensitive: Some(false),
        never_extractable: Some(false),
        local: Some(false),
        token: Some(true),
        private: Some(true),
        sign: Some(true),
        always_authenticate: false,
    };

    #[test]
    fn only_the_past_is_forgiven() {
        assert!(!History::none().forgive(&COPY).confined());
        assert!(History::copy().forgive(&COPY).confined());
        let extractable = KeyAttributes {
            extractable: true,
            ..COPY
        };
        assert!(!History::copy().forgive(&extractable).confined());
        let readable = KeyAttributes {
            sensitive: false,
            ..COPY
        };
        assert!(!History::copy().forgive(&readable).confined());
        let only_local = History {
            local: true,
            ..History::none()
        };
        assert!(!only_local.forgive(&COPY).confined());
    }
}
