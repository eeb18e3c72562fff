//! The content of a message, as data. It is stored until the message is sent, so it contains no secret: no password, no
//! PIN, no full login ID, no account number.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use super::expiring_item::ExpiringItem;

/// The language of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Japanese.
    Ja,
    /// English.
    En,
}

impl Lang {
    /// One of two texts.
    pub fn pick<T>(self, ja: T, en: T) -> T {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }

    /// BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.pick("ja", "en")
    }
}

/// The recipient, for the message's own text. None of this is ever part of a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct To {
    /// The company's name.
    pub company: String,
    /// The person's name.
    pub person: String,
    /// Enough of the login ID to recognise it.
    pub login_hint: String,
}

impl To {
    /// The beginning of a login ID, then always as many stars.
    #[must_use]
    pub fn hint(login_id: &str) -> String {
        let shown: String = login_id.chars().take(2).collect();
        format!("{shown}****")
    }
}

/// Which of the passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Password {
    /// For logging in.
    Login,
    /// The same, typed without the certificate that the contract requires, where it opens nothing.
    LoginWithoutCertificate,
    /// For confirming.
    Confirmation,
    /// For getting a certificate.
    Acquisition,
}

/// A registered detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detail {
    /// 利用者名.
    UserName,
    /// E-mail address.
    Email,
    /// 企業名.
    CompanyName,
    /// 企業名(カナ).
    CompanyKana,
    /// 代表口座.
    Account,
}

