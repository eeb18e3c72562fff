//! Finding objects and reading their attributes one by one.
//!
//! One by one, because a module that does not know one attribute may fail the whole template.

use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::session::Session;

/// No token or HSM partition in use holds more objects of one class.
const MAX_OBJECTS: usize = 4096;

/// Objects of the class with these attributes, as visible to the session.
pub(super) fn find(
    session: &Session,
    operation: &'static str,
    class: ObjectClass,
    attributes: &[Attribute],
) -> Result<Vec<ObjectHandle>, Pkcs11Error> {
    let mut template = vec![Attribute::Class(class)];
    template.extend_from_slice(attributes);
    let found = session.call(operation, |session| {
        session
            .iter_objects(&template)?
            .take(MAX_OBJECTS + 1)
            .collect::<Result<Vec<_>, _>>()
    })?;
    if found.len() > MAX_OBJECTS {
        let kind = ErrorKind::TooManyObjects(MAX_OBJECTS);
        return Err(Pkcs11Error::new(operation, ErrorClass::Untrustworthy, kind));
    }
    Ok(found)
}

/// One attribute; `None` when the token lacks it, hides it, or returns it malformed.
fn read(
    session: &Session,
    operation: &'static str,
    object: ObjectHandle,
    attribute: AttributeType,
) -> Result<Option<Attribute>, Pkcs11Error> {
    match session.call(operation, |session| {
        session.get_attributes(object, &[attribute])
    }) {
        Ok(mut values) => Ok(values.pop()),
        Err(error) => match error.class {
            ErrorClass::Refused | ErrorClass::Unsupported | ErrorClass::Untrustworthy => Ok(None),
            _ => Err(error),
        },
    }
}

/// A byte-string attribute; `None` when it is empty.
pub(super) fn read_bytes(
    session: &Session,
    operation: &'static str,
    object: ObjectHandle,
    attribute: AttributeType,
) -> Result<Option<Vec<u8>>, Pkcs11Error> {
    let bytes = match read(session, operation, object, attribute)? {
        Some(
            Attribute::Id(bytes)
            | Attribute::Label(bytes)
            | Attribute::Value(bytes)
            | Attribute::Modulus(bytes)
            | Attribute::PublicExponent(bytes)
            | Attribute::EcParams(bytes)
            | Attribute::EcPoint(bytes)
            | Attribute::PublicKeyInfo(bytes),
        ) => bytes,
        _ => return Ok(None),
    };
    Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))
}

/// A boolean attribute.
pub(super) fn read_bool(
    session: &Session,
    operation: &'static str,
    object: ObjectHandle,
    attribute: AttributeType,
) -> Result<Option<bool>, Pkcs11Error> {
    Ok(match read(session, operation, object, attribute)? {
        Some(
            Attribute::Token(value)
            | Attribute::Private(value)
            | Attribute::Sensitive(value)
            | Attribute::Extractable(value)
            | Attribute::AlwaysSensitive(value)
            | Attribute::NeverExtractable(value)
            | Attribute::Local(value)
            | Attribute::Sign(value)
            | Attribute::Derive(value)
            | Attribute::AlwaysAuthenticate(value),
        ) => Some(value),
        _ => None,
    })
}

/// The label as text; empty when there is none.
pub(super) fn read_label(
    session: &Session,
    operation: &'static str,
    object: ObjectHandle,
) -> Result<String, Pkcs11Error> {
    let label = read_bytes(session, operation, object, AttributeType::Label)?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&label).into_owned())
}
