use super::*;
use crate::mail::notification::{Detail, ExpiringItem, To};

/// One of each kind: a new one must be added here, or this does not compile.
pub(crate) fn every() -> Vec<Notification> {
    let at = Timestamp::UNIX_EPOCH;
    let serial = || "0123456789abcdef".to_owned();
    let all = vec![
        Notification::LoginIdRegistered { at },
        Notification::CertificateIssued {
            serial: serial(),
            not_after: at,
        },
        Notification::CertificateRenewed {
            serial: serial(),
            not_after: at,
            previous: serial(),
        },
        Notification::CertificateRevoked {
            serial: serial(),
            at,
            by: By::Yourself,
        },
        Notification::CertificateSuspended {
            serial: serial(),
            at,
            by: By::Bank,
        },
        Notification::CertificateReleased {
            serial: serial(),
            at,
        },
        Notification::CertificateGivenUp {
            serial: serial(),
            at,
        },
        Notification::PasswordLocked {
            password: Password::Login,
            until: at,
        },
        Notification::PasswordReleased {
            password: Password::Login,
            at,
            by: By::Colleague,
        },
        Notification::PasswordChanged {
            password: Password::Acquisition,
            at,
        },
        Notification::PasswordResetApproved { at },
        Notification::PasswordsReset { at },
        Notification::PasswordSuspended {
            password: Password::Confirmation,
            at,
        },
        Notification::CertificateExpiring {
            serial: serial(),
            not_after: at,
        },
        Notification::GrantGiven { until: at },
        Notification::GrantLapsed { at },
        Notification::ReissueApproved {
            whose: "ha****".to_owned(),
            from: at,
            until: at,
        },
        Notification::GrantStopped {
            whose: "ha****".to_owned(),
            at,
        },
        Notification::DetailsChanged {
            details: vec![Detail::Email, Detail::CompanyName],
            at,
            by: By::Bank,
        },
        Notification::UserLeft {
            whose: "ha****".to_owned(),
            next_master: Some("ji****".to_owned()),
            at,
        },
        Notification::PasswordMethod { at },
        Notification::SystemExpiring {
            item: ExpiringItem::Listener,
            name: "portal".to_owned(),
            ends: at,
            error: None,
        },
    ];
    for notification in &all {
        match notification {
            Notification::LoginIdRegistered { .. }
            | Notification::CertificateIssued { .. }
            | Notification::CertificateRenewed { .. }
            | Notification::CertificateRevoked { .. }
            | Notification::CertificateSuspended { .. }
            | Notification::CertificateReleased { .. }
            | Notification::CertificateGivenUp { .. }
            | Notification::PasswordLocked { .. }
            | Notification::PasswordSuspended { .. }
            | Notification::PasswordReleased { .. }
            | Notification::PasswordChanged { .. }
            | Notification::PasswordResetApproved { .. }
            | Notification::PasswordsReset { .. }
            | Notification::CertificateExpiring { .. }
            | Notification::GrantGiven { .. }
            | Notification::GrantLapsed { .. }
            | Notification::ReissueApproved { .. }
            | Notification::GrantStopped { .. }
            | Notification::DetailsChanged { .. }
            | Notification::UserLeft { .. }
            | Notification::PasswordMethod { .. }
            | Notification::SystemExpiring { .. } => {}
        }
    }
    all
}

#[test]
fn every_message_has_words_in_both_languages() {
    for notification in every() {
        for lang in [Lang::Ja, Lang::En] {
            let words = words(&notification, lang, Timestamp::UNIX_EPOCH);
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
    for notification in every() {
        let words = words(&notification, Lang::En, Timestamp::UNIX_EPOCH);
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
