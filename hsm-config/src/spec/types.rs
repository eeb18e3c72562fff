//! Tokens, keys, certificates, custodians: plain checked data.

use inkan_pki::algorithm::KeyAlgorithm;
use serde::Serialize;

use crate::pin_source::PinSource;

/// A token (a slot, partition or card set) of the HSM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSpec {
    /// Name within the specification.
    pub id: String,
    /// Label of the token, by which it is found.
    pub label: String,
    /// Whether `apply` initialises it with `C_InitToken`; otherwise it must exist already.
    pub initialize: bool,
    /// Security officer's PIN; present when `initialize`.
    pub so_pin: Option<PinSource>,
    /// User PIN.
    pub pin: PinSource,
    /// Name of the custodian who enters the user PIN. Not part of the plan, as the sources are not: officers change.
    pub pin_custodian: Option<String>,
    /// Name of the custodian who enters the security officer's PIN.
    pub so_pin_custodian: Option<String>,
}

/// A key pair on a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySpec {
    /// Name within the specification, and of its certificate file.
    pub id: String,
    /// `CKA_LABEL` of both objects; the id unless specified.
    pub label: String,
    /// Algorithm and size.
    pub algorithm: KeyAlgorithm,
    /// Id of its token.
    pub token: String,
    /// What it is for.
    pub key_use: KeyUse,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyUse {
    /// Signs itself and the other CAs.
    RootCa,
    /// Signs customers' certificates.
    CustomerCa,
    /// Signs staff certificates.
    StaffCa,
    /// Signs OCSP responses.
    Ocsp,
    /// Signs the audit log.
    Audit,
}

impl KeyUse {
    /// All uses.
    pub const ALL: [Self; 5] = [
        Self::RootCa,
        Self::CustomerCa,
        Self::StaffCa,
        Self::Ocsp,
        Self::Audit,
    ];

    /// Name in a specification.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RootCa => "root-ca",
            Self::CustomerCa => "customer-ca",
            Self::StaffCa => "staff-ca",
            Self::Ocsp => "ocsp",
            Self::Audit => "audit",
        }
    }

    /// Whether the key needs a CA certificate.
    pub fn is_ca(self) -> bool {
        matches!(self, Self::RootCa | Self::CustomerCa | Self::StaffCa)
    }
}

/// A CA certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSpec {
    /// Id of the key it certifies.
    pub key: String,
    /// Id of the key that signs it; the same key for a root.
    pub issuer: String,
    /// Its subject.
    pub subject: Subject,
    /// Years of validity; never longer than the issuer's certificate.
    pub years: u8,
    /// Path length constraint (RFC 5280, 4.2.1.9).
    pub path_len: u8,
    /// CRL distribution points (RFC 5280, 4.2.1.13): URLs of the issuer's CRL.
    pub crl_urls: Vec<String>,
    /// Authority information access, caIssuers (RFC 5280, 4.2.2.1).
    pub ca_issuers_url: Option<String>,
}

/// A distinguished name: country, organization, unit, common name, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// `C`, two capital letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// `O`.
    pub organization: String,
    /// `OU`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizational_unit: Option<String>,
    /// `CN`.
    pub common_name: String,
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(country) = &self.country {
            write!(f, "C={country}, ")?;
        }
        write!(f, "O={}", self.organization)?;
        if let Some(unit) = &self.organizational_unit {
            write!(f, ", OU={unit}")?;
        }
        write!(f, ", CN={}", self.common_name)
    }
}

/// A person who takes part in the ceremony.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Custodian {
    /// Name.
    pub name: String,
    /// What the person does.
    pub role: String,
    /// What the person may type instead of the name; derived from it when absent. Not part of the plan.
    #[serde(skip)]
    pub initials: Option<String>,
}

impl Custodian {
    /// The specified initials, or the first characters of the words of the name, as capital letters.
    #[must_use]
    pub fn initials(&self) -> String {
        let derived = || {
            let first = self
                .name
                .split_whitespace()
                .filter_map(|word| word.chars().next());
            first.flat_map(char::to_uppercase).collect()
        };
        self.initials.clone().unwrap_or_else(derived)
    }
}
