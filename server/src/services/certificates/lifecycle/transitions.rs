//! What revokes a certificate, ends a user's requests or cancels a contract, inside the transaction of a command:
//! rules, rows, audit rows, and everything else that ends. The command decides who may.

use jiff::Timestamp;
use serde_json::json;

use super::state_machine::{Event, GrantEvent, next, next_grant};
use super::{Reason, notify};
use crate::services::{Fault, Refusal, RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Certificate, State};
use crate::store::enrolment_requests::{self as requests, Outcome};
use crate::store::users::{self, User};
use crate::store::{Subject, Tx, contracts, grants, sessions, staff};

/// Who makes the change, from where and when, and why.
#[derive(Debug, Clone, Copy)]
pub(in crate::services) struct Ending<'a> {
    pub(in crate::services) context: &'a RequestContext,
    pub(in crate::services) reason: Reason,
    pub(in crate::services) note: &'a str,
}

/// Whether a certificate has expired.
pub(in crate::services) fn expired(row: &Certificate, now: Timestamp) -> bool {
    now > row.not_after
}

/// Applies `event` to a certificate, with its audit row.
async fn change(
    tx: &mut Tx,
    row: &Certificate,
    event: Event,
    action: AuditAction,
    ending: &Ending<'_>,
) -> Result<State> {
    let RequestContext { actor, now, .. } = ending.context;
    let to = next(row.state, event, expired(row, *now)).map_err(Refusal::Lifecycle)?;
    let reason = match to {
        State::Intent | State::Issued | State::Active => None,
        State::Superseded | State::Suspended | State::Revoked | State::Abandoned => {
            Some(ending.reason.as_str())
        }
    };
    let step = (row.state, to);
    if !certificates::set_state(tx, &row.id, step, actor, *now, reason).await? {
        return Err(Fault::Inconsistent("certificate changed inside a transaction").into());
    }
    ending
        .context
        .audit(action, ("certificate", &row.id))
        .detail(json!({
            "serial": row.serial, "from": row.state.as_str(), "to": to.as_str(),
            "reason": reason, "note": ending.note,
        }))
        .write(tx)
        .await?;
    notify::tell_owner(tx, row, to, ending).await?;
    Ok(to)
}

/// Revokes a certificate and what depends on it.
pub(in crate::services) async fn revoke(
    tx: &mut Tx,
    row: &Certificate,
    ending: &Ending<'_>,
) -> Result<()> {
    change(
        tx,
        row,
        Event::Revoke,
        AuditAction::CertificateRevoked,
        ending,
    )
    .await?;
    if let Some(user_id) = &row.user_id {
        // A renewal depends on the certificate to be renewed, and ends with it.
        let pending = certificates::pending_for_user(&mut *tx, user_id).await?;
        if let Some(successor) = pending.filter(|p| p.replaces.as_deref() == Some(&row.id)) {
            change(
                tx,
                &successor,
                Event::Revoke,
                AuditAction::CertificateRevoked,
                ending,
            )
            .await?;
        }
        leave(tx, user_id, "certificate-revoked", ending.context.now).await?;
    }
    if let (Some(_), Some(sha256)) = (&row.staff_id, &row.sha256) {
        staff::clear_certificate(tx, sha256).await?;
    }
    Ok(())
}

/// Gives up a certificate that was never in use; nothing depends on it.
pub(in crate::services) async fn give_up(
    tx: &mut Tx,
    row: &Certificate,
    ending: &Ending<'_>,
) -> Result<()> {
    change(
        tx,
        row,
        Event::Revoke,
        AuditAction::CertificateRevoked,
        ending,
    )
    .await?;
    notify::tell_given_up(tx, row, ending).await
}

/// 事故登録: the user's sessions and open requests end, the certificate stays.
pub(in crate::services) async fn suspend(
    tx: &mut Tx,
    row: &Certificate,
    ending: &Ending<'_>,
) -> Result<()> {
    let hold = Ending {
        reason: Reason::CertificateHold,
        ..*ending
    };
    change(
        tx,
        row,
        Event::Suspend,
        AuditAction::CertificateSuspended,
        &hold,
    )
    .await?;
    if let Some(user_id) = &row.user_id {
        leave(tx, user_id, "certificate-suspended", ending.context.now).await?;
    }
    Ok(())
}

