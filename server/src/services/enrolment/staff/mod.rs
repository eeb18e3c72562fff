//! Staff certificates with the agent: asked for on a page, picked up once, issued for a key on the person's own token,
//! active when the agent has proved it over mutual TLS. A certificate that was there before ends then, and not before.
//!
//! A first certificate is asked for with what two officers handed over ([`crate::services::staff::access`]), a renewal in the
//! console with the certificate it replaces.
//!
//! - this file: ids, and what a request is good for
//! - [`handover`]: the page for who has no certificate yet
//! - [`request`]: a request on record, and what its page sees
//! - [`agent`]: pick-up and progress
//! - [`issue`]: EST, for a first certificate and for a renewal
//! - [`activate`]: the new certificate comes into use
//! - [`own`]: the certificate of who is at the console, and its renewal
//! - [`revoke`]: a certificate ends at once

pub mod activate;
pub mod agent;
pub mod handover;
pub mod issue;
pub mod own;
pub mod request;
pub mod revoke;

use crate::services::{Fault, Result, Services};
use crate::store::id;

/// Ids of these requests begin with it, so that nobody takes one for a customer's.
const PREFIX: &str = "staff-";

/// What is added to the bank's id in links for staff: their PCs have a bank file of its own for it.
pub const BANK_SUFFIX: &str = "-staff";

/// Whether an id is that of a request for staff.
#[must_use]
pub fn is_staff_request(id: &str) -> bool {
    id.starts_with(PREFIX)
}

fn new_id() -> Result<String> {
    Ok(format!("{PREFIX}{}", id::new_id()?))
}

impl Services {
    /// The bank's id in links for staff.
    fn staff_bank_id(&self) -> Result<inkan_pki::messages::identifier::Identifier> {
        let id = format!("{}{BANK_SUFFIX}", self.settings().bank.id);
        inkan_pki::messages::identifier::Identifier::new(id)
            .map_err(|_| Fault::Inconsistent("bank id").into())
    }
}
