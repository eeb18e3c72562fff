//! Verifies the whole chain from its beginning, each signed head on the way, and signed heads that were kept elsewhere.

use std::collections::BTreeMap;

use serde_json::json;

use super::checkpoint::is_genuine;
use crate::services::command::Outcome;
use crate::services::{RequestContext, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::audit::checkpoints::{self, Checkpoint};
use crate::store::audit::verify::verify_with;
use crate::store::audit::{Break, Chain};
use crate::store::id::sha256_hex;
use crate::store::{Store, StoreError};

/// The result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The chain.
    pub chain: Chain,
    /// Number of signed heads that were checked; 0 if no audit key is known.
    pub checkpoints: usize,
    /// The last row covered by a valid signature.
    pub signed_up_to: i64,
    /// Whether an audit key is known: without one anybody could have signed, and no signature counts.
    pub key_known: bool,
}

/// Verifies the chain of a store. `keys_sha256`: digests of the public keys with which checkpoints may be signed;
/// `kept`: checkpoints that were kept elsewhere.
///
/// # Errors
/// Errors of the database.
pub async fn verify(
    store: &Store,
    keys_sha256: &[String],
    kept: &[Checkpoint],
) -> std::result::Result<Verdict, StoreError> {
    let mut signed = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = checkpoints::after(store, after, 1000).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        signed.extend(page.into_iter().map(|one| (one.seq, one)));
    }
    for one in kept {
        // The copy kept elsewhere counts, whatever the database contains instead.
        signed.insert(one.seq, one.clone());
    }
    let key_known = !keys_sha256.is_empty();
    let genuine = |one: &Checkpoint| {
        is_genuine(one) && (!key_known || keys_sha256.contains(&one.key_sha256()))
    };
    let verdict = |chain, signed_up_to| Verdict {
        chain,
        checkpoints: if key_known { signed.len() } else { 0 },
        signed_up_to: if key_known { signed_up_to } else { 0 },
        key_known,
    };
    if let Some((seq, _)) = signed.iter().find(|(_, one)| !genuine(one)) {
        let why = Break::Signature;
        return Ok(verdict(Chain::Broken { seq: *seq, why }, 0));
    }
    let mut up_to = 0;
    let chain = verify_with(store, |seq, hash| match signed.get(&seq) {
        Some(one) if one.hash != hash => Some(Break::NotAsSigned),
        Some(_) => {
            up_to = seq;
            None
        }
        None => None,
    })
    .await?;
    let last_signed = signed.keys().next_back().copied().unwrap_or(0);
    let chain = match chain {
        Chain::Whole { rows, .. } if rows < last_signed => Chain::Broken {
            seq: rows + 1,
            why: Break::CutOff,
        },
        Chain::Whole { .. } => match gone(store, &signed).await? {
            Some(seq) => Chain::Broken {
                seq,
                why: Break::CheckpointGone,
            },
            None => chain,
        },
        other @ Chain::Broken { .. } => other,
    };
    Ok(verdict(chain, up_to))
}

/// The first row that the log records as signed while its signed head is missing.
async fn gone(
    store: &Store,
    signed: &BTreeMap<i64, Checkpoint>,
) -> std::result::Result<Option<i64>, StoreError> {
    let mut after = 0;
    loop {
        let page = checkpoints::told(store, after, 1000).await?;
        let Some((last, _)) = page.last() else {
            return Ok(None);
        };
        after = *last;
        if let Some((_, seq)) = page.iter().find(|(_, seq)| !signed.contains_key(seq)) {
            return Ok(Some(*seq));
        }
    }
}

impl Services {
    /// Verifies the log for a user of the console; the request and its result are recorded.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn verify_audit(&self, context: &RequestContext) -> Result<Verdict> {
        let key = self.inner.ca.audit_public_key();
        let known: Vec<String> = key.iter().map(|spki| sha256_hex(spki)).collect();
        let found = verify(&self.inner.store, &known, &[]).await?;
        let detail = match &found.chain {
            Chain::Whole { rows, hash } => {
                json!({ "rows": rows, "hash": hash, "signed_up_to": found.signed_up_to, "key_known": found.key_known })
            }
            Chain::Broken { seq, why } => json!({ "broken": seq, "why": why }),
        };
        let command = context.command(AuditAction::AuditVerified, ("audit", "chain"));
        let accounts = self.accounts();
        let noted = accounts.execute(command, async |_| Ok(Outcome::done(found).detail(detail)));
        noted.await
    }
}
