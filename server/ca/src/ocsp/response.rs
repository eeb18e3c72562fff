//! Responses: errors, which are not signed, and the rest.

use der::Encode;
use der::asn1::{BitString, OctetString};
use der::oid::db::rfc6960::ID_PKIX_OCSP_NONCE;
use der::referenced::RefToOwned;
use jiff::Timestamp;
use x509_ocsp::ext::Nonce;
use x509_ocsp::{
    BasicOcspResponse, CertStatus, OcspGeneralizedTime, OcspResponse, ResponderId, ResponseData,
    RevokedInfo, SingleResponse, Version,
};

use inkan_pki::verify::verifies;
use inkan_pki::x509::assemble;
use inkan_pki::x509::chain::ChainError;
use inkan_pki::x509::extensions::extension;

use super::request::CertificateId;
use super::signer::Signer;
use crate::Authority;
use crate::encoding::{EncodingError, date};
use crate::hsm::Priority;
use crate::issue::IssueError;
use crate::reason::Reason;

/// Status of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OcspStatus {
    /// Issued and not revoked.
    Good,
    /// Revoked, or suspended.
    Revoked {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: Reason,
    },
    /// Never issued.
    Unknown,
}

/// A response to be signed.
#[derive(Debug)]
pub struct ResponseContent<'a> {
    /// The requested certificates, each with its status.
    pub certificates: &'a [(CertificateId, OcspStatus)],
    /// Repeated from the request.
    pub nonce: Option<&'a [u8]>,
    /// producedAt: when it is signed.
    pub produced_at: Timestamp,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
}

/// Why there is no response; unsigned, so anybody can forge it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The request cannot be parsed.
    MalformedRequest,
    /// A fault of the server.
    InternalError,
    /// Try again later.
    TryLater,
    /// Not one of our CAs.
    Unauthorized,
}

impl Problem {
    /// The whole response (DER).
    ///
    /// # Errors
    /// The response does not encode; with a status alone this does not happen.
    pub fn der(self) -> Result<Vec<u8>, EncodingError> {
        let response = match self {
            Self::MalformedRequest => OcspResponse::malformed_request(),
            Self::InternalError => OcspResponse::internal_error(),
            Self::TryLater => OcspResponse::try_later(),
            Self::Unauthorized => OcspResponse::unauthorized(),
        };
        Ok(response.to_der()?)
    }
}

impl Authority {
    /// Signs a response, verifies the signature, and returns the whole response (DER) with the signer's certificate.
    ///
    /// # Errors
    /// [`IssueError`].
    pub async fn sign_response(
        &self,
        signer: &Signer,
        answer: &ResponseContent<'_>,
    ) -> Result<Vec<u8>, IssueError> {
        let data = data(signer, answer)?;
        let tbs = data.to_der().map_err(encoding)?;
        let scheme = signer.algorithm.default_scheme();
        let signing = self
            .hsms()
            .sign(&signer.key, scheme, tbs.clone(), Priority::Status);
        let signature = signing.await?;
        if !verifies(&signer.spki, scheme, &tbs, &signature) {
            return Err(IssueError::wrong(&signer.key, ChainError::BadSignature));
        }
        let basic = BasicOcspResponse {
            tbs_response_data: data,
            signature_algorithm: assemble::signature_algorithm(signer.algorithm).ref_to_owned(),
            signature: BitString::from_bytes(&signature).map_err(encoding)?,
            certs: Some(vec![signer.certificate.clone()]),
        };
        let response = OcspResponse::successful(basic).map_err(encoding)?;
        response.to_der().map_err(encoding)
    }
}

fn data(signer: &Signer, answer: &ResponseContent<'_>) -> Result<ResponseData, IssueError> {
    let this_update = time(answer.this_update)?;
    let next_update = time(answer.next_update)?;
    let mut responses = Vec::with_capacity(answer.certificates.len());
    for (id, ocsp_status) in answer.certificates {
        let cert_status = match ocsp_status {
            OcspStatus::Good => CertStatus::good(),
            OcspStatus::Unknown => CertStatus::unknown(),
            OcspStatus::Revoked { at, reason } => CertStatus::Revoked(RevokedInfo {
                revocation_time: time(*at)?,
                revocation_reason: reason.crl_reason(),
            }),
        };
        responses.push(SingleResponse {
            cert_id: id.as_asked.clone(),
            cert_status,
            this_update,
            next_update: Some(next_update),
            single_extensions: None,
        });
    }
    let extensions = match answer.nonce {
        None => None,
        Some(octets) => {
            let nonce = Nonce(OctetString::new(octets).map_err(encoding)?);
            Some(vec![
                extension(ID_PKIX_OCSP_NONCE, false, &nonce).map_err(encoding)?,
            ])
        }
    };
    Ok(ResponseData {
        version: Version::V1,
        responder_id: ResponderId::ByKey(
            OctetString::new(signer.name.as_slice()).map_err(encoding)?,
        ),
        produced_at: time(answer.produced_at)?,
        responses,
        response_extensions: extensions,
    })
}

fn time(at: Timestamp) -> Result<OcspGeneralizedTime, IssueError> {
    Ok(date(at).map_err(encoding)?.into())
}

fn encoding(error: der::Error) -> IssueError {
    IssueError::Encoding(error.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_a_status_alone() {
        for (problem, status) in [
            (Problem::MalformedRequest, 1),
            (Problem::InternalError, 2),
            (Problem::TryLater, 3),
            (Problem::Unauthorized, 6),
        ] {
            assert_eq!(problem.der().unwrap(), [0x30, 3, 0x0a, 1, status]);
        }
    }
}
