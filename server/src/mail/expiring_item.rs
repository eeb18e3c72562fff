//! The bank's own items that expire, as its operators are warned of them.

use serde::{Deserialize, Serialize};

/// A kind of item, which decides what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpiringItem {
    /// The root's certificate.
    Root,
    /// A customer CA's certificate.
    CustomerCa,
    /// The last day on which a customer CA can sign.
    CustomerCaIssuing,
    /// A staff CA's certificate.
    StaffCa,
    /// The last day on which a staff CA can sign.
    StaffCaIssuing,
    /// The OCSP signer's certificate.
    OcspSigner,
    /// A listener's certificate.
    Listener,
    /// A staff member's certificate.
    StaffCertificate,
    /// A CA's CRLs.
    Crl,
    /// The root CRL.
    RootCrl,
}

impl ExpiringItem {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Root,
        Self::CustomerCa,
        Self::CustomerCaIssuing,
        Self::StaffCa,
        Self::StaffCaIssuing,
        Self::OcspSigner,
        Self::Listener,
        Self::StaffCertificate,
        Self::Crl,
        Self::RootCrl,
    ];

    /// Its stable word: in metrics, in the log, in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::CustomerCa => "customer-ca",
            Self::CustomerCaIssuing => "customer-ca-issuing",
            Self::StaffCa => "staff-ca",
            Self::StaffCaIssuing => "staff-ca-issuing",
            Self::OcspSigner => "ocsp-signer",
            Self::Listener => "listener",
            Self::StaffCertificate => "staff-certificate",
            Self::Crl => "crl",
            Self::RootCrl => "root-crl",
        }
    }
}
