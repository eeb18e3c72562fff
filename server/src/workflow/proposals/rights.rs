//! Which role enters and which decides what: one table.

use crate::store::proposals::Kind;
use crate::store::staff::Role;

const COUNTER: &[Role] = &[Role::Teller, Role::Approver];
const COUNTER_AND_DESK: &[Role] = &[Role::Teller, Role::Approver, Role::Helpdesk];
const APPROVERS: &[Role] = &[Role::Approver];
const OFFICERS: &[Role] = &[Role::SecurityOfficer];
const CUSTOMERS_READERS: &[Role] = &[Role::Teller, Role::Approver, Role::Helpdesk, Role::Auditor];
const STAFF_READERS: &[Role] = &[Role::SecurityOfficer, Role::Auditor];

/// Who enters, amends, takes over and withdraws.
#[must_use]
pub fn may_enter(kind: Kind) -> &'static [Role] {
    match kind {
        Kind::Contract | Kind::Import | Kind::Application | Kind::Reissue | Kind::Cancel => COUNTER,
        Kind::Revoke | Kind::Incident | Kind::Release | Kind::Unlock => COUNTER_AND_DESK,
        Kind::StaffAdd | Kind::StaffRole | Kind::StaffLeave => OFFICERS,
    }
}

/// Who decides.
#[must_use]
pub fn may_decide(kind: Kind) -> &'static [Role] {
    match kind {
        Kind::StaffAdd | Kind::StaffRole | Kind::StaffLeave => OFFICERS,
        _ => APPROVERS,
    }
}

/// Who sees it.
#[must_use]
pub fn may_read(kind: Kind) -> &'static [Role] {
    match kind {
        Kind::StaffAdd | Kind::StaffRole | Kind::StaffLeave => STAFF_READERS,
        _ => CUSTOMERS_READERS,
    }
}
