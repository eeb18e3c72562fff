//! Enrolment: one mechanism for the certificates of customers and staff.
//!
//! A [`Subject`] (a user or a staff account) gets a certificate by an [`Authorization`]: a grant, a split activation
//! code, or the certificate to be renewed. In each case a request is created for one browser (or by the agent alone)
//! and picked up once. EST returns a certificate that is recorded before it is signed, and the agent's proof over
//! mutual TLS activates it. An interrupted attempt continues with the same key.
//!
//! How a request is created:
//! - `by_grant`: a user, with an approved application
//! - `by_activation_code`: a staff account without a certificate, with a code that two officers handed over
//! - [`renewal`]: a user or staff account whose certificate expires soon, in a browser or with the agent alone
//!
//! How it continues:
//! - [`request`]: the recorded request; its status, for the browser that made it
//! - `pick_up`: the agent picks it up, and reports its progress
//! - `issue`: EST, for a first certificate and for a renewal
//! - `intent`: recorded, then signed, then stored
//! - `displace`: replaces a pending certificate by one for another key
//! - `activation`: activates the new certificate, and supersedes or revokes the earlier one
//! - `abandon`: gives up an issue that cannot be finished, for another key
//! - `directly`: a staff certificate without the agent, in use at once
//! - `reconciliation`: completes at the start what a crash interrupted
//! - [`shared_factors`]: RSA keys that share a prime with a recorded one
//! - `holder`: the subject in the current state of the database: whether it may get a certificate, and its description

mod abandon;
mod activation;
mod by_activation_code;
mod by_grant;
mod directly;
mod displace;
mod holder;
mod intent;
mod issue;
mod pick_up;
pub mod reconciliation;
pub mod renewal;
pub mod request;
pub mod shared_factors;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod shared_factors_tests;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

pub(in crate::services) use holder::{Holder, role as staff_role};
#[cfg(test)]
pub(in crate::services) use intent::Intent;
pub use request::Status;

pub use crate::store::Subject;
pub use crate::store::enrolment_requests::Authorization;

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::Action;

use super::settings::Settings;
use super::{Fault, Result, Services};
use crate::store::audit::AuditAction;

/// Suffix of the bank's id in links for staff: staff PCs have a separate bank file.
pub const BANK_SUFFIX: &str = "-staff";

/// The action that the link requests from the agent.
fn action(authorization: &Authorization) -> Action {
    match authorization {
        Authorization::Grant(_) | Authorization::ActivationCode(_) => Action::Enroll,
        Authorization::Certificate(_) => Action::Renew,
    }
}

/// Action in the audit log for creating a request.
const fn asked(subject: &Subject) -> AuditAction {
    match subject {
        Subject::User(_) => AuditAction::RequestCreated,
        Subject::Staff(_) => AuditAction::StaffCertificateAsked,
    }
}

impl Services {
    /// The bank's id in links for this subject.
    fn bank_id(&self, subject: &Subject) -> Result<Identifier> {
        match subject {
            Subject::User(_) => identifier(self.settings().bank.id.clone()),
            Subject::Staff(_) => staff_bank_id(self.settings()),
        }
    }
}

/// Id of the bank file on staff's PCs.
pub(in crate::services) fn staff_bank_id(settings: &Settings) -> Result<Identifier> {
    identifier(format!("{}{BANK_SUFFIX}", settings.bank.id))
}

fn identifier(id: String) -> Result<Identifier> {
    Identifier::new(id).map_err(|_| Fault::Inconsistent("bank id").into())
}