/// Release of a suspension.
pub(in crate::services) async fn release(
    tx: &mut Tx,
    row: &Certificate,
    ending: &Ending<'_>,
) -> Result<()> {
    change(
        tx,
        row,
        Event::Release,
        AuditAction::CertificateReleased,
        ending,
    )
    .await?;
    Ok(())
}

/// 解約 (R12): every certificate, session, grant and request of a contract.
pub(in crate::services) async fn cancel(
    tx: &mut Tx,
    contract_id: &str,
    ending: &Ending<'_>,
) -> Result<()> {
    let now = ending.context.now;
    if contracts::find(&mut *tx, contract_id).await?.is_none() {
        return Err(Refusal::ContractUnknown.into());
    }
    if !contracts::cancel(tx, contract_id).await? {
        return Err(Refusal::ContractCancelled.into());
    }
    let ending = Ending {
        reason: Reason::CessationOfOperation,
        ..*ending
    };
    let mut ended = Ended::default();
    for user in users::list_for_contract(&mut *tx, contract_id).await? {
        ended += end_user(tx, &user, "contract-cancelled", &ending).await?;
    }
    ended.grants += lapse_grants(tx, contract_id, None, now).await?;
    let entry = ending
        .context
        .audit(AuditAction::ContractCancelled, ("contract", contract_id));
    let detail = json!({
        "certificates": ended.certificates, "sessions": ended.sessions, "requests": ended.requests,
        "grants": ended.grants, "note": ending.note,
    });
    entry.detail(detail).write(tx).await
}

/// How much ended with the use of a user or a contract.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::services) struct Ended {
    pub(in crate::services) certificates: u64,
    pub(in crate::services) sessions: u64,
    pub(in crate::services) requests: u64,
    pub(in crate::services) grants: u64,
}

impl std::ops::AddAssign for Ended {
    fn add_assign(&mut self, other: Self) {
        self.certificates += other.certificates;
        self.sessions += other.sessions;
        self.requests += other.requests;
        self.grants += other.grants;
    }
}

/// Ends everything that a user could use: certificates, sessions, requests (which fail with `code`) and grants.
pub(in crate::services) async fn end_user(
    tx: &mut Tx,
    user: &User,
    code: &'static str,
    ending: &Ending<'_>,
) -> Result<Ended> {
    let (now, revoked) = (ending.context.now, AuditAction::CertificateRevoked);
    let mut certificates = 0;
    for row in certificates::list_for_user(&mut *tx, &user.id).await? {
        if next(row.state, Event::Revoke, expired(&row, now)).is_ok() {
            change(tx, &row, Event::Revoke, revoked, ending).await?;
            certificates += 1;
        }
    }
    let left = leave(tx, &user.id, code, now).await?;
    Ok(Ended {
        certificates,
        sessions: left.sessions,
        requests: left.requests,
        grants: lapse_grants(tx, &user.contract_id, Some(&user.id), now).await?,
    })
}

/// Ends the open grants of a contract, or of one of its users. Returns how many.
async fn lapse_grants(
    tx: &mut Tx,
    contract_id: &str,
    user_id: Option<&str>,
    now: Timestamp,
) -> Result<u64> {
    let mut lapsed = 0;
    for grant in grants::list_for_contract(&mut *tx, contract_id).await? {
        if user_id.is_some() && grant.user_id.as_deref() != user_id {
            continue;
        }
        let late = now >= grant.expires_at;
        let lapse = next_grant(grant.state, GrantEvent::Lapse, late);
        if lapse.is_ok() && grants::lapse(tx, &grant.id).await? {
            lapsed += 1;
        }
    }
    Ok(lapsed)
}

/// Numbers of a user's open sessions and requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Left {
    sessions: u64,
    requests: u64,
}

/// Ends the user's sessions and open requests.
async fn leave(tx: &mut Tx, user_id: &str, code: &'static str, now: Timestamp) -> Result<Left> {
    let subject = Subject::User(user_id.to_owned());
    Ok(Left {
        sessions: sessions::delete_for_user(tx, user_id).await?,
        requests: requests::finish_all(tx, &subject, Outcome::Failed(code), now).await?,
    })
}
