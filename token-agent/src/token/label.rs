//! Labels that identify the agent's own keys and certificates.

use inkan_pki::messages::identifier::Identifier;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

const PREFIX: &str = "inkan";
const REQUEST_PART: usize = 8;

/// `inkan/<bank>/<login id>/<date>/<start of the request's id>`.
#[must_use]
pub fn label(bank: &Identifier, login_id: &str, at: Timestamp, request: &Identifier) -> String {
    let date = at
        .to_zoned_datetime(TimeZone::fixed(Offset::constant(9)))
        .date();
    let request: String = request.as_str().chars().take(REQUEST_PART).collect();
    format!("{PREFIX}/{bank}/{login_id}/{date}/{request}")
}

/// Whether [`label`] made this label for this bank and user.
#[must_use]
pub fn is_ours(text: &str, bank: &Identifier, login_id: &str) -> bool {
    let start = format!("{PREFIX}/{bank}/{login_id}/");
    // A login ID may contain a slash: the rest must be exactly date and request.
    text.strip_prefix(&start).is_some_and(|rest| {
        let mut parts = rest.split('/');
        let date = parts
            .next()
            .is_some_and(|d| d.parse::<jiff::civil::Date>().is_ok());
        date && parts.next().is_some_and(|r| !r.is_empty()) && parts.next().is_none()
    })
}

/// The bank's id in a label of ours.
#[must_use]
pub fn bank_of(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX)?
        .strip_prefix('/')?
        .split('/')
        .next()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn our_objects_are_distinguished_from_others() {
        let id = |s: &str| Identifier::new(s).unwrap();
        let at: Timestamp = "2026-11-22T20:00:00Z".parse().unwrap();
        let text = label(&id("kenmin"), "hana/kodt", at, &id("0123456789abcdef"));
        assert_eq!(text, "inkan/kenmin/hana/kodt/2026-11-23/01234567");
        assert!(is_ours(&text, &id("kenmin"), "hana/kodt"));
        assert!(!is_ours(&text, &id("kenmin"), "hana"));
        assert!(!is_ours(&text, &id("ken"), "hana/kodt"));
        assert!(!is_ours(
            "inkan/kenmin/hana/kodt/",
            &id("kenmin"),
            "hana/kodt"
        ));
        assert_eq!(bank_of(&text), Some("kenmin"));
        assert_eq!(bank_of("My key"), None);
    }
}
