//! Activation (D3): the agent shows over mutual TLS that the token can use its certificate.
//!
//! The earlier certificate becomes inactive in the same transaction, so there is one active certificate at any time.

use inkan_pki::messages::request::Activated;
use inkan_pki::x509::fingerprint::sha256_hex;
use serde_json::json;

use super::{Holder, Subject};
use crate::mail::Notification;
use crate::services::authentication::login::CertificateRefusal;
use crate::services::certificates::lifecycle::state_machine::{Event, next};
use crate::services::certificates::lifecycle::transitions::{self, Ending};
use crate::services::certificates::lifecycle::{self, Reason, expired};
use crate::services::command::Outcome;
use crate::services::notifications::tell;
use crate::services::step::Step;
use crate::services::{Error, Fault, Refusal, RequestContext, Result, Services};
use crate::store::audit::Actor;
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Certificate, Issuer, State};
use crate::store::enrolment_requests::{self as requests, Outcome as End};
use crate::store::users::User;
use crate::store::{Tx, contracts, staff};

impl Services {
    /// Activates the presented certificate (DER), which must be of this kind. A repeated call returns the same.
    ///
    /// # Errors
    /// [`Refusal::Certificate`] if it is unknown, inactive or outside its validity period, or its holder has left.
    pub async fn activate(
        &self,
        context: &RequestContext,
        issuer: Issuer,
        presented: &[u8],
    ) -> Result<Activated> {
        self.inner.step.reached(Step::ActivationAsked);
        let sha256 = sha256_hex(presented);
        let context = context.by(Actor::Anonymous);
        let command = context.command(AuditAction::CertificateActivated, ("certificate", &sha256));
        let accounts = self.accounts();
        let activated = accounts.execute(command, async |tx| {
            let (row, holder) = presented_by(tx, &context, issuer, &sha256).await?;
            let answer = Activated {
                serial: row.serial.clone(),
                not_after: row.not_after,
                state: State::Active.as_str().to_owned(),
            };
            if row.state == State::Active {
                return Ok(Outcome::recorded(answer));
            }
            let subject = holder.subject();
            let context = context.by(subject.actor());
            match &holder {
                Holder::User(user) => into_use(tx, &context, &row, user).await?,
                Holder::Staff(_) => {
                    end_others(tx, &context, &subject, &row.id).await?;
                    register(tx, &context, &subject, &row.id, presented).await?;
                }
            }
            // Every open request: the one that was picked up may be the second attempt after a crash.
            requests::finish_all(tx, &subject, End::Done(&row.id), context.now).await?;
            let done = Outcome::done(answer).detail(json!({ "serial": row.serial }));
            Ok(done.by(subject.actor()).to("certificate", row.id))
        });
        let activated = activated.await?;
        self.inner.step.reached(Step::Activated);
        Ok(activated)
    }
}

/// The certificate with this digest and its holder, if it is pending or in use.
async fn presented_by(
    tx: &mut Tx,
    context: &RequestContext,
    issuer: Issuer,
    sha256: &str,
) -> Result<(Certificate, Holder)> {
    let refuse = |why: CertificateRefusal| Error::from(Refusal::Certificate(why));
    let row = certificates::by_sha256(&mut *tx, sha256).await?;
    let row = row.filter(|row| row.issuer == issuer);
    let row = row.ok_or_else(|| refuse(CertificateRefusal::Unknown))?;
    match row.state {
        State::Issued | State::Active => {}
        State::Superseded => return Err(refuse(CertificateRefusal::Superseded)),
        State::Suspended => return Err(refuse(CertificateRefusal::Suspended)),
        State::Revoked => return Err(refuse(CertificateRefusal::Revoked)),
        State::Intent | State::Abandoned => return Err(refuse(CertificateRefusal::Unknown)),
    }
    if expired(&row, context.now) {
        return Err(refuse(CertificateRefusal::Expired));
    }
    let holder = Holder::find(&mut *tx, &row.subject()?).await?;
    match &holder {
        Holder::User(user) => {
            let contract = contracts::find(&mut *tx, &user.contract_id).await?;
            if contract.is_none_or(|c| c.status != contracts::Status::Active) {
                return Err(refuse(CertificateRefusal::ContractCancelled));
            }
        }
        Holder::Staff(member) => {
            if member.status != staff::Status::Active {
                return Err(refuse(CertificateRefusal::Unknown));
            }
        }
    }
    Ok((row, holder))
}

