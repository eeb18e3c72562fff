//! The lifecycle of a certificate after its issue, and of a grant: allowed transitions, who may make them, and what
//! else they end.
//!
//! Every change goes through [`state_machine`], leaves a row in the sequence of changes (with actor, time and reason) and an
//! audit row, in one transaction. Not here: signing and activation (`enrolment`, which uses the same state machine), CRLs and
//! OCSP responses about the outcome (`status`).
//!
//! - [`state_machine`]: allowed transitions, as one exhaustive function each
//! - [`reason`]: which reasons a person may give
//! - [`refusal`]: refusals, with their codes
//! - [`authority`]: which customer may
//! - `confirm`: 確認用パスワード, with its own lock
//! - [`revoke`]: 失効, also of a certificate that was never activated
//! - [`revoke_staff`]: a staff certificate, at once, by one officer
//! - `lapse`: expired certificates lapse
//! - `notify`: the message to the owner
//! - `transitions`: what revokes a certificate or cancels a contract inside a command's transaction, with everything
//!   else that ends; for the bank that is the decision on a proposal

pub mod authority;
mod confirm;
mod lapse;
mod notify;
pub mod reason;
pub mod refusal;
pub mod revoke;
pub mod revoke_staff;
pub mod state_machine;
pub(in crate::services) mod transitions;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
pub(in crate::services) mod tests;

pub use crate::ca::reason::Reason;
pub use authority::By;
pub use refusal::LifecycleRefusal;

pub(in crate::services) use lapse::{EXPIRED, in_the_way, lapse_expired};
pub(in crate::services) use transitions::expired;
