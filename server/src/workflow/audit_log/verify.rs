//! The whole chain from its beginning, each signed head on the way, and a head that was kept elsewhere.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use crate::store::audit::checkpoints::{self, Checkpoint};
use crate::store::audit::verify::verify_with;
use crate::store::audit::{Actor, Break, Chain};
use crate::store::staff::StaffMember;
use crate::store::{Store, StoreError};
use crate::workflow::audited::audit;
use crate::workflow::{Caller, Result, Workflows};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The chain.
    pub chain: Chain,
    /// Signed heads that were looked at.
    pub checkpoints: usize,
    /// The last row that a genuine signature covers.
    pub signed_up_to: i64,
}

/// Walks the chain of a store. `key_sha256`: the digest of the one public key that checkpoints may be signed with, where
/// it is known; `kept`: checkpoints that were kept elsewhere.
///
/// # Errors
/// What the database answers.
pub async fn verify(
    store: &Store,
    key_sha256: Option<&str>,
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
        // The copy kept elsewhere counts, whatever the database has in its place.
        signed.insert(one.seq, one.clone());
    }
    let genuine = |one: &Checkpoint| {
        one.is_genuine() && key_sha256.is_none_or(|digest| digest == one.key_sha256())
    };
    if let Some((seq, _)) = signed.iter().find(|(_, one)| !genuine(one)) {
        let why = Break::Signature;
        return Ok(verdict(Chain::Broken { seq: *seq, why }, signed.len(), 0));
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
    Ok(verdict(chain, signed.len(), up_to))
}

/// The first row whose signing the log tells of while the signed head is nowhere.
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

fn verdict(chain: Chain, checkpoints: usize, signed_up_to: i64) -> Verdict {
    Verdict {
        chain,
        checkpoints,
        signed_up_to,
    }
}

impl Workflows {
    /// Verifies the log for somebody at the console; that it was asked is recorded, with the outcome.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn verify_audit(
        &self,
        member: &StaffMember,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Verdict> {
        let key = self.inner.ca.audit_public_key();
        let digest = key.map(|spki| crate::store::id::sha256_hex(&spki));
        let found = verify(&self.inner.store, digest.as_deref(), &[]).await?;
        let mut tx = self.inner.store.begin().await?;
        let actor = Actor::Staff(member.id.clone());
        let detail = match &found.chain {
            Chain::Whole { rows, hash } => json!({ "rows": rows, "hash": hash }),
            Chain::Broken { seq, why } => json!({ "broken": seq, "why": why }),
        };
        audit(actor, "audit.verified", "audit", "chain")
            .from(caller)
            .detail(detail)
            .write(&mut tx, now)
            .await?;
        tx.commit().await?;
        Ok(found)
    }
}
