//! The key stores: in each a throw-away key of every type lives once, from generation to deletion.
//!
//! - [`open`]: the stores that need no PIN, and the named token
//! - [`links`]: certificates whose key cannot be found
//! - `throw_away`: the life of one key
//! - `left_over`: throw-away keys of an interrupted self-test
//! - `authority`: the CA of the throw-away certificates, in memory
//! - `loopback`: a TLS connection of this program to itself

mod authority;
mod left_over;
pub(super) mod links;
mod loopback;
pub(super) mod open;
mod throw_away;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use inkan_pki::algorithm::KeyAlgorithm;

use super::finding::{Finding, Obstacle, Verdict};
use super::running::Running;
use crate::error::Failure;
use crate::output::check::CheckId;
use authority::Authority;
use open::{State, Store};

/// The types that banks and stores have in common.
const ALGORITHMS: [KeyAlgorithm; 2] = [KeyAlgorithm::EcP256, KeyAlgorithm::Rsa2048];

/// Checks every store, and TLS with its keys.
///
/// # Errors
/// Cancelled.
pub(super) fn check(running: &Running<'_>, stores: Vec<Store>) -> Result<(), Failure> {
    if stores.is_empty() {
        return running.report(Finding::not_possible(CheckId::KeyStore, Obstacle::NoStore));
    }
    let authority = Authority::new(running.context.clock.now())?;
    for store in &stores {
        let closed = |verdict| {
            let mut finding = Finding::ok(CheckId::KeyStore).of(store.subject.as_str());
            finding.verdict = verdict;
            finding.fact("model", store.model.as_str())
        };
        let token = match &store.state {
            State::Closed(verdict) => {
                running.report(closed(verdict.clone()))?;
                continue;
            }
            State::Open { token, .. } => token,
        };
        let able = token.with(|store| Ok(store.capabilities()))?;
        if !able.generate || !able.delete_keys {
            running.report(closed(Verdict::NotPossible(Obstacle::CannotDelete)))?;
            continue;
        }
        left_over::remove(running, token);
        for algorithm in ALGORITHMS {
            throw_away::run(running, store, token, algorithm, &authority)?;
        }
    }
    Ok(())
}
