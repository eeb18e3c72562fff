//! Reads the attributes of a private key from the token; they are never assumed from the template.

use cryptoki::object::{AttributeType, ObjectHandle};

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
pub use super::key_attributes::KeyAttributes;
use super::keys::PrivateKey;
use super::object::read_bool;
use super::session::Session;

const OPERATION: &str = "read key attributes";

/// The attributes of a private key.
///
/// # Errors
/// `Untrustworthy` when the token does not report whether the key is sensitive and extractable.
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