/// By whom a certificate was revoked or suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The user.
    Yourself,
    /// Somebody else of the same contract.
    Colleague,
    /// The bank.
    Bank,
    /// Cancellation of the contract.
    ContractEnd,
}

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Notification {
    /// A login ID was registered.
    LoginIdRegistered {
        /// When.
        at: Timestamp,
    },
    /// A first certificate, or one after a revocation, is in use.
    CertificateIssued {
        /// Its serial number.
        serial: String,
        /// Its expiry.
        not_after: Timestamp,
    },
    /// A successor is in use; its predecessor no longer is.
    CertificateRenewed {
        /// Serial number of the new one.
        serial: String,
        /// Expiry of the new one.
        not_after: Timestamp,
        /// Serial number of the old one.
        previous: String,
    },
    /// A certificate was revoked.
    CertificateRevoked {
        /// Its serial number.
        serial: String,
        /// When.
        at: Timestamp,
        /// By whom.
        by: By,
    },
    /// A certificate is suspended.
    CertificateSuspended {
        /// Its serial number.
        serial: String,
        /// When.
        at: Timestamp,
        /// By whom.
        by: By,
    },
    /// A suspended certificate was released.
    CertificateReleased {
        /// Its serial number.
        serial: String,
        /// When.
        at: Timestamp,
    },
    /// A certificate that was being issued was revoked before its first use, and the grant is open again.
    CertificateGivenUp {
        /// Its serial number.
        serial: String,
        /// When.
        at: Timestamp,
    },
    /// Wrong passwords: locked for a while.
    PasswordLocked {
        /// Which one.
        password: Password,
        /// Until when.
        until: Timestamp,
    },
    /// Wrong passwords: suspended until the bank releases it.
    PasswordSuspended {
        /// Which one.
        password: Password,
        /// Since when.
        at: Timestamp,
    },
    /// A lock after wrong passwords was released.
    PasswordReleased {
        /// Which one.
        password: Password,
        /// When.
        at: Timestamp,
        /// By whom.
        by: By,
    },
    /// The user has a new password.
    PasswordChanged {
        /// Which one.
        password: Password,
        /// When.
        at: Timestamp,
    },
    /// Forgotten passwords: the bank approved a reset; the passwords are still valid.
    PasswordResetApproved {
        /// When.
        at: Timestamp,
    },
    /// The letter with temporary passwords was issued; the earlier passwords are invalid.
    PasswordsReset {
        /// When.
        at: Timestamp,
    },
    /// A certificate will expire.
    CertificateExpiring {
        /// Its serial number.
        serial: String,
        /// Its expiry.
        not_after: Timestamp,
    },
    /// An application was approved: a certificate can be issued now.
    GrantGiven {
        /// The issue deadline.
        until: Timestamp,
    },
    /// A re-issue was approved, and has to wait: to everybody of the contract.
    ReissueApproved {
        /// The user who may use it, as a hint.
        whose: String,
        /// From when.
        from: Timestamp,
        /// The issue deadline.
        until: Timestamp,
    },
    /// Staff stopped an approved issue: to everybody of the contract.
    GrantStopped {
        /// The user who could have used it, as a hint.
        whose: String,
        /// When.
        at: Timestamp,
    },
    /// Registered details were changed: to the old address and the new one.
    DetailsChanged {
        /// Which ones; never their values.
        details: Vec<Detail>,
        /// When.
        at: Timestamp,
        /// By whom.
        by: By,
    },
    /// The use of a user ended: to everybody of the contract.
    UserLeft {
        /// The user, as a hint.
        whose: String,
        /// The next master, as a hint, if the user was it.
        next_master: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// The contract is on ID・パスワード方式 again: to everybody of the contract.
    PasswordMethod {
        /// When.
        at: Timestamp,
    },
    /// An approved application was not used before its deadline.
    GrantLapsed {
        /// The deadline.
        at: Timestamp,
    },
    /// To the bank's operators: something of the bank's own expires.
    SystemExpiring {
        /// Its kind.
        item: ExpiringItem,
        /// Its name.
        name: String,
        /// Its expiry.
        ends: Timestamp,
        /// A further problem with it.
        error: Option<String>,
    },
}

impl Notification {
    /// Its stable word, as in the database.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::LoginIdRegistered { .. } => "login-id-registered",
            Self::CertificateIssued { .. } => "certificate-issued",
            Self::CertificateRenewed { .. } => "certificate-renewed",
            Self::CertificateRevoked { .. } => "certificate-revoked",
            Self::CertificateSuspended { .. } => "certificate-suspended",
            Self::CertificateReleased { .. } => "certificate-released",
            Self::CertificateGivenUp { .. } => "certificate-given-up",
            Self::PasswordLocked { .. } => "password-locked",
            Self::PasswordSuspended { .. } => "password-suspended",
            Self::PasswordReleased { .. } => "password-released",
            Self::PasswordChanged { .. } => "password-changed",
            Self::PasswordResetApproved { .. } => "password-reset-approved",
            Self::PasswordsReset { .. } => "passwords-reset",
            Self::CertificateExpiring { .. } => "certificate-expiring",
            Self::GrantGiven { .. } => "grant-given",
            Self::GrantLapsed { .. } => "grant-lapsed",
            Self::ReissueApproved { .. } => "reissue-approved",
            Self::GrantStopped { .. } => "grant-stopped",
            Self::DetailsChanged { .. } => "details-changed",
            Self::UserLeft { .. } => "user-left",
            Self::PasswordMethod { .. } => "password-method",
            Self::SystemExpiring { .. } => "system-expiring",
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_tells_neither_the_login_id_nor_its_length() {
        assert_eq!(To::hint("hanakodt"), "ha****");
        assert_eq!(To::hint("hanako"), "ha****");
        assert_eq!(To::hint("x"), "x****");
    }

    #[test]
    fn the_word_of_a_message_is_the_one_it_is_stored_under() {
        let notification = Notification::CertificateExpiring {
            serial: "01".into(),
            not_after: Timestamp::UNIX_EPOCH,
        };
        let stored = serde_json::to_value(&notification).unwrap();
        assert_eq!(stored["kind"], notification.kind());
        assert_eq!(
            serde_json::from_value::<Notification>(stored).unwrap(),
            notification
        );
    }
}
