//! Mail to customers: written in the transaction of its operation, sent later, kept for the bank.
//!
//! The key consists of operation and stage; the same key is never written twice. A message ends as sent, or as failed:
//! then the bank sees it in a list.

use jiff::Timestamp;

use super::row::Row;
use super::sql::{Record, query};
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};

text_enum! {
    /// State of a message.
    pub enum State {
        /// To be sent.
        Waiting => "waiting",
        /// The mail server accepted it.
        Sent => "sent",
        /// Given up.
        Failed => "failed",
    }
}

text_enum! {
    /// The language of a message.
    pub enum Language {
        /// Japanese.
        Ja => "ja",
        /// English.
        En => "en",
    }
}

/// A message's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Id; part of its Message-ID.
    pub id: String,
    /// Operation and stage.
    pub key: String,
    /// Kind of the notification.
    pub kind: String,
    /// The customer; none for a message to the bank's operators.
    pub user_id: Option<String>,
    /// The address at that time.
    pub recipient: String,
    /// The language.
    pub lang: Language,
    /// The values of its text, as JSON.
    pub facts: String,
    /// State.
    pub state: State,
    /// How often delivery failed.
    pub attempts: u32,
    /// Time when it was written.
    pub created_at: Timestamp,
    /// Next attempt.
    pub next_at: Timestamp,
    /// When it was sent or given up.
    pub ended_at: Option<Timestamp>,
    /// Last error: a stable word.
    pub error: Option<String>,
    /// Response of the mail server to it.
    pub reply: Option<String>,
}

/// A message to be written.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// Id.
    pub id: String,
    /// Operation and stage.
    pub key: String,
    /// Kind of the notification.
    pub kind: &'static str,
    /// The customer; none for a message to the bank's operators.
    pub user_id: Option<String>,
    /// The address.
    pub recipient: String,
    /// The language.
    pub lang: Language,
    /// The values of its text, as JSON.
    pub facts: String,
    /// Now.
    pub created_at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, key, kind, user_id, recipient, lang, facts, state, attempts, created_at, next_at, ended_at, \
             error, reply FROM outbox ",
            $rest
        )
    };
}

impl Mail {
    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("outbox", row);
        Ok(Mail {
            id: row.text("id")?,
            key: row.text("key")?,
            kind: row.text("kind")?,
            user_id: row.opt_text("user_id")?,
            recipient: row.text("recipient")?,
            lang: row.word("lang")?,
            facts: row.text("facts")?,
            state: row.word("state")?,
            attempts: row.count("attempts")?,
            created_at: row.time("created_at")?,
            next_at: row.time("next_at")?,
            ended_at: row.opt_time("ended_at")?,
            error: row.opt_text("error")?,
            reply: row.opt_text("reply")?,
        })
    }
}

