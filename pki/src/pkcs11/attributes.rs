//! How a private key is kept, read from the token: never assumed from what was asked for.

use cryptoki::object::{AttributeType, ObjectHandle};
use serde::{Deserialize, Serialize};

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::keys::PrivateKey;
use super::object::read_bool;
use super::session::Session;

const OPERATION: &str = "read key attributes";

/// Attributes of a private key object. Those that tokens often leave out are optional.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAttributes {
    /// CKA_SENSITIVE: its value cannot be read.
    pub sensitive: bool,
    /// CKA_EXTRACTABLE: it can be wrapped and taken away.
    pub extractable: bool,
    /// CKA_ALWAYS_SENSITIVE.
    pub always_sensitive: Option<bool>,
    /// CKA_NEVER_EXTRACTABLE.
    pub never_extractable: Option<bool>,
    /// CKA_LOCAL: made on the token.
    pub local: Option<bool>,
    /// CKA_TOKEN: outlives the session.
    pub token: Option<bool>,
    /// CKA_PRIVATE: seen only after login.
    pub private: Option<bool>,
    /// CKA_SIGN.
    pub sign: Option<bool>,
    /// CKA_ALWAYS_AUTHENTICATE: asks for the PIN at each use. False when the token does not say.
    pub always_authenticate: bool,
}

impl KeyAttributes {
    /// True when nothing the token says leaves a way for the key to be somewhere else.
    #[must_use]
    pub fn confined(&self) -> bool {
        self.sensitive
            && !self.extractable
            && self.always_sensitive != Some(false)
            && self.never_extractable != Some(false)
            && (self.local != Some(false) || self.never_anywhere_else())
            && self.token != Some(false)
    }

    /// True when the token vouches for all of the key's life. It must not for keys that were brought to it (PKCS#11 3.1,
    /// 4.9), so this outweighs a CKA_LOCAL that is not set: NSS softokn never sets it.
    fn never_anywhere_else(&self) -> bool {
        self.always_sensitive == Some(true) && self.never_extractable == Some(true)
    }
}

/// The attributes of a private key.
///
/// # Errors
/// `Untrustworthy` when the token does not tell whether the key is sensitive and extractable.
pub fn key_attributes(session: &Session, key: &PrivateKey) -> Result<KeyAttributes, Pkcs11Error> {
    key.belongs_to(session, OPERATION)?;
    of_object(session, key.handle)
}

pub(super) fn of_object(
    session: &Session,
    object: ObjectHandle,
) -> Result<KeyAttributes, Pkcs11Error> {
    let optional = |attribute| read_bool(session, OPERATION, object, attribute);
    let required = |attribute, name| {
        optional(attribute)?.ok_or_else(|| {
            let kind = ErrorKind::AttributeMissing(name);
            Pkcs11Error::new(OPERATION, ErrorClass::Untrustworthy, kind)
        })
    };
    Ok(KeyAttributes {
        sensitive: required(AttributeType::Sensitive, "CKA_SENSITIVE")?,
        extractable: required(AttributeType::Extractable, "CKA_EXTRACTABLE")?,
        always_sensitive: optional(AttributeType::AlwaysSensitive)?,
        never_extractable: optional(AttributeType::NeverExtractable)?,
        local: optional(AttributeType::Local)?,
        token: optional(AttributeType::Token)?,
        private: optional(AttributeType::Private)?,
        sign: optional(AttributeType::Sign)?,
        always_authenticate: optional(AttributeType::AlwaysAuthenticate)?.unwrap_or(false),
    })
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
    fn unknown_is_no_objection_and_a_plain_no_is() {
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
