//! The audit log: one row per operation, each row's hash over its own fields and the hash before it.
//!
//! Rows are appended in the transaction of the operation that they record. A changed, missing or inserted row breaks
//! the chain at that position ([`verify()`]); a log that was cut off differs from the head and from signed checkpoints.
//!
//! - this file: the row, appending, reading
//! - [`verify`](mod@verify): checking the chain
//! - [`search`]: rows by a query; [`history`]: what the users of one contract may read
//! - [`action`]: what is recorded; [`checkpoints`]: signed heads; [`repeats`]: counting repeated refusals

pub mod action;
pub mod checkpoints;
pub mod history;
pub mod repeats;
pub mod search;
pub mod verify;

pub use action::AuditAction;
pub use verify::{Break, Chain, Head, head, verify};

use std::net::IpAddr;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::row::Row;
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};
use crate::sql::{Record, Sql, query};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A staff member (id).
    Staff(String),
    /// A customer's user (id).
    User(String),
    /// The agent, acting for an enrolment request (id of the request).
    Agent(String),
    /// The server itself.
    System,
    /// Somebody not identified.
    Anonymous,
}

impl Actor {
    /// The word for the kind of actor.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Actor::Staff(_) => "staff",
            Actor::User(_) => "user",
            Actor::Agent(_) => "agent",
            Actor::System => "system",
            Actor::Anonymous => "anonymous",
        }
    }

    /// Id of a person or a request.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Actor::Staff(id) | Actor::User(id) | Actor::Agent(id) => Some(id),
            Actor::System | Actor::Anonymous => None,
        }
    }
}

text_enum! {
    /// How it ended.
    pub enum Outcome {
        /// It was done.
        Done => "done",
        /// It was refused; the code has the reason.
        Refused => "refused",
    }
}

/// What is to be recorded. It must not contain secrets.
#[derive(Debug, Clone)]
pub struct AuditEntry<'a> {
    /// Who.
    pub actor: Actor,
    /// What, as a stable dotted word like `certificate.issued`.
    pub action: AuditAction,
    /// Kind of the subject: `user`, `certificate`, `contract`, …
    pub subject_kind: &'static str,
    /// Its id, or the value given instead.
    pub subject_id: &'a str,
    /// Address of the caller.
    pub address: Option<IpAddr>,
    /// Done or refused.
    pub outcome: Outcome,
    /// Stable code of a refusal; empty when done.
    pub code: &'a str,
    /// Further details, as JSON.
    pub detail: serde_json::Value,
}

/// A row as it is in the log.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditRow {
    /// Position in the chain, from 1 without gaps.
    pub seq: i64,
    /// When, to the second.
    #[serde(with = "seconds")]
    pub at: Timestamp,
    /// `staff`, `user`, `agent`, `system`, `anonymous`.
    pub actor_kind: String,
    /// Id of the actor, if there is one.
    pub actor_id: Option<String>,
    /// What.
    pub action: String,
    /// Kind of the subject.
    pub subject_kind: String,
    /// Id of the subject.
    pub subject_id: String,
    /// Address of the caller.
    pub address: Option<String>,
    /// `done` or `refused`.
    pub outcome: String,
    /// Code of a refusal.
    pub code: String,
    /// JSON text.
    pub detail: String,
    /// Hash of the previous row, 64 zeros for the first.
    pub previous_hash: String,
    /// Hash of this row.
    pub hash: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT seq, at, actor_kind, actor_id, action, subject_kind, subject_id, address, outcome, code, \
             detail, previous_hash, hash FROM audit_log ",
            $rest
        )
    };
}
use select;

