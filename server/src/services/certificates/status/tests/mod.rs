//! Lists and answers of a real token, judged by openssl.
//!
//! - `judge`: openssl
//! - `crls`: full, delta and parts through a certificate's lifecycle, and without the HSM
//! - `responses`: OCSP through a certificate's lifecycle, and without the HSM
//! - `bad_input`: what is no request, or too much of one
//! - `signers`: the signer's certificate
//! - `silent`: a database that gives no answer

mod bad_input;
mod crls;
mod judge;
mod responses;
mod signers;
mod silent;
