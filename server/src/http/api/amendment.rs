//! How a proposal that awaits approval is amended.

use serde::Deserialize;
use utoipa::ToSchema;

use super::call::Command;
use super::proposals::ProposalHead;
use super::word;
use crate::http::failure::Failure;
use crate::services::approvals::ProposedChangeForm;

/// The new content of a proposal: the members of its kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// The version that the caller has seen.
    #[schema(example = 1)]
    version: i64,
    /// Number of the paper form.
    #[serde(default)]
    reference: String,
    /// What happened, and why.
    #[serde(default)]
    note: String,
    /// Reason for the revocation.
    #[serde(default)]
    #[schema(value_type = word::RevocationReason)]
    revocation_reason: String,
    /// Name of the new member of staff.
    #[serde(default)]
    name: String,
    /// Employee number of the new member of staff.
    #[serde(default)]
    employee_number: String,
    /// The proposed role.
    #[serde(default)]
    #[schema(value_type = word::StaffRole)]
    role: String,
    /// 支店番号 of the contract; the account does not change.
    #[serde(default)]
    branch: String,
    /// 科目 of the contract.
    #[serde(default)]
    #[schema(value_type = word::AccountType)]
    account_type: String,
    /// 口座番号 of the contract.
    #[serde(default)]
    account: String,
    /// 企業名 of the contract.
    #[serde(default)]
    company_name: String,
    /// 企業名(カナ) of the contract.
    #[serde(default)]
    company_kana: String,
    /// 利用者名.
    #[serde(default)]
    user_name: String,
    /// E-mail address of the user.
    #[serde(default)]
    email: String,
    /// How the customer's identity was checked.
    #[serde(default)]
    identity_check: String,
    /// Login ID of the next master.
    #[serde(default)]
    successor: String,
}

/// `POST /api/v1/proposals/{id}/amend`.
pub async fn amend(command: Command<Amendment>) -> Result<ProposalHead, Failure> {
    let Command {
        call,
        body,
        idempotent,
        ..
    } = command;
    let form = ProposedChangeForm {
        reference: body.reference,
        note: body.note,
        revocation_reason: body.revocation_reason,
        name: body.name,
        employee_number: body.employee_number,
        role: body.role,
        branch: body.branch,
        account_type: body.account_type,
        account: body.account,
        company_name: body.company_name,
        company_kana: body.company_kana,
        user_name: body.user_name,
        email: body.email,
        identity_check: body.identity_check,
        successor: body.successor,
    };
    let accounts = idempotent.accounts();
    let amended = accounts.amend_proposal(&call.context, &call.id, body.version, &form);
    Ok((&amended.await?).into())
}
