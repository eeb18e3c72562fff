//! 電子証明書情報 as pages show it.

use inkan_pki::x509::summary::CertificateSummary;

use super::catalogue::word;
use super::failure::Failure;
use super::lang::Lang;
use crate::services::records::Certificate;

/// Texts of one certificate.
#[derive(Debug, Clone)]
pub struct CertificateFacts {
    /// O.
    pub organization: String,
    /// OU.
    pub organizational_unit: String,
    /// CN.
    pub common_name: String,
    /// Serial number, hex.
    pub serial: String,
    /// End of validity, as text.
    pub not_after: String,
}

impl CertificateFacts {
    /// Of a recorded certificate that was signed.
    pub fn of(row: &Certificate, lang: Lang) -> Result<Self, Failure> {
        match &row.der {
            Some(der) => Self::of_der(der, lang),
            None => Err(Failure::fault(&"recorded certificate has not been signed")),
        }
    }

    /// Of a DER certificate.
    pub fn of_der(der: &[u8], lang: Lang) -> Result<Self, Failure> {
        let summary = CertificateSummary::parse(der).map_err(|error| Failure::fault(&error))?;
        Ok(Self {
            organization: summary.organization,
            organizational_unit: summary.organizational_unit,
            common_name: summary.common_name,
            serial: summary.serial,
            not_after: word::time(summary.not_after, lang),
        })
    }
}
