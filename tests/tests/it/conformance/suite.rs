//! The checks, one after the other, on one token; each uses what the earlier ones left.

use std::collections::BTreeMap;

use inkan_agent::error::TokenError;
use inkan_agent::keystore::content::KeyEntry;
use inkan_agent::token::open_token::OpenToken;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_tests::Outcome;

use super::check::Check;
use super::target::TokenUnderTest;
use super::verdict::{Cell, Observation, verdict};
use super::{overhead, report, steps};

/// A token on its way through the checks.
#[derive(Debug)]
pub(crate) struct Subject {
    /// The token under test.
    pub(crate) target: TokenUnderTest,
    /// The token, while it is open.
    token: Option<OpenToken>,
    /// The keys that were generated, one of each type.
    pub(crate) keys: BTreeMap<KeyAlgorithm, KeyEntry>,
    /// The certificates that were written, and the keys they are for.
    pub(crate) certificates: Vec<(KeyEntry, Vec<u8>)>,
}

/// The result of a check. `Err` is a no, with the error that the token or the test reports.
pub(crate) type CheckResult = Result<Observation, Refusal>;

/// The reason.
#[derive(Debug)]
pub(crate) struct Refusal(String);

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self(format!("{error:?}"))
    }
}

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<Complaint<E>> for Refusal {
    fn from(Complaint(error): Complaint<E>) -> Self {
        Self(inkan_tests::whole_story(error.into().as_ref()))
    }
}

/// Converts any other error into a [`Refusal`].
#[derive(Debug)]
pub(crate) struct Complaint<E>(pub(crate) E);

/// A no, with the test's own reason.
pub(crate) fn no<T>(what: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(what.into()))
}

/// A yes without a remark.
pub(crate) fn yes() -> CheckResult {
    Ok(Observation::Yes(String::new()))
}

impl Subject {
    /// The token, opened and logged in if it was not.
    pub(crate) fn token(&mut self) -> Result<OpenToken, Refusal> {
        if self.token.is_none() {
            let opened = self.target.open_and_log_in();
            self.token = Some(opened.map_err(Complaint)?);
        }
        match &self.token {
            Some(token) => Ok(token.clone()),
            None => no("it is not open"),
        }
    }

    /// Keeps this as the open token.
    pub(crate) fn keep_open(&mut self, token: OpenToken) {
        self.token = Some(token);
    }

    /// Closes it; the next use opens it again.
    pub(crate) fn close(&mut self) {
        self.token = None;
    }

    /// Any key: one that was generated here, otherwise one that exists.
    pub(crate) fn any_key(&mut self) -> Result<KeyEntry, Refusal> {
        if let Some(key) = self.keys.values().next() {
            return Ok(key.clone());
        }
        let content = self.token()?.content()?;
        let mut keys = content.keys.into_iter();
        keys.find(|key| !key.always_authenticate)
            .map_or_else(|| no("it has no key"), Ok)
    }

    /// A key of this type: one that was generated here, otherwise one that exists.
    pub(crate) fn key_of(&mut self, algorithm: KeyAlgorithm) -> Result<Option<KeyEntry>, Refusal> {
        if let Some(key) = self.keys.get(&algorithm) {
            return Ok(Some(key.clone()));
        }
        let content = self.token()?.content()?;
        let mut keys: Vec<_> = content.keys;
        keys.retain(|key| key.algorithm == algorithm);
        keys.sort_by_key(|key| key.always_authenticate);
        Ok(keys.into_iter().next())
    }
}

/// Runs every check and writes the token's column; an error lists all surprises.
pub(crate) fn run(target: TokenUnderTest) -> Outcome {
    let mut subject = Subject {
        target,
        token: None,
        keys: BTreeMap::new(),
        certificates: Vec::new(),
    };
    let mut cells: Vec<Cell> = Vec::new();
    let mut overhead = None;
    let all = std::env::var_os("INKAN_CONFORMANCE").is_some_and(|wanted| wanted == "all");
    for check in Check::ALL {
        if !all && subject.target.slow.contains(&check) {
            cells.push(Cell::left_out(check));
            continue;
        }
        let seen =
            steps::take(&mut subject, check).unwrap_or_else(|Refusal(why)| Observation::No(why));
        // A token is not reused after a failed check. But a new login would hide what is checked about a wrong PIN.
        if matches!(seen, Observation::No(_)) && !check.is_about_login() {
            subject.close();
        }
        cells.push(verdict(check, &seen, subject.target.known));
        // While it is logged in and has its keys.
        if check == Check::Csr {
            overhead = overhead::measure(&mut subject);
        }
    }
    report::write(subject.target.name, &cells, overhead)?;
    let surprises: Vec<String> = cells
        .iter()
        .filter_map(|cell| Some(format!("{}: {}", cell.check, cell.surprise.as_ref()?)))
        .collect();
    if surprises.is_empty() {
        return Ok(());
    }
    Err(format!("{}:\n{}", subject.target.name, surprises.join("\n")).into())
}
