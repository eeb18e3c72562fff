//! The subject name of a client certificate and the string types of its parts (RFC 5280 §4.1.2.6, Appendix A.1).

use der::asn1::{PrintableStringRef, SetOfVec, Utf8StringRef};
use der::oid::ObjectIdentifier;
use der::oid::db::rfc4519::{COMMON_NAME, ORGANIZATION_NAME, ORGANIZATIONAL_UNIT_NAME};
use x509_cert::attr::{AttributeTypeAndValue, AttributeValue};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

use super::encoding::EncodingError;

/// Upper bound of O, OU and CN in characters (RFC 5280 Appendix A.1, ub-common-name and its sisters).
pub(crate) const MAX_PART: usize = 64;

/// O, OU and CN, written in that order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SubjectName<'a> {
    /// Organization.
    pub(crate) organization: &'a str,
    /// Organization Unit.
    pub(crate) organizational_unit: &'a str,
    /// Common Name.
    pub(crate) common_name: &'a str,
}

/// A part that no certificate may carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// Empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// Over 64 characters.
    #[error("{0} has more than {MAX_PART} characters")]
    TooLong(&'static str),
    /// A control character.
    #[error("{0} has a control character")]
    Control(&'static str),
    /// It cannot be encoded.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
}

impl SubjectName<'_> {
    /// PrintableString where the characters allow it, else UTF8String.
    ///
    /// # Errors
    /// [`SubjectError`] names the part.
    pub(crate) fn to_name(&self) -> Result<Name, SubjectError> {
        let parts = [
            (ORGANIZATION_NAME, "organization", self.organization),
            (
                ORGANIZATIONAL_UNIT_NAME,
                "organizational_unit",
                self.organizational_unit,
            ),
            (COMMON_NAME, "common_name", self.common_name),
        ];
        let mut name = RdnSequence::default();
        for (oid, part, text) in parts {
            name.0.push(rdn(oid, value(part, text)?)?);
        }
        Ok(name)
    }
}

/// A name whose parts are all UTF8String, without limits of their length.
pub(crate) fn utf8(parts: &[(ObjectIdentifier, &str)]) -> Result<Name, EncodingError> {
    let mut name = RdnSequence::default();
    for (oid, text) in parts {
        name.0.push(rdn(*oid, utf8_value(text)?)?);
    }
    Ok(name)
}

fn rdn(
    oid: ObjectIdentifier,
    value: AttributeValue,
) -> Result<RelativeDistinguishedName, EncodingError> {
    let attribute = AttributeTypeAndValue { oid, value };
    Ok(RelativeDistinguishedName(SetOfVec::try_from([attribute])?))
}

fn value(part: &'static str, text: &str) -> Result<AttributeValue, SubjectError> {
    if text.is_empty() {
        return Err(SubjectError::Empty(part));
    }
    if text.chars().count() > MAX_PART {
        return Err(SubjectError::TooLong(part));
    }
    if text.chars().any(char::is_control) {
        return Err(SubjectError::Control(part));
    }
    Ok(match PrintableStringRef::new(text) {
        Ok(printable) => AttributeValue::encode_from(&printable).map_err(EncodingError::from)?,
        Err(_) => utf8_value(text)?,
    })
}

fn utf8_value(text: &str) -> Result<AttributeValue, EncodingError> {
    Ok(AttributeValue::encode_from(&Utf8StringRef::new(text)?)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use der::{Tag, Tagged as _};

    use super::*;

    #[test]
    fn string_type_of_each_ascii_character_is_that_of_another_encoder() {
        for character in (' '..='~').map(String::from) {
            let printable = rcgen::string::PrintableString::try_from(character.as_str()).is_ok();
            let tag = value("o", &character).unwrap().tag();
            assert_eq!(tag == Tag::PrintableString, printable, "{character}");
        }
    }

    #[test]
    fn string_type_follows_the_characters() {
        for (text, tag) in [
            ("ABC 1 (x)", Tag::PrintableString),
            ("a_b", Tag::Utf8String),
            ("\u{682a}\u{5f0f}", Tag::Utf8String),
        ] {
            assert_eq!(value("o", text).unwrap().tag(), tag, "{text}");
        }
    }

    #[test]
    fn limits_hold() {
        assert_eq!(value("cn", "").unwrap_err(), SubjectError::Empty("cn"));
        assert_eq!(
            value("cn", &"x".repeat(65)).unwrap_err(),
            SubjectError::TooLong("cn")
        );
        assert!(value("cn", &"\u{682a}".repeat(64)).is_ok());
        assert_eq!(
            value("cn", "a\u{0}b").unwrap_err(),
            SubjectError::Control("cn")
        );
    }
}
