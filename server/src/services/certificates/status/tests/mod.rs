//! CRLs and OCSP responses from a real token, checked by openssl.
//!
//! - `judge`: openssl
//! - `crls`: full CRLs, delta CRLs and shards through a certificate's lifecycle, and without the HSM
//! - `responses`: OCSP through a certificate's lifecycle, and without the HSM
//! - `bad_input`: input that is no request, and requests that are too large
//! - `signers`: the signer's certificate
//! - `silent`: a database that does not respond

mod bad_input;
mod crls;
mod judge;
mod responses;
mod signers;
mod silent;
