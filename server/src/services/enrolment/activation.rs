//! Activation (D3): the agent shows over mutual TLS that the token can use its certificate.
//!
//! A successor takes its predecessor's place in the same transaction, so that there is one active certificate at any time.

use jiff::Timestamp;
use serde_json::json;

use inkan_pki::messages::request::Activated;
use inkan_pki::x509::fingerprint::sha256_hex;

use crate::mail::Notification;
use crate::services::authentication::login::CertificateRefusal;
use crate::services::certificates::lifecycle::state_machine::{Event, next};
use crate::services::certificates::lifecycle::{self, Reason, expired};
use crate::services::command::Outcome;
use crate::services::notifications::tell;
use crate::services::step::Step;
use crate::services::{Caller, Error, Fault, Refusal, RequestContext, Result, Services};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate, State};
use crate::store::{Tx, contracts, requests, users};

impl Services {
    /// Activates the certificate presented (DER). Asked again, it answers the same.
    ///
    /// # Errors
    /// [`Refusal::Certificate`] for one that is unknown, ended, or outside its validity.
    pub async fn activate(
        &self,
        presented: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Activated> {
        self.inner.step.reached(Step::ActivationAsked);
        let sha256 = sha256_hex(presented);
        let context = RequestContext::anonymous(caller, now);
        let command = context.command("certificate.activated", ("certificate", &sha256));
        let accounts = self.accounts();
        let activated = accounts.execute(command, async |tx| {
            let refuse = |why: CertificateRefusal| Error::from(Refusal::Certificate(why));
            let row = certificates::by_sha256(&mut *tx, &sha256).await?;
            let row = row.ok_or_else(|| refuse(CertificateRefusal::Unknown))?;
            let user_id = row.user_id.as_deref();
            let user_id = user_id.ok_or_else(|| refuse(CertificateRefusal::Unknown))?;
            match row.state {
                State::Issued | State::Active => {}
                State::Superseded => return Err(refuse(CertificateRefusal::Superseded)),
                State::Suspended => return Err(refuse(CertificateRefusal::Suspended)),
                State::Revoked => return Err(refuse(CertificateRefusal::Revoked)),
                State::Intent | State::Abandoned => {
                    return Err(refuse(CertificateRefusal::Unknown));
                }
            }
            if now > row.not_after {
                return Err(refuse(CertificateRefusal::Expired));
            }
            let user = users::find(&mut *tx, user_id).await?;
            let user = user.ok_or(Fault::Inconsistent("certificate without user"))?;
            let contract = contracts::find(&mut *tx, &user.contract_id).await?;
            if contract.is_none_or(|c| c.status != contracts::Status::Active) {
                return Err(refuse(CertificateRefusal::ContractCancelled));
            }
            if row.state == State::Active {
                return Ok(Outcome::recorded((answer(&row), false)));
            }
            let owner = context.by(Actor::User(user_id.to_owned()));
            let previous = supersede(tx, &owner, &row).await?;
            if !certificates::set_active(tx, &row.id, &owner.actor, now).await? {
                return Err(Fault::Inconsistent("issued certificate did not become active").into());
            }
            finish_requests(tx, &row, now).await?;
            tell(tx, &user, &row.id, &news(&row, previous), now).await?;
            let done = Outcome::done((answer(&row), true)).by(owner.actor);
            let done = done.to("certificate", &*row.id);
            Ok(done.detail(json!({ "serial": row.serial })))
        });
        let (answer, newly) = activated.await?;
        if newly {
            self.inner.step.reached(Step::Activated);
        }
        Ok(answer)
    }
}

/// Ends the predecessor, if there is one, and answers it.
async fn supersede(
    tx: &mut Tx,
    owner: &RequestContext,
    row: &Certificate,
) -> Result<Option<Certificate>> {
    let now = owner.now;
    let user_id = row.user_id.as_deref().unwrap_or_default();
    let Some(old) = lifecycle::in_the_way(tx, user_id).await? else {
        return Ok(None);
    };
    // A successor does not get round a suspension: it waits for the release.
    if old.state == State::Suspended {
        return Err(Refusal::Certificate(CertificateRefusal::Suspended).into());
    }
    if row.replaces.as_deref() != Some(&old.id) {
        return Err(Refusal::CertificateActive.into());
    }
    let to = next(old.state, Event::Supersede, expired(&old, now)).map_err(Refusal::Lifecycle)?;
    let (step, reason) = ((old.state, to), Reason::Superseded.as_str());
    certificates::set_state(tx, &old.id, step, &owner.actor, now, Some(reason)).await?;
    let entry = owner.audit("certificate.superseded", ("certificate", &old.id));
    entry.detail(json!({ "by": row.id })).write(tx).await?;
    Ok(Some(old))
}

/// The letter about an activation: a first certificate, or the successor of `previous`.
fn news(row: &Certificate, previous: Option<Certificate>) -> Notification {
    let (serial, not_after) = (row.serial.clone(), row.not_after);
    match previous {
        None => Notification::CertificateIssued { serial, not_after },
        Some(old) => Notification::CertificateRenewed {
            serial,
            not_after,
            previous: old.serial,
        },
    }
}

/// Ends every open request of the user as done: the one that was picked up may be a second try after a crash.
async fn finish_requests(tx: &mut Tx, row: &Certificate, now: Timestamp) -> Result<()> {
    let user_id = row.user_id.as_deref().unwrap_or_default();
    for open in requests::open_for_user(&mut *tx, user_id, now).await? {
        requests::finish(
            tx,
            &open.id,
            requests::State::Done,
            Some(&row.id),
            None,
            now,
        )
        .await?;
    }
    Ok(())
}

fn answer(row: &Certificate) -> Activated {
    Activated {
        serial: row.serial.clone(),
        not_after: row.not_after,
        state: State::Active.as_str().to_owned(),
    }
}
