use super::*;
use crate::mail::letter::{Thing, To};

/// One of each kind: a new one must be added here, or this does not compile.
pub(crate) fn every() -> Vec<Letter> {
    let at = Timestamp::UNIX_EPOCH;
    let serial = || "0123456789abcdef".to_owned();
    let all = vec![
        Letter::LoginIdRegistered { at },
        Letter::CertificateIssued {
            serial: serial(),
            not_after: at,
        },
        Letter::CertificateRenewed {
            serial: serial(),
            not_after: at,
            previous: serial(),
        },
        Letter::CertificateRevoked {
            serial: serial(),
            at,
            by: By::Yourself,
        },
        Letter::CertificateSuspended {
            serial: serial(),
            at,
            by: By::Bank,
        },
        Letter::CertificateReleased {
            serial: serial(),
            at,
        },
        Letter::CertificateGivenUp {
            serial: serial(),
            at,
        },
        Letter::PasswordLocked {
            password: Password::Login,
            until: at,
        },
        Letter::PasswordReleased {
            password: Password::Login,
            at,
            by: By::Colleague,
        },
        Letter::PasswordChanged {
            password: Password::Acquisition,
            at,
        },
        Letter::PasswordStopped {
            password: Password::Confirmation,
            at,
        },
        Letter::CertificateExpiring {
            serial: serial(),
            not_after: at,
        },
        Letter::GrantGiven { until: at },
        Letter::GrantLapsed { at },
        Letter::SystemExpiring {
            thing: Thing::Listener,
            name: "portal".to_owned(),
            ends: at,
            trouble: None,
        },
    ];
    for letter in &all {
        match letter {
            Letter::LoginIdRegistered { .. }
            | Letter::CertificateIssued { .. }
            | Letter::CertificateRenewed { .. }
            | Letter::CertificateRevoked { .. }
            | Letter::CertificateSuspended { .. }
            | Letter::CertificateReleased { .. }
            | Letter::CertificateGivenUp { .. }
            | Letter::PasswordLocked { .. }
            | Letter::PasswordStopped { .. }
            | Letter::PasswordReleased { .. }
            | Letter::PasswordChanged { .. }
            | Letter::CertificateExpiring { .. }
            | Letter::GrantGiven { .. }
            | Letter::GrantLapsed { .. }
            | Letter::SystemExpiring { .. } => {}
        }
    }
    all
}

#[test]
fn every_letter_has_words_in_both_languages() {
    for letter in every() {
        for lang in [Lang::Ja, Lang::En] {
            let words = words(&letter, lang, Timestamp::UNIX_EPOCH);
            assert!(!words.subject.is_empty() && !words.news.is_empty());
            assert!(!words.facts.is_empty() && !words.next.is_empty());
            let japanese = words
                .news
                .chars()
                .any(|c| ('\u{3041}'..='\u{30ff}').contains(&c));
            assert_eq!(japanese, lang == Lang::Ja, "{}", words.news);
        }
    }
}

#[test]
fn a_serial_number_is_shown_by_its_end_only() {
    for letter in every() {
        let words = words(&letter, Lang::En, Timestamp::UNIX_EPOCH);
        let text = format!("{words:?}");
        assert!(!text.to_lowercase().contains("0123456789abcdef"), "{text}");
    }
    assert_eq!(word::serial("0123456789abcdef"), "89ABCDEF");
    assert_eq!(word::serial("ab"), "AB");
    assert_eq!(To::hint(""), "****");
}

#[test]
fn days_are_counted_on_the_calendar_in_japan() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let end = at("2027-11-22T14:59:59Z");
    let left = |now: &str| word::days_left(end, at(now));
    assert_eq!(left("2027-10-13T15:00:00Z"), 39, "14 October in Japan");
    assert_eq!(left("2027-10-13T14:59:59Z"), 40, "13 October in Japan");
    assert_eq!(left("2027-11-12T00:00:00Z"), 10);
    assert_eq!(left("2027-11-22T14:00:00Z"), 0);
    assert_eq!(left("2026-11-22T15:00:00Z"), 364);
}
