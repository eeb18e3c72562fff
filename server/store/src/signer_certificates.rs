//! Certificates of the server's own signers (OCSP): recorded before they are signed.

use jiff::Timestamp;

use super::certificates::Ca;
use super::row::Row;
use super::sql::{Record, query};
use super::{Db, StoreError, Tx};

/// What is recorded before the HSM signs.
#[derive(Debug, Clone)]
pub struct NewSigner {
    /// Id.
    pub id: String,
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Which CA signs it.
    pub ca: Ca,
    /// Name of the key in the HSM.
    pub key_id: String,
    /// SHA-256 of the key, hex.
    pub spki_sha256: String,
    /// The exact TBSCertificate, DER.
    pub tbs: Vec<u8>,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// Now.
    pub created_at: Timestamp,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerCertificate {
    /// Id.
    pub id: String,
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Which CA signs it.
    pub ca: Ca,
    /// SHA-256 of the key, hex.
    pub spki_sha256: String,
    /// The TBSCertificate, DER.
    pub tbs: Vec<u8>,
    /// The certificate, DER, once signed.
    pub der: Option<Vec<u8>>,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
}

impl SignerCertificate {
    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("signer_certificates", row);
        Ok(Self {
            id: row.text("id")?,
            serial: row.text("serial")?,
            ca: Ca {
                issuer: row.word("issuer")?,
                generation: row.count("generation")?,
            },
            spki_sha256: row.text("spki_sha256")?,
            tbs: row.blob("tbs")?,
            der: row.opt_blob("der")?,
            not_before: row.time("not_before")?,
            not_after: row.time("not_after")?,
        })
    }
}

/// Records a certificate before it is signed.
pub async fn insert_intent(tx: &mut Tx, new: &NewSigner) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO signer_certificates (id, serial, issuer, key_id, spki_sha256, tbs, state, not_before, not_after, \
         created_at, generation) VALUES ($1, $2, $3, $4, $5, $6, 'intent', $7, $8, $9, $10)",
    )
    .bind(new.id.clone())
    .bind(new.serial.clone())
    .bind(new.ca.issuer.as_str())
    .bind(new.key_id.clone())
    .bind(new.spki_sha256.clone())
    .bind(new.tbs.clone())
    .bind(new.not_before.as_second())
    .bind(new.not_after.as_second())
    .bind(new.created_at.as_second())
    .bind(new.ca.number());
    tx.change(statement).await.map(drop)
}

/// Stores the signed certificate. False if it was no longer an intent.
pub async fn set_issued(
    tx: &mut Tx,
    id: &str,
    der: &[u8],
    sha256: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE signer_certificates SET state = 'issued', der = $2, sha256 = $3, issued_at = $4 \
         WHERE id = $1 AND state = 'intent'",
    )
    .bind(id.to_owned())
    .bind(der.to_vec())
    .bind(sha256.to_owned())
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// The certificates of a key under a CA that expire after `now`, including intents, latest expiry first.
pub async fn good(
    db: impl Into<Db<'_>>,
    ca: Ca,
    spki_sha256: &str,
    now: Timestamp,
) -> Result<Vec<SignerCertificate>, StoreError> {
    let statement = query(
        "SELECT id, serial, issuer, generation, spki_sha256, tbs, der, not_before, not_after \
         FROM signer_certificates WHERE issuer = $1 AND generation = $4 AND spki_sha256 = $2 AND state IN ('intent', 'issued') AND not_after > $3 \
         ORDER BY not_after DESC, id LIMIT 10",
    )
    .bind(ca.issuer.as_str())
    .bind(spki_sha256.to_owned())
    .bind(now.as_second())
    .bind(ca.number());
    let rows = db.into().all(statement).await?;
    rows.iter().map(SignerCertificate::read).collect()
}

/// Whether a serial number is that of a signer's certificate.
pub async fn is_signed(db: impl Into<Db<'_>>, ca: Ca, serial: &str) -> Result<bool, StoreError> {
    let statement = query(
        "SELECT id FROM signer_certificates WHERE serial = $1 AND issuer = $2 AND generation = $3 AND state = 'issued'",
    )
    .bind(serial.to_owned())
    .bind(ca.issuer.as_str())
    .bind(ca.number());
    Ok(db.into().optional(statement).await?.is_some())
}

/// When the last certificate of a CA's signer expires; `None` before the first.
pub async fn last_end(db: impl Into<Db<'_>>, ca: Ca) -> Result<Option<Timestamp>, StoreError> {
    let statement = query(
        "SELECT not_after FROM signer_certificates WHERE issuer = $1 AND generation = $2 AND state = 'issued' \
         ORDER BY not_after DESC LIMIT 1",
    )
    .bind(ca.issuer.as_str())
    .bind(ca.number());
    match db.into().optional(statement).await? {
        Some(row) => Ok(Some(
            Row::new("signer_certificates", &row).time("not_after")?,
        )),
        None => Ok(None),
    }
}
