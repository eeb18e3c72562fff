//! OCSP (RFC 6960, nonces by RFC 9654, responses in the profile of RFC 5019): requests are parsed, responses signed by
//! a separate key that each CA has certified.
//!
//! Not here: the status of a certificate (`services`), HTTP (`http`).
//!
//! - [`request`]: the request, or why it is malformed
//! - [`issuer`]: which CA a request identifies, by its digests
//! - [`response`]: the response, signed
//! - [`signer`]: the signer's certificate

pub mod issuer;
pub mod request;
pub mod response;
pub mod signer;

pub use issuer::{Digest, IssuerDigests};
pub use request::{Asked, CertificateId, MalformedRequest};
pub use response::{OcspStatus, Problem, ResponseContent};
pub use signer::Signer;
