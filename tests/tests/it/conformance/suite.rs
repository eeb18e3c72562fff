//! The checks, one after the other, on one token; what one leaves behind the next one uses.

use std::collections::BTreeMap;

use inkan_agent::error::TokenError;
use inkan_agent::keystore::content::KeyEntry;
use inkan_agent::token::opened::OpenToken;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_tests::Outcome;

use super::check::Check;
use super::judge::{Cell, Seen, judge};
use super::mount::Mount;
use super::{overhead, report, steps};

/// A token on its way through the checks.
#[derive(Debug)]
pub(crate) struct Subject {
    /// Which.
    pub(crate) mount: Mount,
    /// As it is open now.
    token: Option<OpenToken>,
    /// The keys that were made, one of each type.
    pub(crate) keys: BTreeMap<KeyAlgorithm, KeyEntry>,
    /// The certificates that were written, and the keys they are for.
    pub(crate) certificates: Vec<(KeyEntry, Vec<u8>)>,
}

/// What a check gives: `Err` is a no, in the token's words or the test's.
pub(crate) type Said = Result<Seen, Refusal>;

/// Why not.
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

/// Any other error on its way to a [`Refusal`].
#[derive(Debug)]
pub(crate) struct Complaint<E>(pub(crate) E);

/// A no in the test's words.
pub(crate) fn no<T>(what: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(what.into()))
}

/// A yes without a word on how.
pub(crate) fn yes() -> Said {
    Ok(Seen::Yes(String::new()))
}

impl Subject {
    /// The token, opened and logged in if it was not.
    pub(crate) fn token(&mut self) -> Result<OpenToken, Refusal> {
        if self.token.is_none() {
            let opened = self.mount.open_and_log_in();
            self.token = Some(opened.map_err(Complaint)?);
        }
        match &self.token {
            Some(token) => Ok(token.clone()),
            None => no("it is not open"),
        }
    }

    /// From now on this is the open token.
    pub(crate) fn keep_open(&mut self, token: OpenToken) {
        self.token = Some(token);
    }

    /// Closes it: whoever asks for it next opens it anew.
    pub(crate) fn close(&mut self) {
        self.token = None;
    }

    /// A key to work with: one that was made here, else one that is there.
    pub(crate) fn any_key(&mut self) -> Result<KeyEntry, Refusal> {
        if let Some(key) = self.keys.values().next() {
            return Ok(key.clone());
        }
        let content = self.token()?.content()?;
        let mut keys = content.keys.into_iter();
        keys.find(|key| !key.asks_each_time)
            .map_or_else(|| no("it has no key"), Ok)
    }

    /// A key of this type: one that was made here, else one that is there.
    pub(crate) fn key_of(&mut self, algorithm: KeyAlgorithm) -> Result<Option<KeyEntry>, Refusal> {
        if let Some(key) = self.keys.get(&algorithm) {
            return Ok(Some(key.clone()));
        }
        let content = self.token()?.content()?;
        let mut keys: Vec<_> = content.keys;
        keys.retain(|key| key.algorithm == algorithm);
        keys.sort_by_key(|key| key.asks_each_time);
        Ok(keys.into_iter().next())
    }
}

/// Runs every check and writes the token's column; an error names every surprise.
pub(crate) fn run(mount: Mount) -> Outcome {
    let mut subject = Subject {
        mount,
        token: None,
        keys: BTreeMap::new(),
        certificates: Vec::new(),
    };
    let mut cells: Vec<Cell> = Vec::new();
    let mut overhead = None;
    let all = std::env::var_os("INKAN_CONFORMANCE").is_some_and(|wanted| wanted == "all");
    for check in Check::ALL {
        if !all && subject.mount.slow.contains(&check) {
            cells.push(Cell::left_out(check));
            continue;
        }
        let seen = steps::take(&mut subject, check).unwrap_or_else(|Refusal(why)| Seen::No(why));
        // What failed half way is not handed on; but a new login would hide what is asked about a wrong PIN.
        if matches!(seen, Seen::No(_)) && !check.is_about_login() {
            subject.close();
        }
        cells.push(judge(check, &seen, subject.mount.known));
        // While it is logged in and has its keys.
        if check == Check::Csr {
            overhead = overhead::measure(&mut subject);
        }
    }
    report::write(subject.mount.name, &cells, overhead)?;
    let surprises: Vec<String> = cells
        .iter()
        .filter_map(|cell| Some(format!("{}: {}", cell.check, cell.surprise.as_ref()?)))
        .collect();
    if surprises.is_empty() {
        return Ok(());
    }
    Err(format!("{}:\n{}", subject.mount.name, surprises.join("\n")).into())
}
