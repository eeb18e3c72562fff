//! `[warnings]`: how many days before the expiry of each item of the bank's own its operators are warned, and their
//! addresses.

use jiff::SignedDuration;
use lettre::Address;
use serde::{Deserialize, Serialize};

use super::check::Checker;
use super::sections::Config;
use crate::services::operations::expiry::Limits;

/// Maximum number of addresses.
const MOST: usize = 20;

/// `[warnings]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Warnings {
    /// The root's certificate.
    pub root_days: u32,
    /// A CA's certificate, and the last day on which it can sign.
    pub ca_days: u32,
    /// A listener's certificate.
    pub tls_days: u32,
    /// A staff member's certificate.
    pub staff_days: u32,
    /// The root CRL.
    pub root_crl_days: u32,
    /// The recipients.
    pub operators: Vec<String>,
}

impl Default for Warnings {
    fn default() -> Self {
        Self {
            root_days: 730,
            ca_days: 180,
            tls_days: 30,
            staff_days: 30,
            root_crl_days: 60,
            operators: Vec::new(),
        }
    }
}

impl Warnings {
    /// In the form for the service.
    pub fn limits(&self) -> Limits {
        let days = |n: u32| SignedDuration::from_hours(i64::from(n) * 24);
        Limits {
            root: days(self.root_days),
            ca: days(self.ca_days),
            tls: days(self.tls_days),
            staff: days(self.staff_days),
            root_crl: days(self.root_crl_days),
            operators: self.operators.clone(),
        }
    }
}

impl Checker<'_> {
    pub(super) fn warnings(&self, config: &Config) {
        let w = &config.warnings;
        for (field, days, most) in [
            ("warnings.root_days", w.root_days, 7300),
            ("warnings.ca_days", w.ca_days, 3650),
            ("warnings.tls_days", w.tls_days, 365),
            ("warnings.staff_days", w.staff_days, 365),
            ("warnings.root_crl_days", w.root_crl_days, 1100),
        ] {
            self.within(field, days, 1..=most);
        }
        let field = "warnings.operators";
        if w.operators.len() > MOST {
            let next = format!("Name {MOST} at most, or a mailing list.");
            self.fail(field, "too many addresses", next);
        }
        for address in &w.operators {
            if address.parse::<Address>().is_err() {
                let next = "Write it as name@host.";
                self.fail(field, format!("\"{address}\" is not an address"), next);
            }
        }
        if !w.operators.is_empty() && config.mail.is_none() {
            let next = "Add the section [mail], or remove the addresses.";
            self.fail(field, "there is no mail server to send by", next);
        }
    }
}
