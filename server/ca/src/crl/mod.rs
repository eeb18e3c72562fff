//! CRLs (RFC 5280 §5): version 2, full and delta, of a whole CA or of one shard.
//!
//! A CRL is built as bytes: a million entries take fifty megabytes and no more.
//!
//! - [`entries`]: the revoked certificates
//! - `extensions`: number, scope, base of a delta CRL, URL of the delta CRL
//! - [`read`]: a published CRL, read back

pub mod entries;
mod extensions;
pub mod read;

use der::asn1::AnyRef;
use der::{Encode, Sequence, Tag};
use jiff::Timestamp;
use x509_cert::certificate::Version;
use x509_cert::ext::Extensions;
use x509_cert::name::Name;
use x509_cert::spki::AlgorithmIdentifierRef;
use x509_cert::time::Time;

use inkan_pki::verify::verifies;
use inkan_pki::x509::assemble;
use inkan_pki::x509::chain::ChainError;

use super::authority::Authority;
use super::encoding::{EncodingError, time};
use super::hsm::Priority;
use super::id::CaId;
use super::issue::IssueError;
use super::issuing_ca::IssuingCa;

pub use super::reason::Reason;
pub use entries::RevokedEntries;
pub use read::{CrlFault, PublishedCrl};

/// Content of a CRL.
#[derive(Debug)]
pub struct CrlContent<'a> {
    /// CRL number: grows within a scope, over full and delta CRLs together.
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// The shard (with its URL) to which it is limited; none for all certificates of the CA.
    pub shard_url: Option<&'a str>,
    /// For a delta: number of the full CRL it starts from.
    pub base: Option<u64>,
    /// For a full CRL: URL of its deltas.
    pub delta_url: Option<&'a str>,
    /// The entries.
    pub entries: RevokedEntries,
}

impl Authority {
    /// Signs a CRL and verifies the signature.
    ///
    /// # Errors
    /// [`IssueError`].
    pub async fn sign_crl(
        &self,
        id: impl Into<CaId>,
        list: CrlContent<'_>,
    ) -> Result<Vec<u8>, IssueError> {
        let ca = self.ca(id)?.clone();
        let tbs = to_be_signed(&ca, &list)?;
        // The bytes contain its entries: megabytes that need not wait for the HSM as well.
        drop(list);
        let signature = self.signature(&ca, &tbs, Priority::Status).await?;
        // Hashing megabytes must not block a thread that others wait for.
        let verified = tokio::task::spawn_blocking(move || {
            verify(&ca, &tbs, &signature)?;
            Ok(assemble::signed(&tbs, ca.algorithm, &signature)?)
        });
        verified
            .await
            .unwrap_or(Err(IssueError::Signature(ChainError::Malformed)))
    }
}

/// `TBSCertList` (RFC 5280 §5.1.2). Unlike the type of `x509-cert`, it takes its entries as bytes.
#[derive(Sequence)]
struct TbsCertList<'a> {
    version: Version,
    signature: AlgorithmIdentifierRef<'a>,
    issuer: Name,
    this_update: Time,
    next_update: Time,
    /// Absent when nothing is revoked.
    revoked_certificates: Option<AnyRef<'a>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    extensions: Extensions,
}

pub(crate) fn to_be_signed(
    ca: &IssuingCa,
    list: &CrlContent<'_>,
) -> Result<Vec<u8>, EncodingError> {
    let revoked_certificates = match list.entries.as_der() {
        [] => None,
        entries => Some(AnyRef::new(Tag::Sequence, entries)?),
    };
    let tbs = TbsCertList {
        version: Version::V2,
        signature: assemble::signature_algorithm(ca.algorithm),
        issuer: ca.name.clone(),
        this_update: time(list.this_update)?,
        next_update: time(list.next_update)?,
        revoked_certificates,
        extensions: extensions::of(list, ca)?,
    };
    Ok(tbs.to_der()?)
}

fn verify(ca: &IssuingCa, tbs: &[u8], signature: &[u8]) -> Result<(), IssueError> {
    if verifies(&ca.spki, ca.algorithm.default_scheme(), tbs, signature) {
        Ok(())
    } else {
        Err(IssueError::wrong(&ca.key, ChainError::BadSignature))
    }
}
