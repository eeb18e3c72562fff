//! Recorded RSA keys in their order, how far each was compared with earlier ones, and those found to share a prime with
//! another.

use jiff::Timestamp;

use super::row::Row;
use super::sql::{Record, query};
use super::{Db, StoreError, Tx};

/// A recorded RSA key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaKey {
    /// Its position, from 1.
    pub seq: i64,
    /// Its certificate.
    pub certificate_id: String,
    /// SHA-256 of the key, hex.
    pub spki_sha256: String,
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
    /// It was compared with all keys from this position on; 1: with all.
    pub compared_from: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT k.seq AS seq, k.certificate_id AS certificate_id, k.compared_from AS compared_from, \
             c.spki_sha256 AS spki_sha256, c.spki AS spki FROM rsa_keys k \
             JOIN certificates c ON c.id = k.certificate_id ",
            $rest
        )
    };
}

impl RsaKey {
    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("rsa_keys", row);
        Ok(Self {
            seq: row.int("seq")?,
            certificate_id: row.text("certificate_id")?,
            spki_sha256: row.text("spki_sha256")?,
            spki: row.blob("spki")?,
            compared_from: row.int("compared_from")?,
        })
    }
}

async fn read_all(db: Db<'_>, statement: super::sql::Sql) -> Result<Vec<RsaKey>, StoreError> {
    db.all(statement).await?.iter().map(RsaKey::read).collect()
}

/// Appends the key of an intent of the same transaction; it was compared with all from `compared_from` on.
pub async fn insert(
    tx: &mut Tx,
    certificate_id: &str,
    compared_from: i64,
) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO rsa_keys (seq, certificate_id, compared_from) \
         SELECT COALESCE(MAX(seq), 0) + 1, $1, $2 FROM rsa_keys",
    )
    .bind(certificate_id.to_owned())
    .bind(compared_from);
    tx.change(statement).await.map(drop)
}

/// Keys after a position, in order, at most `limit`.
pub async fn after(db: impl Into<Db<'_>>, seq: i64, limit: i64) -> Result<Vec<RsaKey>, StoreError> {
    let statement = query(select!("WHERE k.seq > $1 ORDER BY k.seq LIMIT $2"))
        .bind(seq)
        .bind(limit);
    read_all(db.into(), statement).await
}

/// Keys whose comparison with earlier ones is not complete, oldest first.
pub async fn uncompared(db: impl Into<Db<'_>>, limit: i64) -> Result<Vec<RsaKey>, StoreError> {
    let statement = query(select!("WHERE k.compared_from > 1 ORDER BY k.seq LIMIT $1")).bind(limit);
    read_all(db.into(), statement).await
}

/// Records how far a key was compared.
pub async fn compared(tx: &mut Tx, seq: i64, from: i64) -> Result<(), StoreError> {
    let statement =
        query("UPDATE rsa_keys SET compared_from = $2 WHERE seq = $1 AND compared_from > $2")
            .bind(seq)
            .bind(from);
    tx.upkeep(statement).await.map(drop)
}

/// A recorded key that shares a prime with another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenKey {
    /// Its certificate.
    pub certificate_id: String,
    /// Serial number of that, lower-case hex.
    pub serial: String,
    /// When it was found.
    pub found_at: Timestamp,
}

/// Records one. False if it was recorded before: nothing is changed.
pub async fn mark_broken(
    tx: &mut Tx,
    certificate_id: &str,
    other_spki_sha256: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let known = query("SELECT found_at FROM broken_keys WHERE certificate_id = $1")
        .bind(certificate_id.to_owned());
    if Db::from(&mut *tx).optional(known).await?.is_some() {
        return Ok(false);
    }
    let statement = query(
        "INSERT INTO broken_keys (certificate_id, other_spki_sha256, found_at) VALUES ($1, $2, $3)",
    )
    .bind(certificate_id.to_owned())
    .bind(other_spki_sha256.to_owned())
    .bind(now.as_second());
    tx.change(statement).await?;
    Ok(true)
}

/// Those whose certificates may still be used at `now`, oldest first, at most `limit`.
pub async fn broken(
    db: impl Into<Db<'_>>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<BrokenKey>, StoreError> {
    let statement = query(
        "SELECT b.certificate_id AS certificate_id, c.serial AS serial, b.found_at AS found_at FROM broken_keys b \
         JOIN certificates c ON c.id = b.certificate_id \
         WHERE c.state IN ('intent', 'issued', 'active', 'suspended') AND c.not_after >= $1 \
         ORDER BY b.found_at, c.serial LIMIT $2",
    )
    .bind(now.as_second())
    .bind(limit);
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| {
            let row = Row::new("broken_keys", row);
            Ok(BrokenKey {
                certificate_id: row.text("certificate_id")?,
                serial: row.text("serial")?,
                found_at: row.time("found_at")?,
            })
        })
        .collect()
}
