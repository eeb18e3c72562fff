//! The staff console: plain forms for what the counter does. Who somebody is
//! says the certificate of the connection; what they may do is decided by the
//! workflow for each deed, and by [`gate`] for each page. Deny by default.
//!
//! - [`gate`]: staff certificate → staff member
//! - [`home`]: first page
//! - [`contracts`]: list and new contract
//! - [`application`]: entering an application
//! - [`approval`]: what waits, and the decision (再鑑)

pub mod application;
pub mod approval;
pub mod contracts;
pub mod gate;
pub mod home;

use super::catalogue::word;
use super::lang::Lang;
use crate::workflow::records::{Contract, StaffMember, StaffRole};

/// Who is at the console, in words.
struct Person {
    name: String,
    role: &'static str,
}

impl Person {
    fn of(member: &StaffMember, lang: Lang) -> Self {
        Self {
            name: member.name.clone(),
            role: word::staff_role(member.role, lang),
        }
    }
}

/// Who puts contracts and applications in.
const ENTER: &[StaffRole] = &[StaffRole::Teller, StaffRole::Approver];
/// Who decides.
const DECIDE: &[StaffRole] = &[StaffRole::Approver];
/// Who sees contracts and applications.
const READ: &[StaffRole] = &[
    StaffRole::Teller,
    StaffRole::Approver,
    StaffRole::Helpdesk,
    StaffRole::Auditor,
];

/// 代表口座 in one line.
fn account(contract: &Contract, lang: Lang) -> String {
    let kind = word::account_type(contract.account_type, lang);
    format!("{} {kind} {}", contract.branch, contract.account)
}
