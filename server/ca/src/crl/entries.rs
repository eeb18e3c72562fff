//! The revoked certificates of a CRL.

use der::asn1::UintRef;
use der::oid::db::rfc5280::ID_CE_CRL_REASONS;
use der::{Encode, Sequence};
use jiff::Timestamp;
use x509_cert::ext::Extensions;
use x509_cert::time::Time;

use inkan_pki::x509::extensions::extension;

use crate::encoding::{EncodingError, time};
use crate::reason::Reason;

/// Entries, encoded as they are added: a million of them are bytes, not a tree.
#[derive(Debug, Default)]
pub struct RevokedEntries {
    der: Vec<u8>,
    count: u64,
}

/// One entry of `revokedCertificates` (RFC 5280 §5.1.2.6). `x509-cert` has the same type, but its serial number owns its bytes and is
/// refused when it is longer than 20.
#[derive(Sequence)]
struct RevokedEntry<'a> {
    serial: UintRef<'a>,
    revoked_at: Time,
    extensions: Option<Extensions>,
}

impl RevokedEntries {
    /// Adds one certificate; the order does not matter.
    ///
    /// # Errors
    /// [`EncodingError`] for a time before 1970 or after 9999.
    pub fn add(
        &mut self,
        serial: &[u8],
        at: Timestamp,
        reason: Reason,
    ) -> Result<(), EncodingError> {
        let reason = reason.crl_reason();
        let reason = reason.map(|value| extension(ID_CE_CRL_REASONS, false, &value));
        let entry = RevokedEntry {
            serial: UintRef::new(serial)?,
            revoked_at: time(at)?,
            extensions: reason.transpose()?.map(|one| vec![one]),
        };
        entry.encode_to_vec(&mut self.der)?;
        self.count += 1;
        Ok(())
    }

    /// How many.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.count
    }

    /// None.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The content of `revokedCertificates`.
    pub(super) fn as_der(&self) -> &[u8] {
        &self.der
    }
}
