//! One revoked certificate in a list.

use der::oid::ObjectIdentifier;
use jiff::Timestamp;

use crate::asn1;
use crate::profile::ProfileError;
use crate::reason::Reason;

const CRL_REASONS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");

/// Lines, encoded as they are added.
#[derive(Debug, Default)]
pub struct RevokedEntries {
    der: Vec<u8>,
    count: u64,
}

impl RevokedEntries {
    /// Adds one certificate; the order does not matter.
    ///
    /// # Errors
    /// [`ProfileError`] for a time that no list can say.
    pub fn add(
        &mut self,
        serial: &[u8],
        at: Timestamp,
        reason: Reason,
    ) -> Result<(), ProfileError> {
        let serial = asn1::integer(serial);
        let at = asn1::time(at)?;
        // "Unspecified" is left out (§5.3.1).
        let extensions = match reason {
            Reason::Unspecified => Vec::new(),
            said => {
                let value = asn1::enumerated(said.code());
                asn1::sequence(&[&asn1::extension(CRL_REASONS, false, &value)?])
            }
        };
        let parts = [serial, at, extensions];
        let length = parts.iter().map(Vec::len).sum();
        asn1::header(asn1::SEQUENCE, length, &mut self.der);
        for part in &parts {
            self.der.extend_from_slice(part);
        }
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

    pub(super) fn as_der(&self) -> &[u8] {
        &self.der
    }
}
