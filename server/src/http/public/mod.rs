//! What goes into certificates as URLs: revocation lists, OCSP and CA certificates, over plain HTTP.
//!
//! - [`lists`]: full and delta lists, of a CA and of its parts
//! - [`ocsp`]: OCSP by GET and POST
//! - [`ready`], [`quick`]: OCSP answers that were given before, by a short way
//! - [`ca`]: CA certificates
//! - `lasting`: answers that caches may keep

pub mod ca;
pub(super) mod lasting;
pub mod lists;
pub mod ocsp;
pub mod quick;
pub mod ready;
