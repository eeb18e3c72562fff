//! The deeds inside a transaction of somebody else's (a proposal's decision, a renewal): rules, rows, audit rows, and what
//! ends together with a certificate. Who may ask is the caller's business; and so is [`Workflows::status_changed`] after
//! the commit (for the console: `proposals::settled`). Other instances hear of the change within a quarter of a second.
//!
//! [`Workflows::status_changed`]: crate::workflow::Workflows::status_changed

use jiff::Timestamp;
use serde_json::json;

use super::machine::{Event, GrantEvent, next, next_grant};
use super::{Cancelled, Reason, told};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate, State};
use crate::store::{Tx, contracts, grants, requests, sessions, staff, users};
use crate::workflow::audited::audit;
use crate::workflow::{Caller, Fault, Refusal, Result};

/// Who ends something, why, from where and when.
#[derive(Debug, Clone)]
pub(in crate::workflow) struct Ending<'a> {
    pub(in crate::workflow) actor: Actor,
    pub(in crate::workflow) reason: Reason,
    pub(in crate::workflow) note: &'a str,
    pub(in crate::workflow) caller: Caller,
    pub(in crate::workflow) now: Timestamp,
}

/// Whether the validity of a certificate is over.
pub(in crate::workflow) fn expired(row: &Certificate, now: Timestamp) -> bool {
    now > row.not_after
}

/// Lets `event` happen to a certificate, with its audit row.
async fn change(
    tx: &mut Tx,
    row: &Certificate,
    event: Event,
    action: &'static str,
    ending: &Ending<'_>,
) -> Result<State> {
    let to = next(row.state, event, expired(row, ending.now)).map_err(Refusal::Life)?;
    let reason = match to {
        State::Intent | State::Issued | State::Active => None,
        State::Superseded | State::Suspended | State::Revoked | State::Abandoned => {
            Some(ending.reason.as_str())
        }
    };
    let step = (row.state, to);
    if !certificates::set_state(tx, &row.id, step, &ending.actor, ending.now, reason).await? {
        return Err(Fault::Inconsistent("certificate changed inside a transaction").into());
    }
    audit(ending.actor.clone(), action, "certificate", &row.id)
        .from(ending.caller)
        .detail(json!({
            "serial": row.serial, "from": row.state.as_str(), "to": to.as_str(),
            "reason": reason, "note": ending.note,
        }))
        .write(tx, ending.now)
        .await?;
    told::tell_owner(tx, row, to, ending).await?;
    Ok(to)
}

/// Revokes a certificate and what stands on it.
pub(in crate::workflow) async fn revoke(
    tx: &mut Tx,
    row: &Certificate,
    ending: &Ending<'_>,
) -> Result<()> {
    change(tx, row, Event::Revoke, "certificate.revoked", ending).await?;
    if let Some(user_id) = &row.user_id {
        // A renewal stands on the certificate it began with: it ends with it.
        let pending = certificates::pending_for_user(&mut *tx, user_id).await?;
        if let Some(successor) = pending.filter(|p| p.replaces.as_deref() == Some(&row.id)) {
            change(tx, &successor, Event::Revoke, "certificate.revoked", ending).await?;
        }
        leave(tx, user_id, "certificate-revoked", ending.now).await?;
    }
    if let (Some(_), Some(sha256)) = (&row.staff_id, &row.sha256) {
        staff::clear_certificate(tx, sha256).await?;
    }
    Ok(())
}

/// Gives up a certificate that never came into use; nothing depends on it.
pub(in crate::workflow) async fn give_up(
    tx: &mut Tx,
    row: &Certificate,
    ending: &Ending<'_>,
) -> Result<()> {
    change(tx, row, Event::Revoke, "certificate.revoked", ending).await?;
    told::tell_given_up(tx, row, ending).await
}

/// 事故登録: the user's sessions and open requests end, the certificate stays.
pub(in crate::workflow) async fn suspend(
    tx: &mut Tx,
    row: &Certificate,
    ending: &Ending<'_>,
) -> Result<()> {
    let hold = Ending {
        reason: Reason::CertificateHold,
        ..ending.clone()
    };
    change(tx, row, Event::Suspend, "certificate.suspended", &hold).await?;
    if let Some(user_id) = &row.user_id {
        leave(tx, user_id, "certificate-suspended", ending.now).await?;
    }
    Ok(())
}

/// The end of a suspension.
pub(in crate::workflow) async fn release(
    tx: &mut Tx,
    row: &Certificate,
    ending: &Ending<'_>,
) -> Result<()> {
    change(tx, row, Event::Release, "certificate.released", ending).await?;
    Ok(())
}

/// 解約 (R12): every certificate, session, grant and request of a contract.
pub(in crate::workflow) async fn cancel(
    tx: &mut Tx,
    contract_id: &str,
    ending: &Ending<'_>,
) -> Result<Cancelled> {
    let now = ending.now;
    if contracts::find(&mut *tx, contract_id).await?.is_none() {
        return Err(Refusal::ContractUnknown.into());
    }
    if !contracts::cancel(tx, contract_id).await? {
        return Err(Refusal::ContractCancelled.into());
    }
    let ending = Ending {
        reason: Reason::CessationOfOperation,
        ..ending.clone()
    };
    let mut ended = Cancelled::default();
    for user in users::list_for_contract(&mut *tx, contract_id).await? {
        for row in certificates::list_for_user(&mut *tx, &user.id).await? {
            if next(row.state, Event::Revoke, expired(&row, now)).is_ok() {
                change(tx, &row, Event::Revoke, "certificate.revoked", &ending).await?;
                ended.certificates += 1;
            }
        }
        let left = leave(tx, &user.id, "contract-cancelled", now).await?;
        ended.sessions += left.sessions;
        ended.requests += left.requests;
    }
    for grant in grants::list_for_contract(&mut *tx, contract_id).await? {
        let late = now >= grant.expires_at;
        let lapse = next_grant(grant.state, GrantEvent::Lapse, late);
        if lapse.is_ok() && grants::lapse(tx, &grant.id).await? {
            ended.grants += 1;
        }
    }
    audit(
        ending.actor.clone(),
        "contract.cancelled",
        "contract",
        contract_id,
    )
    .from(ending.caller)
    .detail(json!({
        "certificates": ended.certificates, "sessions": ended.sessions,
        "requests": ended.requests, "grants": ended.grants, "note": ending.note,
    }))
    .write(tx, now)
    .await?;
    Ok(ended)
}

/// What a user had open: sessions and requests, and how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Left {
    sessions: u64,
    requests: u64,
}

/// Ends the user's sessions and open requests.
async fn leave(tx: &mut Tx, user_id: &str, code: &'static str, now: Timestamp) -> Result<Left> {
    let mut left = Left {
        sessions: sessions::delete_for_user(tx, user_id).await?,
        requests: 0,
    };
    for open in requests::open_for_user(&mut *tx, user_id, now).await? {
        let failed = requests::State::Failed;
        if requests::finish(tx, &open.id, failed, None, Some(code), now).await? {
            left.requests += 1;
        }
    }
    Ok(left)
}
