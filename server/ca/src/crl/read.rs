//! Reading a published CRL back, with its signature checked: evidence of what was revoked.

use jiff::Timestamp;
use thiserror::Error;
use x509_parser::prelude::{
    CertificateRevocationList, DistributionPointName, FromDer, GeneralName, ParsedExtension,
    RevokedCertificate,
};

use inkan_pki::verify::verifies;
use inkan_pki::x509::summary::serial_hex;

use crate::id::CaId;
use crate::issuing_ca::IssuingCa;
use crate::reason::Reason;
use crate::shard;

/// OID of the delta CRL indicator (RFC 5280 §5.2.4).
const DELTA: &[u64] = &[2, 5, 29, 27];

/// Why a CRL is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CrlFault {
    /// It is no CRL, or lacks its number.
    #[error("it is not a CRL with a number")]
    Malformed,
    /// None of the bank's CAs has signed it.
    #[error("no CA of the configuration has signed it")]
    Foreign,
    /// A delta CRL has only changes.
    #[error("it is a delta CRL, which lists only changes")]
    Delta,
    /// Its scope is not one that this CA publishes.
    #[error("it is limited in a way that this bank's CRLs are not")]
    Scope,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrlEntry {
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Since when.
    pub at: Timestamp,
    /// Why; a reason that this bank does not give counts as unspecified.
    pub reason: Reason,
}

/// A full CRL of one of the bank's CAs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedCrl {
    /// Its CA.
    pub ca: CaId,
    /// The shard to which it is limited; empty for all certificates of the CA.
    pub shard: String,
    /// Its number.
    pub number: i64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// The entries, in their order.
    pub entries: Vec<CrlEntry>,
}

impl PublishedCrl {
    /// Reads a CRL (DER) that one of `cas` has signed. Whether it has expired does not matter: what it lists was revoked.
    ///
    /// # Errors
    /// [`CrlFault`].
    pub fn read(der: &[u8], cas: &[IssuingCa]) -> Result<Self, CrlFault> {
        let (rest, crl) =
            CertificateRevocationList::from_der(der).map_err(|_| CrlFault::Malformed)?;
        if !rest.is_empty() {
            return Err(CrlFault::Malformed);
        }
        let ca = cas.iter().find(|ca| {
            let signature = &crl.signature_value.data;
            let tbs = crl.tbs_cert_list.as_ref();
            verifies(&ca.spki, ca.algorithm.default_scheme(), tbs, signature)
        });
        let ca = ca.ok_or(CrlFault::Foreign)?;
        let oid = |one: &[u64]| x509_parser::der_parser::Oid::from(one).ok();
        if oid(DELTA).is_some_and(|delta| crl.extensions().iter().any(|one| one.oid == delta)) {
            return Err(CrlFault::Delta);
        }
        let number = crl
            .crl_number()
            .and_then(|number| i64::try_from(number).ok());
        let entries = crl.iter_revoked_certificates();
        Ok(Self {
            ca: ca.id,
            shard: shard_of(&crl)?,
            number: number.ok_or(CrlFault::Malformed)?,
            this_update: time(crl.last_update().timestamp())?,
            entries: entries.map(entry).collect::<Result<_, _>>()?,
        })
    }
}

fn time(seconds: i64) -> Result<Timestamp, CrlFault> {
    Timestamp::from_second(seconds).map_err(|_| CrlFault::Malformed)
}

fn entry(one: &RevokedCertificate<'_>) -> Result<CrlEntry, CrlFault> {
    let reason = one.reason_code();
    Ok(CrlEntry {
        serial: serial_hex(one.raw_serial()),
        at: time(one.revocation_date.timestamp())?,
        reason: reason.map_or(Reason::Unspecified, |(_, code)| Reason::of_code(code.0)),
    })
}

/// The shard in the URL of the issuing distribution point; empty without one.
fn shard_of(crl: &CertificateRevocationList<'_>) -> Result<String, CrlFault> {
    for extension in crl.extensions() {
        let ParsedExtension::IssuingDistributionPoint(point) = extension.parsed_extension() else {
            continue;
        };
        let Some(DistributionPointName::FullName(names)) = &point.distribution_point else {
            return Err(CrlFault::Scope);
        };
        let shard = names.iter().find_map(|name| match name {
            GeneralName::URI(url) => url.rsplit('/').next()?.strip_suffix(".crl"),
            _ => None,
        });
        let shard = shard.filter(|name| shard::is_name(name));
        return shard.map(str::to_owned).ok_or(CrlFault::Scope);
    }
    Ok(String::new())
}
