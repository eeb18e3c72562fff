//! Lists and answers of a real token, judged by openssl.
//!
//! - `judge`: openssl
//! - `lists`: full, delta and parts through a certificate's life, and without the HSM
//! - `answers`: OCSP through a certificate's life, and without the HSM
//! - `bad_input`: what is no request, or too much of one
//! - `signers`: the signer's certificate
//! - `silent`: a database that gives no answer

mod answers;
mod bad_input;
mod judge;
mod lists;
mod signers;
mod silent;
