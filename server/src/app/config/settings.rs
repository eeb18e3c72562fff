//! From the file to the plain data for services, CA and pages.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::sections::{self, CertificateNames, Config};
use crate::ca::profile::ClientProfile;
use crate::ca::{CaId, IssuerId};
use crate::http::console::presence::Presence;
use crate::http::rate::Rate;
use crate::http::site::{Bilingual, HelpDesk, Site};
use crate::services::accounts::passwords::PasswordSettings;
use crate::services::settings::{Bank, LockSettings, Periods, Settings};
use crate::services::validation::{CharacterSettings, PasswordLength};

impl Config {
    /// Settings of the services; the mail server is in [`crate::app::mail`].
    pub fn settings(&self) -> Settings {
        let hours = |n: u32| SignedDuration::from_hours(i64::from(n));
        let minutes = |n: u32| SignedDuration::from_mins(i64::from(n));
        let p = &self.periods;
        Settings {
            bank: Bank {
                id: self.bank.id.clone(),
                name_ja: self.bank.name.ja.clone(),
                name_en: self.bank.name.en.clone(),
            },
            periods: Periods {
                grant: hours(p.grant_days.saturating_mul(24)),
                reissue_wait: hours(p.reissue_wait_hours),
                recent: hours(p.recent_days.saturating_mul(24)),
                renewal_window: hours(p.renewal_window_days.saturating_mul(24)),
                last_notice: hours(p.last_notice_days.saturating_mul(24)),
                pick_up: SignedDuration::from_secs(i64::from(p.pick_up_seconds)),
                enrolment: minutes(p.enrolment_minutes),
                idle: minutes(p.idle_minutes),
                session: hours(p.session_hours),
                crl: hours(p.crl_hours),
                crl_backdate: minutes(p.crl_backdate_minutes),
                ocsp: hours(p.ocsp_hours),
                ocsp_backdate: SignedDuration::from_secs(i64::from(p.ocsp_backdate_seconds)),
                ocsp_signer: hours(p.ocsp_signer_days.saturating_mul(24)),
            },
            locks: LockSettings {
                temporary_after: self.locks.temporary_after,
                temporary_for: minutes(self.locks.temporary_minutes),
                suspended_after: self.locks.suspended_after,
                forgotten_after: hours(self.locks.forgotten_hours),
            },
            passwords: PasswordSettings {
                length: PasswordLength {
                    min: self.passwords.min,
                    max: self.passwords.max,
                },
                acquisition: self.passwords.acquisition_password,
                memory_kib: self.argon2.memory_kib,
                iterations: self.argon2.iterations,
                parallelism: self.argon2.parallelism,
                ..PasswordSettings::default()
            },
            characters: CharacterSettings {
                login_id_symbols: self.characters.login_id_symbols.clone(),
                kana_symbols: self.characters.kana_symbols.clone(),
            },
            key_algorithms: self.bank.key_algorithms.clone(),
            warnings: self.warnings.limits(),
            mail: None,
        }
    }

    /// Names and URLs that a CA puts into certificates.
    pub fn profile(&self, ca: impl Into<CaId>) -> ClientProfile {
        let ca = ca.into();
        let names: &CertificateNames = match ca.issuer {
            IssuerId::Customer => &self.customer_certificate,
            IssuerId::Staff => &self.staff_certificate,
        };
        let public = &self.public.url;
        ClientProfile {
            organization: names.organization.clone(),
            organizational_unit: names.organizational_unit.clone(),
            common_name_prefix: names.common_name_prefix.clone(),
            crl_base: format!("{public}/crl/{ca}"),
            crl_shard_months: self.periods.crl_shard_months,
            ocsp_url: format!("{public}/ocsp"),
            ca_issuers_url: format!("{public}/ca/{ca}.crt"),
            policy_oid: names.policy_oid.clone(),
        }
    }

    /// The bank as the pages show it.
    pub fn site(&self) -> Arc<Site> {
        let desk = &self.bank.help_desk;
        Arc::new(Site {
            bank: both(&self.bank.name),
            help_desk: HelpDesk {
                name: both(&desk.name),
                telephone: desk.telephone.clone(),
                hours: desk.hours.iter().map(both).collect(),
            },
            agent_download: self.bank.agent_download.clone(),
            downloads: self.bank.downloads.shown(),
            portal: self.portal.url.clone(),
            certificate: self.certificate.url.clone(),
            staff: self.staff.url.clone(),
        })
    }

    /// How long a handshake with a staff token counts.
    pub fn presence(&self) -> Presence {
        Presence {
            idle: SignedDuration::from_mins(i64::from(self.console.idle_minutes)),
            handshake: Duration::from_secs(u64::from(self.console.fresh_handshake_seconds)),
        }
    }

    /// Posts with a password.
    pub fn password_rate(&self) -> Rate {
        Rate {
            burst: self.rates.password_burst,
            per_minute: self.rates.password_per_minute,
        }
    }

    /// Posts of agents and EST clients.
    pub fn machine_rate(&self) -> Rate {
        Rate {
            burst: self.rates.machine_burst,
            per_minute: self.rates.machine_per_minute,
        }
    }

    /// Requests to the staff API.
    pub fn api_rate(&self) -> Rate {
        Rate {
            burst: self.rates.api_burst,
            per_minute: self.rates.api_per_minute,
        }
    }
}

fn both(text: &sections::Bilingual) -> Bilingual {
    Bilingual {
        ja: text.ja.clone(),
        en: text.en.clone(),
    }
}
