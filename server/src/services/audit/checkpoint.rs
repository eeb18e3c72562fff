//! Checkpoints: the head of the chain at a moment, signed by a key that nobody with write access to the database has. A
//! copy kept elsewhere proves that a log was cut or rebuilt, even together with its checkpoints.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ca::audit_key::verifies;
use crate::services::command::Outcome;
use crate::services::{Error, Fault, RequestContext, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::audit::checkpoints::{self, Checkpoint};
use crate::store::audit::verify::verify_from;
use crate::store::audit::{Chain, Head};
use crate::store::{StoreError, Unique};

const FIRST_LINE: &str = "inkan audit checkpoint v1";

/// What is signed.
fn statement(bank: &str, seq: i64, hash: &str, at: Timestamp) -> String {
    format!(
        "{FIRST_LINE}\nbank {bank}\nseq {seq}\nhash {hash}\nat {}\n",
        at.as_second()
    )
}

/// Whether the signature is valid for the key, and the statement matches the fields.
#[must_use]
pub fn is_genuine(one: &Checkpoint) -> bool {
    let mut lines = one.statement.lines();
    let first = lines.next() == Some(FIRST_LINE) && lines.next().is_some();
    let rest = [
        format!("seq {}", one.seq),
        format!("hash {}", one.hash),
        format!("at {}", one.at.as_second()),
    ];
    first && lines.eq(rest) && verifies(&one.spki, &one.statement, &one.signature)
}

/// As a line to be kept elsewhere.
#[must_use]
pub fn to_json(one: &Checkpoint) -> String {
    let line = Kept {
        seq: one.seq,
        hash: one.hash.clone(),
        at: one.at.as_second(),
        key: STANDARD.encode(&one.spki),
        statement: one.statement.clone(),
        signature: STANDARD.encode(&one.signature),
    };
    json!(line).to_string()
}

/// A line that was kept elsewhere; `None` if it is malformed.
#[must_use]
pub fn from_json(line: &str) -> Option<Checkpoint> {
    let kept: Kept = serde_json::from_str(line).ok()?;
    Some(Checkpoint {
        seq: kept.seq,
        hash: kept.hash,
        at: Timestamp::from_second(kept.at).ok()?,
        spki: STANDARD.decode(kept.key).ok()?,
        statement: kept.statement,
        signature: STANDARD.decode(kept.signature).ok()?,
    })
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    seq: i64,
    hash: String,
    at: i64,
    key: String,
    statement: String,
    signature: String,
}

impl Services {
    /// Signs the head of the audit chain if it has changed since the last time; returns the new checkpoint. Without an
    /// audit key in the HSM nothing is signed.
    ///
    /// # Errors
    /// [`crate::services::Refusal::Unavailable`] while the HSM is unavailable; faults.
    pub async fn checkpoint_audit(&self, now: Timestamp) -> Result<Option<Checkpoint>> {
        if !self.inner.ca.signs_audit() {
            return Ok(None);
        }
        let store = &self.inner.store;
        let last = checkpoints::latest(store).await?;
        let head = self.unbroken_since(last.as_ref()).await?;
        // The row about the last checkpoint is no reason for another one.
        if last.is_some_and(|last| head.seq <= last.seq + 1) || head.seq == 0 {
            return Ok(None);
        }
        let statement = statement(&self.settings().bank.id, head.seq, &head.hash, now);
        let signed = self.inner.ca.sign_audit(&statement).await?;
        let new = Checkpoint {
            seq: head.seq,
            hash: head.hash,
            at: Timestamp::from_second(now.as_second()).unwrap_or(now),
            spki: signed.spki,
            statement,
            signature: signed.signature,
        };
        let (context, subject) = (RequestContext::system(now), new.seq.to_string());
        let command = context.command(AuditAction::AuditCheckpoint, ("audit", &subject));
        let accounts = self.accounts();
        let kept = accounts.execute(command, async |tx| {
            checkpoints::insert(tx, &new).await?;
            let detail = json!({ "hash": &new.hash, "key": new.key_sha256() });
            Ok(Outcome::done(()).detail(detail))
        });
        match kept.await {
            // Another instance was faster.
            Err(Error::Fault(Fault::Store(StoreError::Duplicate(Unique::PrimaryKey)))) => {
                return Ok(None);
            }
            other => other?,
        }
        // Logs are usually collected elsewhere: a copy out of reach of anybody who edits the database.
        tracing::info!(checkpoint = %to_json(&new), "audit checkpoint");
        Ok(Some(new))
    }

    /// As [`Services::checkpoint_audit`], if the last head was signed with another key than the one configured now.
    ///
    /// # Errors
    /// As [`Services::checkpoint_audit`].
    pub async fn checkpoint_audit_with_new_key(&self, now: Timestamp) -> Result<()> {
        let key = self.inner.ca.audit_public_key();
        let last = checkpoints::latest(&self.inner.store).await?;
        if last.is_some_and(|last| key.is_some_and(|key| key != last.spki)) {
            self.checkpoint_audit(now).await?;
        }
        Ok(())
    }

    /// The head, if every row up to it continues from the last signed head: a rebuilt chain is not signed.
    async fn unbroken_since(&self, last: Option<&Checkpoint>) -> Result<Head> {
        // A head that this key did not sign proves nothing: the whole chain is checked.
        let key = self.inner.ca.audit_public_key();
        let ours = |one: &&Checkpoint| key.as_ref() == Some(&one.spki) && is_genuine(one);
        let known = last.filter(ours).map(|one| Head {
            seq: one.seq,
            hash: one.hash.clone(),
        });
        let known = known.unwrap_or_else(Head::beginning);
        match verify_from(&self.inner.store, known, |_, _| None).await? {
            Chain::Whole { rows: seq, hash } => Ok(Head { seq, hash }),
            Chain::Broken { seq, why } => {
                tracing::error!(
                    seq,
                    ?why,
                    "the audit chain is broken; its head is not signed"
                );
                Err(Fault::Inconsistent("the audit chain is broken: run audit verify").into())
            }
        }
    }

    /// The newest checkpoint.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn last_checkpoint(&self) -> Result<Option<Checkpoint>> {
        Ok(checkpoints::latest(&self.inner.store).await?)
    }
}
