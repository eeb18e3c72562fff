//! What goes into certificates as URLs: revocation lists, OCSP and CA certificates, over plain HTTP.
//!
//! - [`crls`]: full and delta lists, of a CA and of its parts
//! - [`ocsp`]: OCSP by GET and POST
//! - [`ready`], [`fast_path`]: OCSP responses that were given before, by a short way
//! - [`ca`]: CA certificates
//! - `cacheable`: answers that caches may keep

pub mod ca;
pub(super) mod cacheable;
pub mod crls;
pub mod fast_path;
pub mod ocsp;
pub mod ready;
