//! The steps that `apply` does for a specification, in order.
//!
//! A plan follows from the specification alone; it opens no HSM and reads no PIN.

use std::path::PathBuf;

use inkan_pki::x509::fingerprint::sha256_hex;
use serde::Serialize;

use crate::spec::{CertificateSpec, Custodian, KeySpec, Spec, Subject, TokenSpec};

/// The steps for one environment.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// Name of the environment.
    pub environment: String,
    /// Name of the profile.
    pub profile: &'static str,
    /// The product.
    pub product: &'static str,
    /// Whether the tests include this product.
    pub tested: bool,
    /// Notes on the product.
    pub notes: &'static [&'static str],
    /// The PKCS#11 module; `None` when it is not installed.
    pub module: Option<PathBuf>,
    /// Where certificates and transcript go.
    pub certificate_dir: PathBuf,
    /// Who takes part.
    pub custodians: Vec<Custodian>,
    /// SHA-256 over environment, profile, steps and custodians, hex: binds the transcript to this plan. Paths and PIN sources are not
    /// part of it.
    pub sha256: String,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name in the transcript, e.g. `key:root-ca`.
    pub id: String,
    /// What is done.
    #[serde(flatten)]
    pub action: Action,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    /// Initialise a token (`C_InitToken`).
    InitializeToken {
        /// Id in the specification.
        token: String,
        /// Label it gets.
        label: String,
    },
    /// Set a token's user PIN (`C_InitPIN`).
    SetPin {
        /// Id in the specification.
        token: String,
        /// Its label.
        label: String,
    },
    /// Find a token that was made with the vendor's tool.
    FindToken {
        /// Id in the specification.
        token: String,
        /// Its label.
        label: String,
    },
    /// Generate a key pair.
    GenerateKey {
        /// Id in the specification.
        key: String,
        /// Id of its token.
        token: String,
        /// `CKA_LABEL`.
        label: String,
        /// `CKA_ID`, hex.
        cka_id: String,
        /// Algorithm.
        algorithm: &'static str,
        /// What it is for.
        #[serde(rename = "use")]
        key_use: &'static str,
    },
    /// Sign a CA certificate and write it to its file.
    Certify {
        /// Id of the key certified.
        key: String,
        /// Id of the key that signs.
        issuer: String,
        /// Subject.
        subject: Subject,
        /// Years of validity.
        years: u8,
        /// Path length constraint.
        path_len: u8,
        /// CRL distribution points.
        crl_urls: Vec<String>,
        /// caIssuers.
        ca_issuers_url: Option<String>,
        /// Name of the file in the certificate directory.
        file: String,
    },
}

/// The steps for a specification.
#[must_use]
pub fn plan(spec: &Spec) -> Plan {
    let mut steps = Vec::new();
    for token in spec.tokens() {
        steps.extend(token_steps(token));
    }
    steps.extend(spec.keys().iter().map(|key| key_step(spec, key)));
    steps.extend(spec.certificates().iter().map(certificate_step));
    Plan {
        environment: spec.environment().to_owned(),
        profile: spec.profile().name,
        product: spec.profile().product,
        tested: spec.profile().tested,
        notes: spec.profile().notes,
        module: spec.module_path().ok(),
        certificate_dir: spec.certificate_dir().to_owned(),
        custodians: spec.custodians().to_vec(),
        sha256: plan_digest(spec, &steps, spec.custodians()),
        steps,
    }
}

/// `CKA_ID` of a key: derived from environment and key id, so that an interrupted run finds its key again, and as long as the
/// product accepts.
#[must_use]
pub fn cka_id(spec: &Spec, key: &KeySpec) -> Vec<u8> {
    let name = format!("inkan key {} {}", spec.environment(), key.id);
    let mut id = hex::decode(sha256_hex(name.as_bytes())).unwrap_or_default();
    id.truncate(spec.profile().key_id_bytes);
    id
}

fn token_steps(token: &TokenSpec) -> Vec<Step> {
    let (id, label) = (token.id.clone(), token.label.clone());
    if !token.initialize {
        return vec![Step {
            id: format!("token:{id}"),
            action: Action::FindToken { token: id, label },
        }];
    }
    vec![
        Step {
            id: format!("token:{id}"),
            action: Action::InitializeToken {
                token: id.clone(),
                label: label.clone(),
            },
        },
        Step {
            id: format!("pin:{id}"),
            action: Action::SetPin { token: id, label },
        },
    ]
}

fn key_step(spec: &Spec, key: &KeySpec) -> Step {
    Step {
        id: format!("key:{}", key.id),
        action: Action::GenerateKey {
            key: key.id.clone(),
            token: key.token.clone(),
            label: key.label.clone(),
            cka_id: hex::encode(cka_id(spec, key)),
            algorithm: key.algorithm.as_str(),
            key_use: key.key_use.as_str(),
        },
    }
}

fn certificate_step(certificate: &CertificateSpec) -> Step {
    Step {
        id: format!("certificate:{}", certificate.key),
        action: Action::Certify {
            key: certificate.key.clone(),
            issuer: certificate.issuer.clone(),
            subject: certificate.subject.clone(),
            years: certificate.years,
            path_len: certificate.path_len,
            crl_urls: certificate.crl_urls.clone(),
            ca_issuers_url: certificate.ca_issuers_url.clone(),
            file: format!("{}.pem", certificate.key),
        },
    }
}

/// The digest that binds a transcript to its plan.
pub(crate) fn plan_digest(spec: &Spec, steps: &[Step], custodians: &[Custodian]) -> String {
    /// Serialised field by field, in this order. A later version must leave a new field out while it is empty, or every earlier
    /// transcript would be of another plan.
    #[derive(Serialize)]
    struct DigestInput<'a> {
        environment: &'a str,
        profile: &'a str,
        steps: &'a [Step],
        custodians: &'a [Custodian],
    }
    let input = DigestInput {
        environment: spec.environment(),
        profile: spec.profile().name,
        steps,
        custodians,
    };
    // Strings and numbers: this cannot fail.
    sha256_hex(&serde_json::to_vec(&input).unwrap_or_default())
}
