//! PKCS#11, X.509 and the messages that the bank and the agent share.
//!
//! Not here: networks, databases, clocks, configuration files, sentences for people.
//!
//! - [`secret`]: PINs and passwords that wipe themselves and never print
//! - [`algorithm`]: key types and signature schemes, by name
//! - [`spki`]: public keys as SubjectPublicKeyInfo, in one canonical form
//! - [`ecdsa`]: ECDSA signatures in DER
//! - [`padding`]: hashing and padding on the host
//! - [`verify`]: verifying signatures in software
//! - [`pkcs11`]: modules, tokens, sessions, keys and certificates on tokens
//! - [`signer`]: one trait for a private key in any store, and its use with rcgen and rustls
//! - [`x509`]: requests, certificates and their checks
//! - [`officer`]: shares of a PIN that are sealed to officers' tokens
//! - [`messages`]: links, requests and responses between bank and agent

pub mod algorithm;
pub mod ecdsa;
pub mod messages;
pub mod officer;
pub mod padding;
pub mod pkcs11;
pub mod secret;
pub mod signer;
pub mod spki;
pub mod verify;
pub mod x509;
