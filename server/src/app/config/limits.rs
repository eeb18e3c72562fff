//! The sections that have defaults.

use serde::{Deserialize, Serialize};

use crate::http::est::EstEncoding;

/// `[periods]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Periods {
    /// 取得期限: days for which a grant is valid.
    pub grant_days: u32,
    /// Hours between the approval of a re-issue and its first use; 0: none.
    pub reissue_wait_hours: u32,
    /// Days of issues and changes that an approver sees.
    pub recent_days: u32,
    /// Days before expiry in which the customer may renew.
    pub renewal_window_days: u32,
    /// Days before expiry at which the second mail is sent.
    pub last_notice_days: u32,
    /// Seconds a page's request waits for the agent.
    pub pick_up_seconds: u32,
    /// Minutes the agent has from then on.
    pub enrolment_minutes: u32,
    /// Minutes without use after which a session ends.
    pub idle_minutes: u32,
    /// Hours after which a session ends in any case.
    pub session_hours: u32,
    /// Hours for which a CRL is valid.
    pub crl_hours: u32,
    /// Minutes by which a CRL begins in the past, for slow clocks.
    pub crl_backdate_minutes: u32,
    /// Months of issue that share a CRL shard; 0: no shards.
    pub crl_shard_months: u32,
    /// Hours for which an OCSP response is valid.
    pub ocsp_hours: u32,
    /// Seconds by which an OCSP response begins in the past.
    pub ocsp_backdate_seconds: u32,
    /// Days for which the OCSP signer's certificate is valid.
    pub ocsp_signer_days: u32,
}

impl Default for Periods {
    fn default() -> Self {
        Self {
            grant_days: 80,
            reissue_wait_hours: 24,
            recent_days: 30,
            renewal_window_days: 40,
            last_notice_days: 10,
            pick_up_seconds: 60,
            enrolment_minutes: 15,
            idle_minutes: 10,
            session_hours: 8,
            crl_hours: 24,
            crl_backdate_minutes: 5,
            crl_shard_months: 3,
            ocsp_hours: 24,
            ocsp_backdate_seconds: 60,
            ocsp_signer_days: 30,
        }
    }
}

/// `[console]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Console {
    /// Minutes without use after which it is paused.
    pub idle_minutes: u32,
    /// Age of a handshake, in seconds, up to which a decision or a page with a secret is allowed.
    pub fresh_handshake_seconds: u32,
}

impl Default for Console {
    fn default() -> Self {
        Self {
            idle_minutes: 15,
            fresh_handshake_seconds: 120,
        }
    }
}

/// `[passwords]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Passwords {
    /// Shortest new password.
    pub min: usize,
    /// Longest new password.
    pub max: usize,
    /// Whether BSMS001 also requires 証明書取得用パスワード from the branch.
    pub acquisition_password: bool,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            min: 6,
            max: 12,
            acquisition_password: false,
        }
    }
}

/// `[argon2]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Argon2 {
    /// Memory of one hash.
    pub memory_kib: u32,
    /// Passes.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

impl Default for Argon2 {
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
        }
    }
}

/// `[locks]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Locks {
    /// Failures until 利用一時停止.
    pub temporary_after: u32,
    /// Minutes it lasts.
    pub temporary_minutes: u32,
    /// Failures until 利用停止.
    pub suspended_after: u32,
    /// Hours after the last failure without a certificate until they are forgotten.
    pub forgotten_hours: u32,
}

impl Default for Locks {
    fn default() -> Self {
        Self {
            temporary_after: 5,
            temporary_minutes: 30,
            suspended_after: 10,
            forgotten_hours: 24,
        }
    }
}

/// `[characters]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Characters {
    /// Half-width symbols a login ID may have.
    pub login_id_symbols: String,
    /// Half-width symbols 企業名(カナ) may have.
    pub kana_symbols: String,
}

impl Default for Characters {
    fn default() -> Self {
        let usual = crate::services::validation::CharacterSettings::default();
        Self {
            login_id_symbols: usual.login_id_symbols,
            kana_symbols: usual.kana_symbols,
        }
    }
}

/// `[est]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Est {
    /// Responses in lines of 64 characters, for clients older than RFC 8951 that need them.
    pub line_breaks: bool,
}

impl Est {
    /// In the form for the handlers.
    pub fn encoding(&self) -> EstEncoding {
        if self.line_breaks {
            EstEncoding::Lines
        } else {
            EstEncoding::OneLine
        }
    }
}

/// `[rates]`: token buckets per client address.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// Posts with a password, at once.
    pub password_burst: u32,
    /// Posts with a password, per minute.
    pub password_per_minute: u32,
    /// Posts of agents and EST clients, at once.
    pub machine_burst: u32,
    /// Posts of agents and EST clients, per minute.
    pub machine_per_minute: u32,
    /// Requests to the staff API, at once.
    pub api_burst: u32,
    /// Requests to the staff API, per minute.
    pub api_per_minute: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            password_burst: 20,
            password_per_minute: 20,
            machine_burst: 60,
            machine_per_minute: 120,
            api_burst: 120,
            api_per_minute: 1200,
        }
    }
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object per line.
    #[default]
    Json,
    /// For reading at a terminal.
    Text,
}

/// `[log]`: what goes to standard error.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `json` or `text`.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Json,
            level: "info".to_owned(),
        }
    }
}
