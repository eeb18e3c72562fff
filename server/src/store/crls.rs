//! Published CRLs; the number counts up per issuer and is never used twice.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::row::Row;
use super::{Db, StoreError, Tx};

/// A CRL's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crl {
    /// Whose: `customer`, `staff`, `root`.
    pub issuer: String,
    /// CRL number (RFC 5280 section 5.2.3).
    pub number: i64,
    /// The CRL, DER.
    pub der: Vec<u8>,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// When it was stored.
    pub created_at: Timestamp,
}

impl Crl {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        let row = Row::new("crls", row);
        Ok(Crl {
            issuer: row.text("issuer")?,
            number: row.int("number")?,
            der: row.blob("der")?,
            this_update: row.time("this_update")?,
            next_update: row.time("next_update")?,
            created_at: row.time("created_at")?,
        })
    }
}

/// Stores a CRL.
///
/// # Errors
/// [`StoreError::Duplicate`] when the number is used.
pub async fn insert(tx: &mut Tx, crl: &Crl) -> Result<(), StoreError> {
    let statement = sqlx::query(
        "INSERT INTO crls (issuer, number, der, this_update, next_update, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(crl.issuer.clone())
    .bind(crl.number)
    .bind(crl.der.clone())
    .bind(crl.this_update.as_second())
    .bind(crl.next_update.as_second())
    .bind(crl.created_at.as_second());
    tx.change(statement).await.map(drop)
}

/// The newest CRL of an issuer.
pub async fn latest(db: impl Into<Db<'_>>, issuer: &str) -> Result<Option<Crl>, StoreError> {
    let statement = sqlx::query(
        "SELECT issuer, number, der, this_update, next_update, created_at FROM crls \
         WHERE issuer = $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(issuer.to_owned());
    db.into()
        .optional(statement)
        .await?
        .as_ref()
        .map(Crl::read)
        .transpose()
}
