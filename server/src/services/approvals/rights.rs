//! Which role enters and which role decides what: one table.

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
        Kind::Contract
        | Kind::Import
        | Kind::Application
        | Kind::Reissue
        | Kind::UserDetails
        | Kind::ContractDetails
        | Kind::UserLeave
        | Kind::PasswordMethod
        | Kind::Cancel => COUNTER,
        Kind::Revoke | Kind::Incident | Kind::Release | Kind::Unlock | Kind::PasswordReset => {
            COUNTER_AND_DESK
        }
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn words(roles: &[Role]) -> String {
        let words = roles.iter().map(|role| match role {
            Role::Teller => "teller",
            Role::Approver => "approver",
            Role::Helpdesk => "help desk",
            Role::SecurityOfficer => "security officer",
            Role::Auditor => "auditor",
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// What the guide for the operator on call states about who revokes a certificate.
    #[test]
    fn the_guide_to_status_names_who_enters_and_who_decides() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/status.md");
        let page = std::fs::read_to_string(page).unwrap();
        for (kind, word) in [
            (Kind::Revoke, "revoke"),
            (Kind::Incident, "suspend"),
            (Kind::Release, "release"),
            (Kind::Cancel, "cancel"),
        ] {
            let rows = page.lines().map(|line| line.split('|').map(str::trim));
            let mut rows = rows.map(Iterator::collect::<Vec<_>>);
            let row = rows.find(|row| row.len() == 7 && row[1].ends_with(word));
            let row = row.unwrap();
            // The roles are followed by what takes effect at once, and how.
            let roles = |cell: &str| cell.split(':').next().unwrap().to_owned();
            assert_eq!(roles(row[3]), words(may_enter(kind)), "{word}");
            assert_eq!(roles(row[4]), words(may_decide(kind)), "{word}");
        }
    }
}
