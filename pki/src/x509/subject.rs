//! The subject name of a client certificate and the string types of its parts (RFC 5280 §4.1.2.6, Appendix A.1).

use rcgen::{DistinguishedName, DnType, DnValue};

/// Upper bound of O, OU and CN in characters (RFC 5280 Appendix A.1, ub-common-name and its sisters).
pub const MAX_PART: usize = 64;

/// O, OU and CN, written in that order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectName {
    /// Organization.
    pub organization: String,
    /// Organization Unit.
    pub organizational_unit: String,
    /// Common Name.
    pub common_name: String,
}

/// A part that no certificate may carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// Empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// Over [`MAX_PART`] characters.
    #[error("{0} has more than {MAX_PART} characters")]
    TooLong(&'static str),
    /// A control character.
    #[error("{0} has a control character")]
    Control(&'static str),
}

impl SubjectName {
    /// The name for rcgen: PrintableString where the characters allow it, else UTF8String.
    ///
    /// # Errors
    /// [`SubjectError`] names the part.
    pub fn to_distinguished_name(&self) -> Result<DistinguishedName, SubjectError> {
        let mut name = DistinguishedName::new();
        name.push(
            DnType::OrganizationName,
            value("organization", &self.organization)?,
        );
        name.push(
            DnType::OrganizationalUnitName,
            value("organizational_unit", &self.organizational_unit)?,
        );
        name.push(DnType::CommonName, value("common_name", &self.common_name)?);
        Ok(name)
    }
}

fn value(part: &'static str, text: &str) -> Result<DnValue, SubjectError> {
    if text.is_empty() {
        return Err(SubjectError::Empty(part));
    }
    if text.chars().count() > MAX_PART {
        return Err(SubjectError::TooLong(part));
    }
    if text.chars().any(char::is_control) {
        return Err(SubjectError::Control(part));
    }
    Ok(match text.try_into() {
        Ok(printable) => DnValue::PrintableString(printable),
        Err(_) => DnValue::Utf8String(text.to_owned()),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn string_type_follows_the_characters() {
        assert!(matches!(
            value("o", "ABC 1 (x)").unwrap(),
            DnValue::PrintableString(_)
        ));
        assert!(matches!(value("o", "a_b").unwrap(), DnValue::Utf8String(_)));
        assert!(matches!(
            value("o", "\u{682a}\u{5f0f}").unwrap(),
            DnValue::Utf8String(_)
        ));
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
