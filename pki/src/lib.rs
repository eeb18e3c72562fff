//! What both sides must agree on, or must say to a token.
//!
//! Not here: networks, databases, clocks, configuration files, sentences for people.
//!
//! - [`secret`]: PINs and passwords that wipe themselves and never print
//! - [`algorithm`]: key types and signature schemes, by name
//! - [`spki`]: public keys as SubjectPublicKeyInfo, in one canonical form
//! - [`padding`]: what is signed where the token neither hashes nor pads
//! - [`verify`]: signatures checked in software
//! - [`pkcs11`]: modules, tokens, sessions, keys and certificates on tokens
//! - [`signer`]: one trait for a private key wherever it lives, and its use with rcgen and rustls
//! - [`x509`]: requests, certificates and their checks
//! - [`messages`]: links, requests and answers between bank and agent

pub mod algorithm;
pub mod messages;
pub mod padding;
pub mod pkcs11;
pub mod secret;
pub mod signer;
pub mod spki;
pub mod verify;
pub mod x509;
