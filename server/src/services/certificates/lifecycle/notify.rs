//! The message about a change of a certificate: to its user, in the transaction of the operation.

use super::transitions::Ending;
use crate::mail::Notification;
use crate::mail::notification::By;
use crate::services::notifications::tell;
use crate::services::{Fault, Result};
use crate::store::audit::Actor;
use crate::store::certificates::{Certificate, State};
use crate::store::contracts::{self, Status};
use crate::store::{Tx, users};

/// Notifies the owner that an active certificate was revoked or suspended, or that one was released. There is no
/// message about staff certificates, and about a certificate that was never in use only if it was given up
/// ([`tell_given_up`]).
pub(super) async fn tell_owner(
    tx: &mut Tx,
    before: &Certificate,
    after: State,
    ending: &Ending<'_>,
) -> Result<()> {
    let Some(user_id) = before.user_id.as_deref() else {
        return Ok(());
    };
    if !matches!(before.state, State::Active | State::Suspended) {
        return Ok(());
    }
    let user = users::find(&mut *tx, user_id).await?;
    let user = user.ok_or(Fault::Inconsistent("certificate of no user"))?;
    let contract = contracts::find(&mut *tx, &user.contract_id).await?;
    let over = contract.is_some_and(|contract| contract.status == Status::Cancelled);
    let by = match &ending.context.actor {
        _ if over => By::ContractEnd,
        Actor::User(id) if id == user_id => By::Yourself,
        Actor::User(_) => By::Colleague,
        Actor::Staff(_) | Actor::Agent(_) | Actor::System | Actor::Anonymous => By::Bank,
    };
    let (serial, at) = (before.serial.clone(), ending.context.now);
    let message = match after {
        State::Revoked => Notification::CertificateRevoked { serial, at, by },
        State::Suspended => Notification::CertificateSuspended { serial, at, by },
        State::Active => Notification::CertificateReleased { serial, at },
        State::Intent | State::Issued | State::Superseded | State::Abandoned => return Ok(()),
    };
    let key = format!("{}:{}", before.id, at.as_second());
    tell(tx, &user, &key, &message, at).await?;
    Ok(())
}

/// Notifies the owner that an issue was given up: anybody with ID and password could do that in their place.
pub(super) async fn tell_given_up(
    tx: &mut Tx,
    before: &Certificate,
    ending: &Ending<'_>,
) -> Result<()> {
    let Some(user_id) = before.user_id.as_deref() else {
        return Ok(());
    };
    let user = users::find(&mut *tx, user_id).await?;
    let user = user.ok_or(Fault::Inconsistent("certificate of no user"))?;
    let (serial, at) = (before.serial.clone(), ending.context.now);
    let message = Notification::CertificateGivenUp { serial, at };
    tell(tx, &user, &before.id, &message, at).await?;
    Ok(())
}
