//! X.509 for both sides.
//!
//! Not here: what a bank puts into a certificate (server `ca::profile`), and signing (`signer`).
//!
//! - [`csr`]: a PKCS#10 request, verified and checked
//! - [`key_check`]: public keys that must never be certified
//! - [`summary`]: the fields of a certificate for screens and checks
//! - [`chain`]: whether a CA issued a certificate
//! - [`certs_only`]: PKCS#7 degenerate SignedData, for EST responses
//! - [`transfer`]: the base64 content transfer encoding of EST
//! - [`extensions`]: extensions, among them authority information access and certificate policies
//! - [`assemble`]: joins to-be-signed bytes and signature to a certificate or CRL
//! - [`fingerprint`]: SHA-256 of certificates and keys
//! - [`pem`]: reading and writing certificates as PEM

pub mod assemble;
pub mod certs_only;
pub mod chain;
pub mod csr;
pub mod extensions;
pub mod fingerprint;
pub mod key_check;
pub mod pem;
pub mod summary;
pub mod transfer;
