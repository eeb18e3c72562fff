//! Every change of a certificate's state, in commit order. [`certificates`](super::certificates) writes it with the
//! change itself; this module reads it.

use jiff::Timestamp;

use super::certificates::{Ca, Issuer, State};
use super::row::Row;
use super::sql::{Record, query};
use super::{Db, StoreError};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// Position in the sequence, from 1, without gaps except at a reconciliation
    /// ([`sequence_floors`](super::sequence_floors)).
    pub seq: i64,
    /// Which certificate.
    pub certificate_id: String,
    /// Its serial number, lower-case hex.
    pub serial: String,
    /// The kind of its CA.
    pub issuer: Issuer,
    /// Which CA of that kind.
    pub generation: u32,
    /// The CRL shard that it points to.
    pub shard: String,
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// The reason, if one was given.
    pub reason: Option<String>,
    /// `staff`, `user`, `agent`, `system`, `anonymous`.
    pub actor_kind: String,
    /// Id of the actor, if there is one.
    pub actor_id: Option<String>,
    /// When.
    pub at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT seq, certificate_id, serial, issuer, generation, shard, from_state, to_state, reason, actor_kind, \
             actor_id, at FROM status_changes ",
            $rest
        )
    };
}

impl StatusChange {
    /// The certificate's CA.
    #[must_use]
    pub fn ca(&self) -> Ca {
        Ca {
            issuer: self.issuer,
            generation: self.generation,
        }
    }

    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("status_changes", row);
        Ok(StatusChange {
            seq: row.int("seq")?,
            certificate_id: row.text("certificate_id")?,
            serial: row.text("serial")?,
            issuer: row.word("issuer")?,
            generation: row.count("generation")?,
            shard: row.text("shard")?,
            from: row.word("from_state")?,
            to: row.word("to_state")?,
            reason: row.opt_text("reason")?,
            actor_kind: row.text("actor_kind")?,
            actor_id: row.opt_text("actor_id")?,
            at: row.time("at")?,
        })
    }
}

/// The last position used in the sequence; 0 before the first change.
pub async fn last(db: impl Into<Db<'_>>) -> Result<i64, StoreError> {
    let statement = query(
        "SELECT COALESCE(MAX(used), 0) AS seq FROM (SELECT MAX(seq) AS used FROM status_changes \
         UNION ALL SELECT value FROM sequence_floors WHERE name = 'status') AS numbers",
    );
    match db.into().optional(statement).await? {
        Some(row) => Row::new("status_changes", &row).int("seq"),
        None => Ok(0),
    }
}

/// Changes after `seq`, in order, at most `limit`.
pub async fn after(
    db: impl Into<Db<'_>>,
    seq: i64,
    limit: i64,
) -> Result<Vec<StatusChange>, StoreError> {
    let statement = query(select!("WHERE seq > $1 ORDER BY seq LIMIT $2"))
        .bind(seq)
        .bind(limit);
    read_all(db.into(), statement).await
}

/// For each CA, the last change after `seq` that a CRL contains: inactive, or released.
pub async fn last_on_crls_after(
    db: impl Into<Db<'_>>,
    seq: i64,
) -> Result<Vec<(Ca, i64)>, StoreError> {
    let statement = query(
        "SELECT issuer, generation, MAX(seq) AS seq FROM status_changes WHERE seq > $1 \
         AND (to_state IN ('superseded', 'suspended', 'revoked') OR from_state = 'suspended') \
         GROUP BY issuer, generation",
    )
    .bind(seq);
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| {
            let row = Row::new("status_changes", row);
            let ca = Ca {
                issuer: row.word("issuer")?,
                generation: row.count("generation")?,
            };
            Ok((ca, row.int("seq")?))
        })
        .collect()
}

/// The history of one certificate, oldest first.
pub async fn of_certificate(
    db: impl Into<Db<'_>>,
    certificate_id: &str,
) -> Result<Vec<StatusChange>, StoreError> {
    let statement = query(select!("WHERE certificate_id = $1 ORDER BY seq LIMIT 1000"))
        .bind(certificate_id.to_owned());
    read_all(db.into(), statement).await
}

async fn read_all(db: Db<'_>, statement: super::sql::Sql) -> Result<Vec<StatusChange>, StoreError> {
    let rows = db.all(statement).await?;
    rows.iter().map(StatusChange::read).collect()
}

/// Whether a certificate of a CA (of one shard, unless `shard` is empty) became inactive or was released after `seq`.
pub async fn any_end_after(
    db: impl Into<Db<'_>>,
    ca: Ca,
    shard: &str,
    seq: i64,
) -> Result<bool, StoreError> {
    let statement = query(
        "SELECT seq FROM status_changes WHERE seq > $1 AND issuer = $2 AND generation = $4 \
         AND ($3 = '' OR shard = $3) \
         AND (to_state IN ('superseded', 'suspended', 'revoked') OR from_state = 'suspended') LIMIT 1",
    )
    .bind(seq)
    .bind(ca.issuer.as_str())
    .bind(shard.to_owned())
    .bind(ca.number());
    Ok(db.into().optional(statement).await?.is_some())
}
