//! Who may log in.
//!
//! A password is compared outside the transaction (hashing is slow); the consequences are decided inside, on the lock
//! state of that moment, so that a hundred simultaneous attempts gain nothing over a few in a row. Unknown login IDs
//! cost the same work, get the same responses and lock the same way.
//!
//! - [`status`]: whether this certificate is the registered one, and active
//! - [`by_password`]: BLGI001 and BSMS001; [`with_acquisition`]: BSMS001 with a second password
//! - [`by_certificate`]: BLGI002, certificate and password
//! - [`on_portal`]: who is logged in on the portal, checked at every request
//! - `attempt`: the consequences of an attempt

pub(in crate::services) mod attempt;
pub mod by_certificate;
pub mod by_password;
pub mod on_portal;
pub mod status;
pub mod with_acquisition;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use crate::store::certificates::Certificate;
use crate::store::contracts::Contract;
use crate::store::users::User;

pub use status::{CertificateRefusal, Registered, certificate_status, proved_certificate_status};

/// An authenticated user.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// Who.
    pub user: User,
    /// Its contract.
    pub contract: Contract,
    /// The certificate used, if one was.
    pub certificate: Option<Certificate>,
}
