//! What a type cannot express: ranges, origins, files that must exist.
//!
//! The content of those files is checked in `app::findings`.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::Path;

use inkan_pki::messages::identifier::Identifier;

use super::error::ConfigError;
use super::sections::{Config, TlsListener};
use crate::ca::IssuerId;
use crate::ca::profile::ClientProfile;
use crate::store::postgres_url;

/// The maximum length of a login ID.
const LONGEST_LOGIN_ID: &str = "abcdefghijkl";

/// Checks a parsed configuration; returns everything that is wrong.
pub fn check(config: &Config, file: &Path) -> Vec<ConfigError> {
    let checker = Checker {
        file,
        found: RefCell::default(),
    };
    checker.bank(config);
    checker.store(&config.store.url);
    checker.tls("portal", &config.portal);
    checker.tls("certificate", &config.certificate);
    checker.tls("staff", &config.staff);
    checker.origin("public.url", &config.public.url, "http://");
    checker.hsms(&config.hsm);
    checker.profile("customer_certificate", &config.profile(IssuerId::Customer));
    checker.profile("staff_certificate", &config.profile(IssuerId::Staff));
    checker.generations("customer_ca", &config.customer_ca);
    checker.generations("staff_ca", &config.staff_ca);
    if let Some(mail) = &config.mail {
        checker.mail(mail);
    }
    checker.warnings(config);
    checker.rollback(config);
    checker.numbers(config);
    checker.log(&config.log.level);
    checker.found.into_inner()
}

pub(super) struct Checker<'a> {
    file: &'a Path,
    found: RefCell<Vec<ConfigError>>,
}

