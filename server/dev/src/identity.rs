//! Staff with soft keys: created here, certified by the staff CA through the HSM and the same service as all others.

use std::path::PathBuf;

use inkan_pki::x509::chain::verify_issued_by;
use inkan_pki::x509::pem;
use inkan_pki::x509::summary::CertificateSummary;
use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateParams, KeyPair};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde::Serialize;

use crate::directory::Directory;
use crate::{DevError, files};
use inkan_server::services::records::{IssuerId, StaffMember, StaffRole};
use inkan_server::services::{RequestContext, Services};
use inkan_store::audit::Actor;

const STAFF: [(&str, StaffRole); 8] = [
    ("teller", StaffRole::Teller),
    ("teller-2", StaffRole::Teller),
    ("approver", StaffRole::Approver),
    ("approver-2", StaffRole::Approver),
    ("helpdesk", StaffRole::Helpdesk),
    ("security-officer", StaffRole::SecurityOfficer),
    ("security-officer-2", StaffRole::SecurityOfficer),
    ("auditor", StaffRole::Auditor),
];

/// A certificate that expires sooner is replaced at the start.
const ENDS_SOON: SignedDuration = SignedDuration::from_hours(24);

/// A staff member with key and certificate, as `dev.json` names them.
#[derive(Debug, Clone, Serialize)]
pub struct Identity {
    /// Name.
    pub name: String,
    /// Role.
    pub role: StaffRole,
    /// PEM: certificate, then the staff CA.
    pub certificate: PathBuf,
    /// PEM: private key.
    pub key: PathBuf,
    /// Id in the database.
    #[serde(skip)]
    pub id: String,
}

/// All of them; missing keys and certificates are created.
pub async fn ensure(
    directory: &Directory,
    services: &Services,
    now: Timestamp,
) -> Result<Vec<Identity>, DevError> {
    let fail = |error: inkan_server::services::Error| DevError::Certificates(error.to_string());
    let accounts = services.accounts();
    let known = accounts.staff_members().await.map_err(fail)?;
    let mut identities = Vec::new();
    for (name, role) in STAFF {
        let member = match known.iter().find(|member| member.name == name) {
            Some(member) => member.clone(),
            None => {
                let added = accounts.add_staff_member(name, name, role, Actor::System, now);
                added.await.map_err(fail)?
            }
        };
        identities.push(certified(directory, services, &member, now).await?);
    }
    Ok(identities)
}

async fn certified(
    directory: &Directory,
    services: &Services,
    member: &StaffMember,
    now: Timestamp,
) -> Result<Identity, DevError> {
    let identity = Identity {
        name: member.name.clone(),
        role: member.role,
        certificate: directory.at(&format!("staff/{}.pem", member.name)),
        key: directory.at(&format!("staff/{}.key", member.name)),
        id: member.id.clone(),
    };
    let certificate = files::read(&identity.certificate)?;
    let key = files::read(&identity.key)?;
    if certificate.as_deref().is_some_and(|text| lasts(text, now)) && key.is_some() {
        return Ok(identity);
    }
    // A key whose certificate was not written continues where it stopped; one with an old certificate is replaced.
    let fail = |error: rcgen::Error| DevError::Certificates(error.to_string());
    let key = match key.filter(|_| certificate.is_none()) {
        Some(text) => KeyPair::from_pem(&text).map_err(fail)?,
        None => KeyPair::generate().map_err(fail)?,
    };
    files::write(&identity.key, key.serialize_pem().as_bytes())?;
    let csr = CertificateParams::default()
        .serialize_request(&key)
        .map_err(fail)?;
    let der = services
        .issue_staff_certificate(&RequestContext::system(now), &member.id, csr.der())
        .await
        .map_err(|error| DevError::Certificates(error.to_string()))?;
    let cas = services.authority().certificates(IssuerId::Staff);
    let issuer = cas.iter().find(|ca| verify_issued_by(&der, ca).is_ok());
    let chain = pem::encode_certificate(&der)
        + &issuer.map_or_else(String::new, |ca| pem::encode_certificate(ca));
    files::write(&identity.certificate, chain.as_bytes())?;
    Ok(identity)
}

/// Whether the first certificate of a PEM text is valid for a while.
fn lasts(text: &str, now: Timestamp) -> bool {
    let Ok(der) = CertificateDer::from_pem_slice(text.as_bytes()) else {
        return false;
    };
    CertificateSummary::parse(&der)
        .is_ok_and(|summary| summary.not_before <= now && now + ENDS_SOON < summary.not_after)
}
