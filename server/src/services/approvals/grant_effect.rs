//! The effect of an approved application or re-issue: one grant, at once or after a wait.

use jiff::Timestamp;
use serde_json::json;

use super::effect::{changed, record};
use super::proposed_change::ProposedChange;
use super::subject::Subject;
use crate::mail::{Notification, To};
use crate::services::account_service::AccountService;
use crate::services::notifications::tell;
use crate::services::{Fault, RequestContext, Result};
use crate::store::applications::{self, NewApplication};
use crate::store::audit::AuditAction;
use crate::store::certificates::Certificate;
use crate::store::contracts::{self, Method};
use crate::store::grants::{self, NewGrant};
use crate::store::proposals::Proposal;
use crate::store::{Tx, id};

/// The row to which grants refer, the method, and a grant for the user whom the approver has seen.
pub(super) async fn grant(
    accounts: &AccountService<'_>,
    tx: &mut Tx,
    context: &RequestContext,
    proposal: &Proposal,
    subject: &Subject,
    change: &ProposedChange,
) -> Result<String> {
    let contract = subject.contract.as_ref();
    let contract = contract.ok_or(Fault::Inconsistent("subject without contract"))?;
    let user = subject.grantee();
    let user = user.ok_or(Fault::Inconsistent("grant for nobody"))?;
    let application = NewApplication {
        id: proposal.id.clone(),
        contract_id: contract.id.clone(),
        reference: change.reference().to_owned(),
        contract_version: contract.version,
        entered_by: proposal.entered_by.staff_id.clone(),
        entered_at: proposal.entered_at,
    };
    applications::insert(tx, &application).await?;
    let (state, by) = (applications::State::Approved, context.staff_id()?);
    changed(applications::decide(tx, &proposal.id, 1, state, by, context.now, None).await?)?;
    if contracts::set_method(tx, &contract.id, Method::Certificate).await? {
        let about = (
            AuditAction::ContractMethodChanged,
            "contract",
            contract.id.as_str(),
        );
        let detail = json!({ "method": Method::Certificate });
        record(tx, context, proposal, about, detail).await?;
    }
    let usable_at = match is_again(subject) {
        true => accounts.usable_from(context.now),
        false => None,
    };
    let start = usable_at.unwrap_or(context.now);
    let until = start.checked_add(accounts.settings.periods.grant);
    let new = NewGrant {
        id: id::new_id()?,
        contract_id: contract.id.clone(),
        application_id: proposal.id.clone(),
        user_id: user.id.clone(),
        created_at: context.now,
        usable_at,
        expires_at: until.unwrap_or(Timestamp::MAX),
    };
    grants::create(tx, &new).await?;
    let about = (AuditAction::GrantGiven, "user", user.id.as_str());
    let detail = json!({ "grant": &new.id, "usable_from": usable_at });
    record(tx, context, proposal, about, detail).await?;
    let Some(from) = usable_at else {
        let message = Notification::GrantGiven {
            until: new.expires_at,
        };
        tell(tx, user, &new.id, &message, context.now).await?;
        return Ok(new.id);
    };
    // Everybody of the contract: whoever did not apply must hear of it in time to stop it.
    let message = Notification::ReissueApproved {
        whose: To::hint(&user.login_id),
        from,
        until: new.expires_at,
    };
    for one in &subject.users {
        let key = format!("{}:{}", new.id, one.id);
        tell(tx, one, &key, &message, context.now).await?;
    }
    Ok(new.id)
}

/// Whether a grant is a re-issue, which has to wait: the contract uses certificates already, or this user had one.
pub(super) fn is_again(subject: &Subject) -> bool {
    let contract = subject.contract.as_ref();
    let certificates = contract.is_some_and(|one| one.method == Method::Certificate);
    let had = |one: &Certificate| one.issued_at.is_some();
    certificates || subject.certificates.iter().any(had)
}