/// Activates a user's certificate, and replaces its predecessor if there is one.
async fn into_use(
    tx: &mut Tx,
    context: &RequestContext,
    row: &Certificate,
    user: &User,
) -> Result<()> {
    let previous = supersede(tx, context, row, user).await?;
    if !certificates::set_active(tx, &row.id, &context.actor, context.now).await? {
        return Err(Fault::Inconsistent("issued certificate did not become active").into());
    }
    let message = notification(row, previous);
    tell(tx, user, &row.id, &message, context.now).await?;
    Ok(())
}

/// Supersedes the predecessor, if there is one, and returns it.
async fn supersede(
    tx: &mut Tx,
    context: &RequestContext,
    row: &Certificate,
    user: &User,
) -> Result<Option<Certificate>> {
    let Some(old) = lifecycle::in_the_way(tx, &user.id).await? else {
        return Ok(None);
    };
    // A renewal does not bypass a suspension: it waits for the release.
    if old.state == State::Suspended {
        return Err(Refusal::Certificate(CertificateRefusal::Suspended).into());
    }
    if row.replaces.as_deref() != Some(&old.id) {
        return Err(Refusal::CertificateActive.into());
    }
    let now = context.now;
    let to = next(old.state, Event::Supersede, expired(&old, now)).map_err(Refusal::Lifecycle)?;
    let reason = Some(Reason::Superseded.as_str());
    certificates::set_state(tx, &old.id, (old.state, to), &context.actor, now, reason).await?;
    let entry = context.audit(AuditAction::CertificateSuperseded, ("certificate", &old.id));
    entry.detail(json!({ "by": row.id })).write(tx).await?;
    Ok(Some(old))
}

/// The message about an activation: of a first certificate, or of the successor of `previous`.
fn notification(row: &Certificate, previous: Option<Certificate>) -> Notification {
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

/// One certificate per staff account: every other one, in use or pending, is revoked.
pub(super) async fn end_others(
    tx: &mut Tx,
    context: &RequestContext,
    staff: &Subject,
    keep: &str,
) -> Result<()> {
    let ending = Ending {
        context,
        reason: Reason::Superseded,
        note: "",
    };
    for other in certificates::list_for(&mut *tx, staff).await? {
        let lives = other.is_pending() || other.state == State::Active;
        if other.id != keep && lives && !expired(&other, context.now) {
            transitions::revoke(tx, &other, &ending).await?;
        }
    }
    Ok(())
}

/// Activates a staff certificate: from now on it is the registered one.
///
/// # Errors
/// [`Refusal::CredentialInvalid`] if it was revoked, or its holder left, while the HSM signed.
pub(super) async fn register(
    tx: &mut Tx,
    context: &RequestContext,
    staff: &Subject,
    certificate_id: &str,
    der: &[u8],
) -> Result<()> {
    let (actor, now) = (&context.actor, context.now);
    if !certificates::set_active(tx, certificate_id, actor, now).await?
        || !staff::set_certificate(tx, staff.id(), &sha256_hex(der)).await?
    {
        return Err(Refusal::CredentialInvalid.into());
    }
    let entry = context.audit(
        AuditAction::StaffCertificateRegistered,
        (staff.kind(), staff.id()),
    );
    let detail = json!({ "certificate": certificate_id });
    entry.detail(detail).write(tx).await
}
