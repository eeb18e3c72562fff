//! X.509 that both sides must agree on.
//!
//! Not here: what a bank puts into a certificate (server `ca::profile`), and signing (`signer`).
//!
//! - [`csr`]: a PKCS#10 request, proved and checked
//! - [`key_check`]: public keys that must never be certified
//! - [`subject`]: the subject name and its string types
//! - [`summary`]: what a certificate says, for people and checks
//! - [`chain`]: was this certificate signed by that CA
//! - [`certs_only`]: PKCS#7 degenerate SignedData, as EST answers
//! - [`transfer`]: base64 as EST sends it
//! - [`extensions`]: authority information access, certificate policies
//! - [`assemble`]: to-be-signed bytes and signature become a certificate or CRL
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
pub mod subject;
pub mod summary;
pub mod transfer;
