//! The bank's CAs in front of their HSMs, and which of them signs new certificates.

use std::sync::Arc;

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;

use super::hsm::{HsmError, HsmGroup, HsmPool};
use super::id::{CaId, IssuerId};
use super::issue::IssueError;
use super::issuing_ca::IssuingCa;

/// The bank's issuing CAs in front of their HSMs; cheap to clone.
#[derive(Clone)]
pub struct Authority {
    hsms: HsmGroup,
    cas: Arc<[IssuingCa]>,
    root: CertificateDer<'static>,
    ocsp_key: Option<String>,
    pub(super) audit_key: Option<String>,
}

impl Authority {
    /// Combines HSMs and CAs.
    ///
    /// # Errors
    /// [`IssueError::NoCa`] if a kind has no CA, [`IssueError::TwoCas`] if two have one generation.
    pub fn new(
        hsms: impl Into<HsmGroup>,
        root: CertificateDer<'static>,
        mut cas: Vec<IssuingCa>,
    ) -> Result<Self, IssueError> {
        cas.sort_by_key(|ca| (ca.id.issuer.name(), ca.id.generation));
        for issuer in IssuerId::ALL {
            if !cas.iter().any(|ca| ca.id.issuer == issuer) {
                return Err(IssueError::NoCa(issuer.name()));
            }
        }
        let twice = cas.windows(2).find(|two| two[0].id == two[1].id);
        if let Some(ca) = twice.and_then(<[_]>::first) {
            return Err(IssueError::TwoCas(ca.id));
        }
        Ok(Self {
            hsms: hsms.into(),
            cas: cas.into(),
            root,
            ocsp_key: None,
            audit_key: None,
        })
    }

    /// With a key in the same HSMs that signs OCSP responses.
    #[must_use]
    pub fn with_ocsp_key(mut self, key: &str) -> Self {
        self.ocsp_key = Some(key.to_owned());
        self
    }

    /// Name of the key that signs OCSP responses, and its public key.
    ///
    /// # Errors
    /// [`HsmError::UnknownKey`] without one; otherwise the reason why it was not found.
    pub fn ocsp_key(&self) -> Result<(&str, Vec<u8>), HsmError> {
        let unknown = || HsmError::UnknownKey("ocsp".to_owned());
        let key = self.ocsp_key.as_deref().ok_or_else(unknown)?;
        Ok((key, self.hsms.known_key(key)?))
    }

    /// Every CA, by kind and generation.
    #[must_use]
    pub fn cas(&self) -> &[IssuingCa] {
        &self.cas
    }

    /// The CAs of a kind, oldest first; at least one.
    pub fn cas_of(&self, issuer: IssuerId) -> impl Iterator<Item = &IssuingCa> {
        self.cas.iter().filter(move |ca| ca.id.issuer == issuer)
    }

    /// A CA.
    ///
    /// # Errors
    /// [`IssueError::UnknownCa`] if it is not (or no longer) configured.
    pub fn ca(&self, id: impl Into<CaId>) -> Result<&IssuingCa, IssueError> {
        let id = id.into();
        let found = self.cas.iter().find(|ca| ca.id == id);
        found.ok_or(IssueError::UnknownCa(id))
    }

    /// The CA of a kind that signs new certificates at `now`: of those whose start has passed, the one with the latest.
    ///
    /// # Errors
    /// [`IssueError::NoCa`]; never for an authority created by [`Authority::new`].
    pub fn current(&self, issuer: IssuerId, now: Timestamp) -> Result<&IssuingCa, IssueError> {
        let begun = self.cas_of(issuer).filter(|ca| ca.issues_from <= now);
        begun
            .max_by_key(|ca| (ca.issues_from, ca.id.generation))
            .or_else(|| self.cas_of(issuer).min_by_key(|ca| ca.issues_from))
            .ok_or(IssueError::NoCa(issuer.name()))
    }

    /// Certificates of the CAs of a kind, as trust anchors and for clients; oldest first.
    #[must_use]
    pub fn certificates(&self, issuer: IssuerId) -> Vec<CertificateDer<'static>> {
        let of = self.cas_of(issuer);
        of.map(|ca| ca.certificate.clone()).collect()
    }

    /// The root's certificate.
    #[must_use]
    pub fn root(&self) -> &CertificateDer<'static> {
        &self.root
    }

    /// The HSMs.
    #[must_use]
    pub fn hsms(&self) -> &HsmGroup {
        &self.hsms
    }

    /// The pool of the first HSM: the one that officers unseal.
    #[must_use]
    pub fn pool(&self) -> &HsmPool {
        self.hsms.first()
    }
}