/// Times in exports as in the hash: unix seconds.
mod seconds {
    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(at.as_second())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        Timestamp::from_second(i64::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl AuditRow {
    /// Whether the row is as it was written, as the one after a row with the hash `previous`.
    #[must_use]
    pub fn follows(&self, previous: &str) -> bool {
        self.previous_hash == previous && self.hash == self.computed_hash()
    }

    /// SHA-256 over every field with its length (and whether it is present), including `previous_hash`.
    pub(crate) fn computed_hash(&self) -> String {
        let mut hasher = Sha256::new();
        let seq = self.seq.to_string();
        let at = self.at.as_second().to_string();
        let fields: [Option<&str>; 12] = [
            Some(&seq),
            Some(&at),
            Some(&self.actor_kind),
            self.actor_id.as_deref(),
            Some(&self.action),
            Some(&self.subject_kind),
            Some(&self.subject_id),
            self.address.as_deref(),
            Some(&self.outcome),
            Some(&self.code),
            Some(&self.detail),
            Some(&self.previous_hash),
        ];
        for field in fields {
            hasher.update([u8::from(field.is_some())]);
            let bytes = field.unwrap_or_default().as_bytes();
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        }
        hex::encode(hasher.finalize())
    }

    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("audit_log", row);
        Ok(AuditRow {
            seq: row.int("seq")?,
            at: row.time("at")?,
            actor_kind: row.text("actor_kind")?,
            actor_id: row.opt_text("actor_id")?,
            action: row.text("action")?,
            subject_kind: row.text("subject_kind")?,
            subject_id: row.text("subject_id")?,
            address: row.opt_text("address")?,
            outcome: row.text("outcome")?,
            code: row.text("code")?,
            detail: row.text("detail")?,
            previous_hash: row.text("previous_hash")?,
            hash: row.text("hash")?,
        })
    }
}

/// Appends one row to the chain; it becomes durable with the transaction. Returns its position.
pub async fn append(tx: &mut Tx, at: Timestamp, entry: AuditEntry<'_>) -> Result<i64, StoreError> {
    let head = head_in(tx).await?;
    let mut row = AuditRow {
        seq: head.seq + 1,
        at: Timestamp::from_second(at.as_second()).unwrap_or(at),
        actor_kind: entry.actor.kind().to_owned(),
        actor_id: entry.actor.id().map(str::to_owned),
        action: entry.action.as_str().to_owned(),
        subject_kind: entry.subject_kind.to_owned(),
        // Input from a stranger may contain a NUL, which PostgreSQL does not store in text.
        subject_id: entry.subject_id.replace('\0', "\u{fffd}"),
        address: entry.address.map(|address| address.to_string()),
        outcome: entry.outcome.as_str().to_owned(),
        code: entry.code.to_owned(),
        detail: entry.detail.to_string(),
        previous_hash: head.hash,
        hash: String::new(),
    };
    row.hash = row.computed_hash();
    let head = Head {
        seq: row.seq,
        hash: row.hash.clone(),
    };
    let insert = query(
        "INSERT INTO audit_log (seq, at, actor_kind, actor_id, action, subject_kind, subject_id, address, \
         outcome, code, detail, previous_hash, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(row.seq)
    .bind(row.at.as_second())
    .bind(row.actor_kind)
    .bind(row.actor_id)
    .bind(row.action)
    .bind(row.subject_kind)
    .bind(row.subject_id)
    .bind(row.address)
    .bind(row.outcome)
    .bind(row.code)
    .bind(row.detail)
    .bind(row.previous_hash)
    .bind(row.hash);
    tx.upkeep(insert).await?;
    tx.mark_audited(head);
    Ok(row.seq)
}

/// Writes the head, once for all rows that one commit appends.
pub(crate) fn write_head(head: Head) -> Sql {
    query("UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1")
        .bind(head.seq)
        .bind(head.hash)
}

/// The hash of a row, if it exists; of the beginning for 0.
pub async fn hash_at(db: impl Into<Db<'_>>, seq: i64) -> Result<Option<String>, StoreError> {
    if seq == 0 {
        return Ok(Some(Head::beginning().hash));
    }
    let select = query("SELECT hash FROM audit_log WHERE seq = $1").bind(seq);
    let row = db.into().optional(select).await?;
    row.map(|row| Row::new("audit_log", &row).text("hash"))
        .transpose()
}

/// The head of the chain inside a transaction.
///
/// # Errors
/// [`StoreError::AuditHead`].
pub async fn head_in(tx: &mut Tx) -> Result<Head, StoreError> {
    if let Some(head) = tx.head() {
        return Ok(head);
    }
    let select = query("SELECT seq, hash FROM audit_head WHERE id = 1");
    let row = Db::from(&mut *tx).optional(select).await?;
    let row = row.ok_or(StoreError::AuditHead)?;
    let row = Row::new("audit_head", &row);
    Ok(Head {
        seq: row.int("seq")?,
        hash: row.text("hash")?,
    })
}

/// Rows after `seq`, oldest first, at most `limit`.
pub async fn after(
    db: impl Into<Db<'_>>,
    seq: i64,
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    let select = query(select!("WHERE seq > $1 ORDER BY seq LIMIT $2"))
        .bind(seq)
        .bind(limit)
        .long();
    db.into()
        .all(select)
        .await?
        .iter()
        .map(AuditRow::read)
        .collect()
}
