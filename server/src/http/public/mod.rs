//! The URLs in certificates: CRLs, OCSP and CA certificates, over plain HTTP.
//!
//! - [`crls`]: full and delta CRLs, of a CA and of its shards
//! - [`ocsp`]: OCSP by GET and POST
//! - [`ready`], [`fast_path`]: repeated OCSP responses, by a shortcut
//! - [`ca`]: CA certificates
//! - `cacheable`: responses that caches may keep

pub mod ca;
pub(super) mod cacheable;
pub mod crls;
pub mod fast_path;
pub mod ocsp;
pub mod ready;
