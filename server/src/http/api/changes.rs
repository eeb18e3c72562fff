//! What the approval of a proposal changes, in stable words.

use serde::Serialize;
use utoipa::ToSchema;

use crate::services::approvals::{Kind, NewDetails, Proposal, ProposedChange, State, Subject};
use crate::services::records::CertificateState;

/// A change that the approval makes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// What.
    #[schema(example = "certificate_state")]
    pub what: &'static str,
    /// Current value.
    #[schema(example = "active")]
    pub now: Option<String>,
    /// New value.
    #[schema(example = "revoked")]
    pub after: String,
}

/// What an approval would change; empty once the proposal is decided.
pub(super) fn changes(
    proposal: &Proposal,
    subject: &Subject,
    proposed: &ProposedChange,
) -> Vec<Change> {
    if proposal.state != State::Entered {
        return Vec::new();
    }
    let change = |what, now: Option<&str>, after: &str| Change {
        what,
        now: now.map(str::to_owned),
        after: after.to_owned(),
    };
    let certificate = |after: CertificateState| {
        let now = subject.certificate.as_ref().map(|one| one.state.as_str());
        vec![change("certificate_state", now, after.as_str())]
    };
    let contract = subject.contract.as_ref();
    match proposal.kind {
        Kind::Contract => vec![change("contract_status", None, "active")],
        Kind::Import => {
            let lines = subject.list_lines().to_string();
            vec![change("lines_to_import", Some("0"), &lines)]
        }
        Kind::Application | Kind::Reissue => {
            let method = contract.map(|one| one.method.as_str());
            vec![
                change("method", method, "certificate"),
                change("issues_allowed", Some("0"), "1"),
            ]
        }
        Kind::Revoke | Kind::Incident => certificate(CertificateState::Revoked),
        Kind::Release => certificate(CertificateState::Active),
        Kind::Cancel => {
            let status = contract.map(|one| one.status.as_str());
            vec![change("contract_status", status, "cancelled")]
        }
        Kind::Unlock => vec![change("suspended", Some("true"), "false")],
        Kind::PasswordReset => vec![change("passwords", Some("own"), "temporary")],
        Kind::UserDetails | Kind::ContractDetails => match proposed {
            ProposedChange::Details(new) => details(subject, new),
            _ => Vec::new(),
        },
        Kind::UserLeave => {
            let mut changes = vec![change("user", Some("in-use"), "left")];
            if let ProposedChange::Leave { successor, .. } = proposed
                && let (Some(user), Some(next)) = (&subject.user, subject.successor(successor))
            {
                changes.push(change("master", Some(&user.login_id), &next.login_id));
            }
            changes
        }
        Kind::PasswordMethod => {
            let method = contract.map(|one| one.method.as_str());
            vec![change("method", method, "password")]
        }
        Kind::StaffAdd | Kind::StaffRole => {
            let role = subject.staff.as_ref().map(|one| one.role.as_str());
            let after = proposed.role().map_or("", |role| role.as_str());
            vec![change("role", role, after)]
        }
        Kind::StaffLeave => {
            let status = subject.staff.as_ref().map(|one| one.status.as_str());
            vec![change("staff_status", status, "left")]
        }
    }
}

/// Old and new value of each registered detail that changes.
fn details(subject: &Subject, new: &NewDetails) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut push = |what: &'static str, now: &str, after: &str| {
        if now != after {
            let (now, after) = (Some(now.to_owned()), after.to_owned());
            changes.push(Change { what, now, after });
        }
    };
    if let Some(user) = &subject.user {
        let after = new.user_after(user);
        push("user_name", &user.name, &after.name);
        push("email", &user.email, &after.email);
    }
    if let Some(now) = &subject.contract {
        let after = new.contract_after(now);
        push("company_name", &now.company_name, &after.company_name);
        push("company_kana", &now.company_kana, &after.company_kana);
        push("branch", &now.branch, &after.branch);
        let (one, other) = (now.account_type.as_str(), after.account_type.as_str());
        push("account_type", one, other);
        push("account", &now.account, &after.account);
    }
    changes
}
