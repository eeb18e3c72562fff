//! The effect of an approval that changes a customer's registered details, or ends the use of a user or of the
//! certificates, inside the transaction of the decision.

use serde_json::json;

use super::details::NewDetails;
use super::effect::{changed, ending, record};
use super::proposed_change::ProposedChange;
use super::subject::Subject;
use crate::mail::notification::By;
use crate::mail::{Notification, To};
use crate::services::account_service::AccountService;
use crate::services::certificates::lifecycle::Reason;
use crate::services::certificates::lifecycle::transitions;
use crate::services::notifications::tell;
use crate::services::{Fault, Refusal, RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::contracts::{self, Method};
use crate::store::grants;
use crate::store::proposals::Proposal;
use crate::store::users::{self, PasswordKind, Role, User};
use crate::store::{StoreError, Tx, Unique};

/// 登録内容の変更, of a user or of a contract.
pub(super) async fn details(
    accounts: &AccountService<'_>,
    tx: &mut Tx,
    context: &RequestContext,
    proposal: &Proposal,
    subject: &Subject,
    new: &NewDetails,
) -> Result<()> {
    match &subject.user {
        Some(user) => user_details(accounts, tx, context, proposal, user, new).await,
        None => contract_details(tx, context, proposal, subject, new).await,
    }
}

/// The old address is told as well as the new one. With another address an open grant waits again: whoever got hold of
/// the address does not get the certificate before the old one could object.
async fn user_details(
    accounts: &AccountService<'_>,
    tx: &mut Tx,
    context: &RequestContext,
    proposal: &Proposal,
    user: &User,
    new: &NewDetails,
) -> Result<()> {
    let now = context.now;
    let after = new.user_after(user);
    changed(users::set_details(tx, &user.id, &after.name, &after.email).await?)?;
    let mut postponed = 0;
    if let (Some(_), Some(from)) = (&new.email, accounts.usable_from(now)) {
        postponed = grants::postpone(tx, &user.id, from).await?;
    }
    let about = (AuditAction::UserDetailsChanged, "user", user.id.as_str());
    let detail = json!({
        "changes": new.user_record(user), "identity_check": new.identity_check, "note": new.note,
        "grants_postponed": postponed,
    });
    record(tx, context, proposal, about, detail).await?;
    let message = Notification::DetailsChanged {
        details: new.changed(),
        at: now,
        by: By::Bank,
    };
    let key = |whose: &str| format!("{}:{whose}", proposal.id);
    tell(tx, user, &key("before"), &message, now).await?;
    if after.email != user.email {
        tell(tx, &after, &key("after"), &message, now).await?;
    }
    Ok(())
}

async fn contract_details(
    tx: &mut Tx,
    context: &RequestContext,
    proposal: &Proposal,
    subject: &Subject,
    new: &NewDetails,
) -> Result<()> {
    let contract = subject.contract.as_ref();
    let contract = contract.ok_or(Fault::Inconsistent("subject without contract"))?;
    match contracts::set_details(tx, &new.contract_after(contract)).await {
        Err(StoreError::Duplicate(Unique::ContractAccount)) => {
            return Err(Refusal::ContractExists.into());
        }
        other => changed(other?)?,
    }
    let about = (
        AuditAction::ContractDetailsChanged,
        "contract",
        contract.id.as_str(),
    );
    let detail = json!({
        "changes": new.contract_record(contract), "identity_check": new.identity_check, "note": new.note,
    });
    record(tx, context, proposal, about, detail).await?;
    let message = Notification::DetailsChanged {
        details: new.changed(),
        at: context.now,
        by: By::Bank,
    };
    tell_all(tx, &subject.users, &proposal.id, &message, context).await
}

/// The end of a user's use: certificates, sessions, requests and grants end with it, and the next master is appointed.
pub(super) async fn leave(
    tx: &mut Tx,
    context: &RequestContext,
    proposal: &Proposal,
    subject: &Subject,
    change: &ProposedChange,
) -> Result<()> {
    let ProposedChange::Leave { successor, note } = change else {
        return Err(Fault::Inconsistent("leave without successor").into());
    };
    let user = subject.user.as_ref();
    let user = user.ok_or(Fault::Inconsistent("subject without user"))?;
    let ending = ending(context, Reason::AffiliationChanged, note);
    let ended = transitions::end_user(tx, user, "user-left", &ending).await?;
    changed(users::leave(tx, &user.id, context.now).await?)?;
    let about = (AuditAction::UserLeft, "user", user.id.as_str());
    let next = subject.successor(successor);
    let detail = json!({
        "role": user.role, "successor": next.map(|next| &next.id), "certificates": ended.certificates,
        "sessions": ended.sessions, "requests": ended.requests, "grants": ended.grants, "note": note,
    });
    record(tx, context, proposal, about, detail).await?;
    if let Some(next) = next {
        changed(users::make_master(tx, &next.id).await?)?;
        let about = (AuditAction::UserRoleChanged, "user", next.id.as_str());
        let detail = json!({ "from": next.role, "to": Role::Master, "follows": user.id });
        record(tx, context, proposal, about, detail).await?;
    }
    let message = Notification::UserLeft {
        whose: To::hint(&user.login_id),
        next_master: next.map(|next| To::hint(&next.login_id)),
        at: context.now,
    };
    tell_all(tx, &subject.users, &proposal.id, &message, context).await
}

/// Back to ID・パスワード方式: every certificate and grant ends. The login password of each user is suspended (利用停止): whoever
/// knows a stolen one gains nothing by the change.
pub(super) async fn password_method(
    tx: &mut Tx,
    context: &RequestContext,
    proposal: &Proposal,
    subject: &Subject,
    change: &ProposedChange,
) -> Result<()> {
    changed(contracts::set_method(tx, &subject.id, Method::Password).await?)?;
    let ending = ending(context, Reason::CessationOfOperation, change.note());
    let mut ended = transitions::Ended::default();
    for user in &subject.users {
        ended += transitions::end_user(tx, user, "method-changed", &ending).await?;
        let kind = PasswordKind::Login;
        changed(users::set_password_state(tx, &user.id, kind, 0, None, true).await?)?;
    }
    let about = (
        AuditAction::ContractMethodChanged,
        "contract",
        subject.id.as_str(),
    );
    let detail = json!({
        "method": Method::Password, "certificates": ended.certificates, "sessions": ended.sessions,
        "requests": ended.requests, "grants": ended.grants, "note": change.note(),
    });
    record(tx, context, proposal, about, detail).await?;
    let message = Notification::PasswordMethod { at: context.now };
    tell_all(tx, &subject.users, &proposal.id, &message, context).await
}

/// The same message to each of them.
async fn tell_all(
    tx: &mut Tx,
    users: &[User],
    operation: &str,
    message: &Notification,
    context: &RequestContext,
) -> Result<()> {
    for user in users {
        let key = format!("{operation}:{}", user.id);
        tell(tx, user, &key, message, context.now).await?;
    }
    Ok(())
}
