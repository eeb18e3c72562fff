//! The life of a certificate after its issue, and of a grant: what may follow what, who may end it, and what ends with it.
//!
//! Every change goes through [`machine`], leaves a row in the sequence of changes (with actor, time and reason) and an
//! audit row, in one transaction. Not here: signing and activation (`issuing`, `activation`; they ask the same machine),
//! lists and answers about the outcome (`status`).
//!
//! - [`machine`]: allowed transitions, as one exhaustive function each
//! - [`reason`]: which reasons a person may give
//! - [`refusal`]: what is refused, with its code
//! - [`authority`]: who asks, and whether they may
//! - `confirm`: 確認用パスワード, with its own lock
//! - [`revoke`]: 失効, also of a certificate that was never activated
//! - [`suspend`]: 事故登録 and its release
//! - `view`: a certificate and its history
//! - [`cancel`]: 解約: everything of a contract at once
//! - `lapse`: what expired gives its place up
//! - `told`: the letter to the one it belongs to
//! - `inside`: the same deeds inside somebody else's transaction, with all that ends along

pub mod authority;
pub mod cancel;
mod confirm;
pub(in crate::workflow) mod inside;
mod lapse;
pub mod machine;
pub mod reason;
pub mod refusal;
pub mod revoke;
pub mod suspend;
mod told;
mod view;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
pub(in crate::workflow) mod tests;

pub use crate::ca::reason::Reason;
pub use authority::By;
pub use cancel::Cancelled;
pub use refusal::LifeRefusal;

pub(in crate::workflow) use inside::expired;
pub(in crate::workflow) use lapse::{EXPIRED, in_the_way, lapse_expired};
