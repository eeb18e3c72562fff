//! The bank's settings as plain data. `app::config` fills it from the configuration file.

use std::sync::Arc;

use jiff::SignedDuration;

use inkan_pki::algorithm::KeyAlgorithm;

use super::validation::CharacterSettings;
use crate::mail::SmtpConfig;
use crate::services::accounts::passwords::PasswordSettings;

/// Everything a service needs to know about its bank.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The bank itself.
    pub bank: Bank,
    /// Periods.
    pub periods: Periods,
    /// Locking after wrong passwords (F4).
    pub locks: LockSettings,
    /// Passwords: length and hashing.
    pub passwords: PasswordSettings,
    /// Characters on which banks differ.
    pub characters: CharacterSettings,
    /// Key types offered to agents, preferred one first.
    pub key_algorithms: Vec<KeyAlgorithm>,
    /// When warnings about the bank's own certificates are sent, and to whom.
    pub warnings: crate::services::operations::expiry::Limits,
    /// The bank as a sender of mail; without it no message is written.
    pub mail: Option<Arc<SmtpConfig>>,
}

/// The bank's names.
#[derive(Debug, Clone)]
pub struct Bank {
    /// The `bank` of `inkan:` links.
    pub id: String,
    /// Name in Japanese.
    pub name_ja: String,
    /// Name in English.
    pub name_en: String,
}

/// Periods.
#[derive(Debug, Clone, Copy)]
pub struct Periods {
    /// 取得期限: how long a grant is valid.
    pub grant: SignedDuration,
    /// How long a re-issue waits between its approval and its first use; zero: not at all.
    pub reissue_wait: SignedDuration,
    /// How far back an approver sees issues and changes of a user.
    pub recent: SignedDuration,
    /// How long before expiry the customer may renew (R9).
    pub renewal_window: SignedDuration,
    /// How long before expiry the second notice is sent.
    pub last_notice: SignedDuration,
    /// How long a page's request waits for the agent.
    pub pick_up: SignedDuration,
    /// How long the agent has from then on.
    pub enrolment: SignedDuration,
    /// An unused session ends after this.
    pub idle: SignedDuration,
    /// A session ends after this in any case.
    pub session: SignedDuration,
    /// Validity of a CRL.
    pub crl: SignedDuration,
    /// How far in the past a CRL begins, for slow clocks.
    pub crl_backdate: SignedDuration,
    /// Validity of an OCSP response.
    pub ocsp: SignedDuration,
    /// How far in the past an OCSP response begins.
    pub ocsp_backdate: SignedDuration,
    /// Validity of the OCSP signer's certificate.
    pub ocsp_signer: SignedDuration,
}

impl Default for Periods {
    fn default() -> Self {
        Self {
            grant: SignedDuration::from_hours(80 * 24),
            reissue_wait: SignedDuration::from_hours(24),
            recent: SignedDuration::from_hours(30 * 24),
            renewal_window: SignedDuration::from_hours(40 * 24),
            last_notice: SignedDuration::from_hours(10 * 24),
            pick_up: SignedDuration::from_secs(60),
            enrolment: SignedDuration::from_mins(15),
            idle: SignedDuration::from_mins(10),
            session: SignedDuration::from_hours(8),
            crl: SignedDuration::from_hours(24),
            crl_backdate: SignedDuration::from_mins(5),
            ocsp: SignedDuration::from_hours(24),
            ocsp_backdate: SignedDuration::from_mins(1),
            ocsp_signer: SignedDuration::from_hours(30 * 24),
        }
    }
}

/// Thresholds of F4.
#[derive(Debug, Clone, Copy)]
pub struct LockSettings {
    /// Failures until 利用一時停止.
    pub temporary_after: u32,
    /// How long that lasts.
    pub temporary_for: SignedDuration,
    /// Failures until 利用停止.
    pub suspended_after: u32,
    /// Failures without a certificate are forgotten this long after the last one.
    pub forgotten_after: SignedDuration,
}

impl Default for LockSettings {
    fn default() -> Self {
        Self {
            temporary_after: 5,
            temporary_for: SignedDuration::from_mins(30),
            suspended_after: 10,
            forgotten_after: SignedDuration::from_hours(24),
        }
    }
}
