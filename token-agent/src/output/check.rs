//! The checks of the self-test, as terminal, JSON and report show them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// What is checked. The names in JSON are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckId {
    /// System, program and output.
    System,
    /// The configuration directory.
    Directory,
    /// The bank files.
    BankFiles,
    /// The connection to a bank, and its clock.
    Clock,
    /// The proxy settings.
    Proxy,
    /// Locks between two agents.
    Instance,
    /// The program that opens links.
    LinkScheme,
    /// The smart card service and its readers.
    Readers,
    /// The token drivers.
    Drivers,
    /// The links from certificates to their keys.
    StoreLinks,
    /// The life of a throw-away key.
    KeyStore,
    /// TLS 1.2 with that key.
    #[serde(rename = "tls-1.2")]
    Tls12,
    /// TLS 1.3 with that key.
    #[serde(rename = "tls-1.3")]
    Tls13,
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckResult {
    /// It works.
    Ok,
    /// It does not work.
    Failed,
    /// It could not be checked here.
    NotPossible,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// What is checked.
    pub check: CheckId,
    /// Which one of several, by kind and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The result.
    pub result: CheckResult,
    /// Stable code of the failure or obstacle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What system, token or TLS reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What was found.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<&'static str, Value>,
    /// The failure or obstacle as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The report of a self-test. It contains nothing that names a user, a computer, a bank or a token.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SelfTestReport {
    /// Version of this format.
    pub schema: u8,
    /// Version of the agent.
    pub agent: &'static str,
    /// When it was made.
    pub at: Timestamp,
    /// How many checks were passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many were not possible.
    pub not_possible: usize,
    /// The checks in their order.
    pub checks: Vec<Check>,
}

impl SelfTestReport {
    /// Counts the results.
    #[must_use]
    pub fn new(at: Timestamp, checks: Vec<Check>) -> Self {
        let count = |result| checks.iter().filter(|c| c.result == result).count();
        Self {
            schema: 1,
            agent: env!("CARGO_PKG_VERSION"),
            at,
            passed: count(CheckResult::Ok),
            failed: count(CheckResult::Failed),
            not_possible: count(CheckResult::NotPossible),
            checks,
        }
    }

    /// Whether all of these checks were made and passed.
    #[must_use]
    pub fn all_ok(&self, wanted: &[CheckId]) -> bool {
        wanted.iter().all(|wanted| {
            let mut of_one = self.checks.iter().filter(|c| c.check == *wanted).peekable();
            of_one.peek().is_some() && of_one.all(|c| c.result == CheckResult::Ok)
        })
    }

    /// Whether a key lived in at least one store.
    #[must_use]
    pub fn tested_a_key(&self) -> bool {
        let passed = |c: &Check| c.check == CheckId::KeyStore && c.result == CheckResult::Ok;
        self.checks.iter().any(passed)
    }
}
