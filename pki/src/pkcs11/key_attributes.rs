//! The attributes that show whether a private key can leave its token.

use serde::{Deserialize, Serialize};

/// Attributes of a private key object. Those that tokens often leave out are optional.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAttributes {
    /// CKA_SENSITIVE: its value cannot be read.
    pub sensitive: bool,
    /// CKA_EXTRACTABLE: it can be exported by wrapping.
    pub extractable: bool,
    /// CKA_ALWAYS_SENSITIVE.
    pub always_sensitive: Option<bool>,
    /// CKA_NEVER_EXTRACTABLE.
    pub never_extractable: Option<bool>,
    /// CKA_LOCAL: generated on the token.
    pub local: Option<bool>,
    /// CKA_TOKEN: persists beyond the session.
    pub token: Option<bool>,
    /// CKA_PRIVATE: visible only after login.
    pub private: Option<bool>,
    /// CKA_SIGN.
    pub sign: Option<bool>,
    /// CKA_ALWAYS_AUTHENTICATE: requires the PIN for each use. False when the token does not report it.
    pub always_authenticate: bool,
}

impl KeyAttributes {
    /// True when no attribute suggests that the key can be, or ever was, outside the token.
    #[must_use]
    pub fn confined(&self) -> bool {
        self.sensitive
            && !self.extractable
            && self.always_sensitive != Some(false)
            && self.never_extractable != Some(false)
            && (self.local != Some(false) || self.never_outside_token())
            && self.token != Some(false)
    }

    /// True when the key was sensitive and not extractable all its life. A token must not report that of an imported key (PKCS#11 3.1,
    /// 4.9), so it outweighs a CKA_LOCAL that is not set: NSS softokn never sets it.
    fn never_outside_token(&self) -> bool {
        self.always_sensitive == Some(true) && self.never_extractable == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: KeyAttributes = KeyAttributes {
        sensitive: true,
        extractable: false,
        always_sensitive: None,
        never_extractable: None,
        local: None,
        token: None,
        private: None,
        sign: None,
        always_authenticate: false,
    };

    #[test]
    fn absent_attributes_are_accepted_and_wrong_ones_are_not() {
        assert!(KEPT.confined());
        let vouched_for = KeyAttributes {
            local: Some(false),
            always_sensitive: Some(true),
            never_extractable: Some(true),
            ..KEPT
        };
        assert!(vouched_for.confined());
        let objections = [
            KeyAttributes {
                sensitive: false,
                ..KEPT
            },
            KeyAttributes {
                extractable: true,
                ..KEPT
            },
            KeyAttributes {
                always_sensitive: Some(false),
                ..KEPT
            },
            KeyAttributes {
                never_extractable: Some(false),
                ..KEPT
            },
            KeyAttributes {
                local: Some(false),
                ..KEPT
            },
            KeyAttributes {
                local: Some(false),
                always_sensitive: Some(true),
                ..KEPT
            },
            KeyAttributes {
                local: Some(false),
                never_extractable: Some(true),
                ..KEPT
            },
            KeyAttributes {
                token: Some(false),
                ..KEPT
            },
        ];
        assert!(objections.iter().all(|attributes| !attributes.confined()));
    }
}
