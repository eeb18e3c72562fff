//! Enrolment: one way to a certificate for customers and for staff.
//!
//! A [`Subject`] (a user or a staff account) is entitled to a certificate by an [`Authorization`]: a grant, a split activation
//! code, or the certificate that is to be renewed. Whatever it is, a request is made for one browser (or by the agent alone),
//! picked up once, answered by EST with a certificate that is recorded before it is signed, and finished by the agent's proof
//! over mutual TLS. A try that breaks off continues with the same key.
//!
//! Who may make a request:
//! - `by_grant`: a user, with an approved application
//! - `by_activation_code`: a staff account without a certificate, with what two officers handed over
//! - [`renewal`]: whoever has a certificate that expires soon, in a browser or with the agent alone
//!
//! What becomes of it:
//! - [`request`]: on record; its status, for the browser that made it
//! - `pick_up`: handed to the agent; the agent's progress
//! - `issue`: EST, for a first certificate and for a renewal
//! - `intent`: on record, then signed, then stored
//! - `displace`: what gives up its place to another key
//! - `activation`: the new certificate comes into use, and the one before goes out of it
//! - `abandon`: an issue that cannot be finished is replaced by one with another key
//! - `directly`: a staff certificate without the agent, in use at once
//! - `reconciliation`: on start, what a crash left open
//! - [`shared_factors`]: RSA keys that share a prime with one on record
//! - `holder`: the subject as the database has it now: whether anything is issued to it, and how it is described

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

pub(in crate::services) use holder::Holder;
#[cfg(test)]
pub(in crate::services) use intent::Intent;
pub use request::Status;

pub use crate::store::Subject;
pub use crate::store::enrolment_requests::Authorization;

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::Action;

use super::{Fault, Result, Services};

/// What is added to the bank's id in links for staff: their PCs have a bank file of its own for it.
pub const BANK_SUFFIX: &str = "-staff";

/// What the agent is asked to do.
fn action(authorization: &Authorization) -> Action {
    match authorization {
        Authorization::Grant(_) | Authorization::ActivationCode(_) => Action::Enroll,
        Authorization::Certificate(_) => Action::Renew,
    }
}

/// The audit log's word for asking for a certificate.
const fn asked(subject: &Subject) -> &'static str {
    match subject {
        Subject::User(_) => "request.created",
        Subject::Staff(_) => "staff.certificate-asked",
    }
}

impl Services {
    /// The bank's id in links for this subject.
    fn bank_id(&self, subject: &Subject) -> Result<Identifier> {
        let id = &self.settings().bank.id;
        let id = match subject {
            Subject::User(_) => id.clone(),
            Subject::Staff(_) => format!("{id}{BANK_SUFFIX}"),
        };
        Identifier::new(id).map_err(|_| Fault::Inconsistent("bank id").into())
    }
}