/// Writes a message. False if there is one with that key already.
pub async fn insert(tx: &mut Tx, new: &NewMail) -> Result<bool, StoreError> {
    let statement = query(
        "INSERT INTO outbox (id, key, kind, user_id, recipient, lang, facts, state, created_at, next_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, $8) ON CONFLICT (key) DO NOTHING",
    )
    .bind(new.id.clone())
    .bind(new.key.clone())
    .bind(new.kind)
    .bind(new.user_id.clone())
    .bind(new.recipient.clone())
    .bind(new.lang.as_str())
    .bind(new.facts.clone())
    .bind(new.created_at.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<Mail>, StoreError> {
    let statement = query(select!("WHERE id = $1")).bind(id.to_owned());
    let row = db.into().optional(statement).await?;
    row.as_ref().map(Mail::read).transpose()
}

/// Whether there is a message with that key.
pub async fn is_written(db: impl Into<Db<'_>>, key: &str) -> Result<bool, StoreError> {
    let statement = query("SELECT id FROM outbox WHERE key = $1").bind(key.to_owned());
    Ok(db.into().optional(statement).await?.is_some())
}

/// Messages to be sent now, longest waiting first. A next attempt after `farthest` was set by a clock that has been set
/// back since: such a message is pending.
pub async fn due(
    db: impl Into<Db<'_>>,
    now: Timestamp,
    farthest: Timestamp,
    limit: i64,
) -> Result<Vec<Mail>, StoreError> {
    let statement = query(select!(
        "WHERE state = 'waiting' AND (next_at <= $1 OR next_at > $2) ORDER BY next_at, id LIMIT $3"
    ))
    .bind(now.as_second())
    .bind(farthest.as_second())
    .bind(limit);
    let rows = db.into().all(statement).await?;
    rows.iter().map(Mail::read).collect()
}

/// Messages given up before a time and id, newest first.
///
/// # Errors
/// Errors of the database.
pub async fn failed_before(
    db: impl Into<Db<'_>>,
    at: Timestamp,
    id: &str,
    limit: i64,
) -> Result<Vec<Mail>, StoreError> {
    let statement = query(select!(
        "WHERE state = 'failed' AND (ended_at < $2 OR (ended_at = $2 AND id < $3)) \
         ORDER BY ended_at DESC, id DESC LIMIT $1"
    ))
    .bind(limit)
    .bind(at.as_second())
    .bind(id.to_owned());
    let rows = db.into().all(statement).await?;
    rows.iter().map(Mail::read).collect()
}

/// How many messages wait, and how many have failed.
pub async fn counts(db: impl Into<Db<'_>>) -> Result<(i64, i64), StoreError> {
    let statement = query(
        "SELECT CAST(COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting, \
         CAST(COALESCE(SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS failed \
         FROM outbox WHERE state IN ('waiting', 'failed')",
    );
    let row = db.into().optional(statement).await?;
    match row {
        None => Ok((0, 0)),
        Some(row) => {
            let row = Row::new("outbox", &row);
            Ok((row.int("waiting")?, row.int("failed")?))
        }
    }
}

/// The mail server accepted it. False if it was no longer waiting.
pub async fn set_sent(
    tx: &mut Tx,
    id: &str,
    reply: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE outbox SET state = 'sent', ended_at = $3, error = NULL, reply = $2 \
         WHERE id = $1 AND state = 'waiting'",
    )
    .bind(id.to_owned())
    .bind(reply.to_owned())
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Deferred: the next attempt is at `next_at`.
pub async fn defer(
    tx: &mut Tx,
    id: &str,
    next_at: Timestamp,
    error: &str,
    reply: &str,
) -> Result<(), StoreError> {
    let statement = query(
        "UPDATE outbox SET attempts = attempts + 1, next_at = $2, error = $3, reply = $4 \
         WHERE id = $1 AND state = 'waiting'",
    )
    .bind(id.to_owned())
    .bind(next_at.as_second())
    .bind(error.to_owned())
    .bind(reply.to_owned());
    tx.upkeep(statement).await.map(drop)
}

/// Gives a message up. False if it was no longer waiting.
pub async fn set_failed(
    tx: &mut Tx,
    id: &str,
    error: &str,
    reply: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE outbox SET state = 'failed', ended_at = $4, attempts = attempts + 1, error = $2, reply = $3 \
         WHERE id = $1 AND state = 'waiting'",
    )
    .bind(id.to_owned())
    .bind(error.to_owned())
    .bind(reply.to_owned())
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// A message that was sent was returned. False if it was not recorded as sent.
pub async fn set_bounced(
    tx: &mut Tx,
    id: &str,
    error: &str,
    reply: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE outbox SET state = 'failed', ended_at = $4, error = $2, reply = $3 \
         WHERE id = $1 AND state = 'sent'",
    )
    .bind(id.to_owned())
    .bind(error.to_owned())
    .bind(reply.to_owned())
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// A failed message is to be sent again, like a new one. False if it had not failed.
pub async fn set_waiting(
    tx: &mut Tx,
    id: &str,
    recipient: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE outbox SET state = 'waiting', ended_at = NULL, error = NULL, reply = NULL, attempts = 0, \
         recipient = $2, created_at = $3, next_at = $3 WHERE id = $1 AND state = 'failed'",
    )
    .bind(id.to_owned())
    .bind(recipient.to_owned())
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Deletes messages that ended before `before`.
pub async fn delete_ended(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let statement = query("DELETE FROM outbox WHERE state IN ('sent', 'failed') AND ended_at < $1")
        .bind(before.as_second());
    tx.upkeep(statement).await
}

/// Stores the language of a user.
pub async fn set_language(tx: &mut Tx, user_id: &str, lang: Language) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO user_languages (user_id, lang) VALUES ($1, $2) \
         ON CONFLICT (user_id) DO UPDATE SET lang = excluded.lang",
    )
    .bind(user_id.to_owned())
    .bind(lang.as_str());
    tx.upkeep(statement).await.map(drop)
}

/// The language of a user; Japanese if unknown.
pub async fn language(db: impl Into<Db<'_>>, user_id: &str) -> Result<Language, StoreError> {
    let statement =
        query("SELECT lang FROM user_languages WHERE user_id = $1").bind(user_id.to_owned());
    match db.into().optional(statement).await? {
        Some(row) => Row::new("user_languages", &row).word("lang"),
        None => Ok(Language::Ja),
    }
}