impl Checker<'_> {
    pub(super) fn fail(&self, field: &str, problem: impl Display, next: impl Display) {
        self.found.borrow_mut().push(ConfigError::Field {
            file: self.file.to_owned(),
            field: field.to_owned(),
            problem: problem.to_string(),
            next: next.to_string(),
        });
    }

    fn bank(&self, config: &Config) {
        if let Err(error) = Identifier::new(config.bank.id.as_str()) {
            self.fail("bank.id", error, "Use letters, digits, _ and - only.");
        }
        if config.bank.key_algorithms.is_empty() {
            let next = "Name at least one, the preferred one first.";
            self.fail("bank.key_algorithms", "is empty", next);
        }
        for (field, text) in [
            ("bank.name.ja", &config.bank.name.ja),
            ("bank.name.en", &config.bank.name.en),
            ("bank.help_desk.telephone", &config.bank.help_desk.telephone),
        ] {
            if text.trim().is_empty() {
                self.fail(field, "is empty", "Customers are shown this text.");
            }
        }
        let insecure = |place: &String| !place.starts_with("https://");
        if config.bank.agent_download.as_ref().is_some_and(insecure) {
            let next = "Customers install the program from there: give an https:// address.";
            self.fail("bank.agent_download", "is not https", next);
        }
        self.downloads(&config.bank.downloads);
    }

    /// The URL itself is not repeated: it may contain a password.
    fn store(&self, url: &str) {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            if let Err(fault) = postgres_url::tls_files(url) {
                let problem = format!("{fault} [{}]", fault.code());
                self.fail("store.url", problem, fault.next());
            }
            return;
        }
        if url.starts_with("sqlite:///") {
            return;
        }
        let next = "Write sqlite:///absolute/path.db or postgres://….";
        self.fail("store.url", "is neither SQLite nor PostgreSQL", next)
    }

    fn tls(&self, section: &str, listener: &TlsListener) {
        self.origin(&format!("{section}.url"), &listener.url, "https://");
        let next = "give the PEM file of this listener";
        self.file(
            &format!("{section}.tls_certificate"),
            &listener.tls_certificate,
            next,
        );
        self.file(&format!("{section}.tls_key"), &listener.tls_key, next);
        self.within(
            &format!("{section}.connections"),
            listener.connections,
            1..=100_000,
        );
        self.within(
            &format!("{section}.connections_per_address"),
            listener.per_address(),
            1..=100_000,
        )
    }

    pub(super) fn origin(&self, field: &str, url: &str, scheme: &str) {
        let rest = url.strip_prefix(scheme).unwrap_or_default();
        let good = !rest.is_empty()
            && rest
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b));
        if good {
            return;
        }
        let next = format!("Write {scheme}host or {scheme}host:port, without a path.");
        self.fail(field, format!("\"{url}\" is not an origin"), next)
    }

    pub(super) fn file(&self, field: &str, path: &Path, next: &str) {
        if path.is_file() {
            return;
        }
        let problem = format!("{} does not exist or is not a file", path.display());
        self.fail(field, problem, format!("Correct the path, or {next}."))
    }

    pub(super) fn within<T: PartialOrd + Display>(
        &self,
        field: &str,
        value: T,
        range: RangeInclusive<T>,
    ) {
        if range.contains(&value) {
            return;
        }
        let next = format!("Use {} to {}.", range.start(), range.end());
        self.fail(field, format!("{value} is out of range"), next)
    }

    /// What issuing would detect later: names that are too long, an invalid OID.
    fn profile(&self, section: &str, profile: &ClientProfile) {
        if let Err(error) = profile.check(LONGEST_LOGIN_ID) {
            let next = "Shorten the names (a login ID has up to 12 characters; the CN at most 64), \
                        and write the policy as a dotted OID.";
            self.fail(section, error, next)
        }
    }

    fn numbers(&self, c: &Config) {
        let p = &c.periods;
        self.within("periods.grant_days", p.grant_days, 1..=3650);
        self.within("periods.reissue_wait_hours", p.reissue_wait_hours, 0..=720);
        self.within("periods.recent_days", p.recent_days, 1..=365);
        self.within(
            "periods.renewal_window_days",
            p.renewal_window_days,
            1..=364,
        );
        self.within(
            "periods.last_notice_days",
            p.last_notice_days,
            1..=p.renewal_window_days,
        );
        self.within("periods.pick_up_seconds", p.pick_up_seconds, 10..=3600);
        self.within("periods.enrolment_minutes", p.enrolment_minutes, 1..=1440);
        self.within("periods.idle_minutes", p.idle_minutes, 1..=1440);
        self.within("periods.session_hours", p.session_hours, 1..=168);
        self.within("periods.crl_hours", p.crl_hours, 1..=8760);
        self.within("periods.crl_shard_months", p.crl_shard_months, 0..=12);
        self.within("periods.ocsp_hours", p.ocsp_hours, 1..=168);
        self.within(
            "periods.crl_backdate_minutes",
            p.crl_backdate_minutes,
            0..=60,
        );
        // The signer's certificate begins five minutes in the past.
        self.within(
            "periods.ocsp_backdate_seconds",
            p.ocsp_backdate_seconds,
            0..=300,
        );
        self.within("periods.ocsp_signer_days", p.ocsp_signer_days, 22..=730);
        self.within("console.idle_minutes", c.console.idle_minutes, 1..=480);
        self.within(
            "console.fresh_handshake_seconds",
            c.console.fresh_handshake_seconds,
            10..=900,
        );
        self.within("passwords.max", c.passwords.max, 6..=128);
        self.within("passwords.min", c.passwords.min, 4..=c.passwords.max);
        let lanes = c.argon2.parallelism;
        self.within("argon2.parallelism", lanes, 1..=64);
        self.within("argon2.iterations", c.argon2.iterations, 1..=100);
        // RFC 9106, 3.1: at least 8 KiB per lane.
        self.within(
            "argon2.memory_kib",
            c.argon2.memory_kib,
            lanes.saturating_mul(8)..=4_194_304,
        );
        self.within("locks.suspended_after", c.locks.suspended_after, 2..=1000);
        self.within("locks.forgotten_hours", c.locks.forgotten_hours, 1..=8760);
        self.within(
            "locks.temporary_after",
            c.locks.temporary_after,
            1..=c.locks.suspended_after,
        );
        self.within(
            "locks.temporary_minutes",
            c.locks.temporary_minutes,
            1..=10_080,
        );
        self.within("public.connections", c.public.connections, 1..=100_000);
        self.within(
            "public.connections_per_address",
            c.public.per_address(),
            1..=100_000,
        );
        for (field, rate) in [
            ("rates.password_burst", c.rates.password_burst),
            ("rates.password_per_minute", c.rates.password_per_minute),
            ("rates.machine_burst", c.rates.machine_burst),
            ("rates.machine_per_minute", c.rates.machine_per_minute),
            ("rates.api_burst", c.rates.api_burst),
            ("rates.api_per_minute", c.rates.api_per_minute),
        ] {
            self.within(field, rate, 1..=1_000_000);
        }
    }

    fn log(&self, level: &str) {
        if ["error", "warn", "info", "debug", "trace"].contains(&level) {
            return;
        }
        let next = "Use error, warn, info, debug or trace.";
        self.fail("log.level", format!("\"{level}\" is not a level"), next)
    }
}
