//! The certificate stores of Windows.
//!
//! - [`store`]: one store of the current user
//! - [`certificate`]: one certificate in it
//! - [`link`]: which private key belongs to a certificate (`CERT_KEY_PROV_INFO`)

pub mod certificate;
pub mod link;
pub mod store;

pub use certificate::StoredCertificate;
pub use link::KeyLink;
pub use store::{Store, StoreName};
