//! Published CRLs, by scope (a CA, or one of its shards). Full and delta CRLs of a scope share one number sequence; no
//! number is used twice.

use jiff::Timestamp;

use super::certificates::Ca;
use super::row::Row;
use super::sql::{Record, query};
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};

text_enum! {
    /// Kind of a CRL.
    pub enum Kind {
        /// Everything.
        Full => "full",
        /// What changed since a full one.
        Delta => "delta",
    }
}

/// A CRL's row, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Scope: `customer`, `staff`, `customer-2`, or with a shard, `customer/202610`.
    pub scope: String,
    /// Full or delta.
    pub kind: Kind,
    /// CRL number (RFC 5280 §5.2.3).
    pub number: i64,
    /// For a delta: the full CRL it starts from.
    pub base: Option<i64>,
    /// Number of entries.
    pub entries: i64,
    /// It contains the status changes up to this one.
    pub status_seq: i64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT scope, kind, number, base, entries, status_seq, this_update, next_update FROM crl_publications ",
            $rest
        )
    };
}

impl Published {
    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("crl_publications", row);
        let base: Option<i64> = row.opt_int("base")?;
        Ok(Published {
            scope: row.text("scope")?,
            kind: row.word("kind")?,
            number: row.int("number")?,
            base,
            entries: row.int("entries")?,
            status_seq: row.int("status_seq")?,
            this_update: row.time("this_update")?,
            next_update: row.time("next_update")?,
        })
    }
}

/// Stores a CRL, and deletes the bytes of older ones of its scope and kind.
///
/// # Errors
/// [`StoreError::Duplicate`] when the number is used: another instance was faster.
pub async fn insert(
    tx: &mut Tx,
    new: &Published,
    der: Vec<u8>,
    sha256: &str,
) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO crl_publications (scope, kind, number, base, der, sha256, entries, status_seq, this_update, \
         next_update) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.scope.clone())
    .bind(new.kind.as_str())
    .bind(new.number)
    .bind(new.base)
    .bind(der)
    .bind(sha256.to_owned())
    .bind(new.entries)
    .bind(new.status_seq)
    .bind(new.this_update.as_second())
    .bind(new.next_update.as_second());
    tx.change(statement).await?;
    let forget = query(
        "UPDATE crl_publications SET der = NULL WHERE scope = $1 AND kind = $2 AND number < $3 AND der IS NOT NULL",
    )
    .bind(new.scope.clone())
    .bind(new.kind.as_str())
    .bind(new.number);
    tx.change(forget).await.map(drop)
}

/// Deletes CRLs that expired before `at`, but never the newest of a scope.
pub async fn forget_before(tx: &mut Tx, scope: &str, at: Timestamp) -> Result<u64, StoreError> {
    let statement =
        query("DELETE FROM crl_publications WHERE scope = $1 AND next_update < $2 AND der IS NULL")
            .bind(scope.to_owned())
            .bind(at.as_second());
    tx.upkeep(statement).await
}

/// The newest CRL of a scope, without its bytes.
pub async fn latest(
    db: impl Into<Db<'_>>,
    scope: &str,
    kind: Kind,
) -> Result<Option<Published>, StoreError> {
    let statement = query(select!(
        "WHERE scope = $1 AND kind = $2 ORDER BY number DESC LIMIT 1"
    ))
    .bind(scope.to_owned())
    .bind(kind.as_str());
    one(db.into(), statement).await
}

/// The oldest full CRL that is still valid: deltas start from it, so that they serve every client that holds a valid one.
pub async fn oldest_valid(
    db: impl Into<Db<'_>>,
    scope: &str,
    now: Timestamp,
) -> Result<Option<Published>, StoreError> {
    let statement = query(select!(
        "WHERE scope = $1 AND kind = 'full' AND next_update > $2 AND this_update <= $2 ORDER BY number LIMIT 1"
    ))
    .bind(scope.to_owned())
    .bind(now.as_second());
    one(db.into(), statement).await
}

async fn one(db: Db<'_>, statement: super::sql::Sql) -> Result<Option<Published>, StoreError> {
    let row = db.optional(statement).await?;
    row.as_ref().map(Published::read).transpose()
}

/// The bytes of a CRL, while they are stored.
pub async fn bytes(
    db: impl Into<Db<'_>>,
    scope: &str,
    kind: Kind,
    number: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let statement =
        query("SELECT der FROM crl_publications WHERE scope = $1 AND kind = $2 AND number = $3")
            .bind(scope.to_owned())
            .bind(kind.as_str())
            .bind(number);
    match db.into().optional(statement).await? {
        Some(row) => Row::new("crl_publications", &row).opt_blob("der"),
        None => Ok(None),
    }
}

/// Shards of a CA that have certificates which expire at `from` or later.
pub async fn shards(
    db: impl Into<Db<'_>>,
    ca: impl Into<Ca>,
    from: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let ca: Ca = ca.into();
    let statement = query(
        "SELECT shard FROM crl_shards WHERE issuer = $1 AND generation = $3 AND until >= $2 ORDER BY shard",
    )
    .bind(ca.issuer.as_str())
    .bind(from.as_second())
    .bind(ca.number());
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| Row::new("crl_shards", row).text("shard"))
        .collect()
}

/// Every shard of a CA.
pub async fn all_shards(
    db: impl Into<Db<'_>>,
    ca: impl Into<Ca>,
) -> Result<Vec<String>, StoreError> {
    shards(db, ca, Timestamp::UNIX_EPOCH).await
}

/// An entry of a CRL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedRow {
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Since when.
    pub at: Timestamp,
    /// Why, as stored.
    pub reason: Option<String>,
}

/// Inactive certificates in one shard of a CA that had not expired before `cutoff`: by serial number after `after`.
pub async fn ended(
    db: impl Into<Db<'_>>,
    (ca, shard): (impl Into<Ca>, &str),
    cutoff: Timestamp,
    after: &str,
    limit: i64,
) -> Result<Vec<EndedRow>, StoreError> {
    let ca: Ca = ca.into();
    let statement = query(
        "SELECT serial, COALESCE(ended_at, created_at) AS at, reason FROM certificates \
         WHERE issuer = $1 AND generation = $6 AND shard = $2 AND serial > $3 \
         AND state IN ('superseded', 'suspended', 'revoked') \
         AND not_after >= $4 AND (reason IS NULL OR reason <> 'expired') ORDER BY serial LIMIT $5",
    )
    .bind(ca.issuer.as_str())
    .bind(shard.to_owned())
    .bind(after.to_owned())
    .bind(cutoff.as_second())
    .bind(limit)
    .bind(ca.number());
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| {
            let row = Row::new("certificates", row);
            Ok(EndedRow {
                serial: row.text("serial")?,
                at: row.time("at")?,
                reason: row.opt_text("reason")?,
            })
        })
        .collect()
}
