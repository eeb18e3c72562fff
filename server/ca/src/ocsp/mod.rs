//! OCSP (RFC 6960, nonces by RFC 9654, answers in the profile of RFC 5019): requests are read, answers signed by a key of
//! their own that each CA has certified.
//!
//! Not here: how a certificate stands (`services`), HTTP (`http`).
//!
//! - [`request`]: what is asked, or why it cannot be read
//! - [`issuer`]: which CA an asker means, by its digests
//! - [`response`]: what is answered, signed
//! - [`signer`]: the signer's certificate

pub mod issuer;
pub mod request;
pub mod response;
pub mod signer;

pub use issuer::{Digest, IssuerDigests};
pub use request::{Asked, CertificateId, MalformedRequest};
pub use response::{OcspStatus, Problem, ResponseContent};
pub use signer::Signer;
