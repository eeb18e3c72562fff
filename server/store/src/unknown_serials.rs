//! Serial numbers of certificates that the database has lost, and that CRLs and OCSP report as revoked.

use jiff::Timestamp;

use super::certificates::Ca;
use super::row::Row;
use super::sql::query;
use super::{Db, StoreError, Tx};

/// A revoked certificate of which nothing else is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSerial {
    /// Its CA.
    pub ca: Ca,
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Why, as stored with certificates.
    pub reason: String,
    /// Since when.
    pub revoked_at: Timestamp,
}

/// Records one. False if it is recorded already.
pub async fn insert(
    tx: &mut Tx,
    new: &UnknownSerial,
    reconciliation: i64,
) -> Result<bool, StoreError> {
    let statement = query(
        "INSERT INTO unknown_serials (issuer, generation, serial, reason, revoked_at, reconciliation) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (issuer, generation, serial) DO NOTHING",
    )
    .bind(new.ca.issuer.as_str())
    .bind(new.ca.number())
    .bind(new.serial.clone())
    .bind(new.reason.clone())
    .bind(new.revoked_at.as_second())
    .bind(reconciliation);
    let inserted = tx.change(statement).await? == 1;
    if inserted {
        tx.mark_status_changed();
    }
    Ok(inserted)
}

/// One of a CA, by its serial number.
pub async fn find(
    db: impl Into<Db<'_>>,
    ca: Ca,
    serial: &str,
) -> Result<Option<UnknownSerial>, StoreError> {
    let statement = query(
        "SELECT serial, reason, revoked_at FROM unknown_serials \
         WHERE issuer = $1 AND generation = $2 AND serial = $3",
    )
    .bind(ca.issuer.as_str())
    .bind(ca.number())
    .bind(serial.to_owned());
    let row = db.into().optional(statement).await?;
    row.map(|row| read(ca, &Row::new("unknown_serials", &row)))
        .transpose()
}

/// Those of a CA, by serial number after `after`.
pub async fn list(
    db: impl Into<Db<'_>>,
    ca: Ca,
    after: &str,
    limit: i64,
) -> Result<Vec<UnknownSerial>, StoreError> {
    let statement = query(
        "SELECT serial, reason, revoked_at FROM unknown_serials \
         WHERE issuer = $1 AND generation = $2 AND serial > $3 ORDER BY serial LIMIT $4",
    )
    .bind(ca.issuer.as_str())
    .bind(ca.number())
    .bind(after.to_owned())
    .bind(limit);
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| read(ca, &Row::new("unknown_serials", row)))
        .collect()
}

fn read(ca: Ca, row: &Row<'_>) -> Result<UnknownSerial, StoreError> {
    Ok(UnknownSerial {
        ca,
        serial: row.text("serial")?,
        reason: row.text("reason")?,
        revoked_at: row.time("revoked_at")?,
    })
}
