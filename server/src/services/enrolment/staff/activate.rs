//! Activation of a staff certificate: the agent shows over mutual TLS that the token can use it. What the account had
//! before ends in the same transaction.

use jiff::Timestamp;
use serde_json::json;

use inkan_pki::messages::request::Activated;
use inkan_pki::x509::fingerprint::sha256_hex;

use crate::services::audit::rows::audit;
use crate::services::authentication::login::CertificateRefusal;
use crate::services::certificates::lifecycle::transitions::{self, Ending};
use crate::services::certificates::lifecycle::{Reason, expired};
use crate::services::{Caller, Error, Refusal, RequestContext, Result, Services};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate, State};
use crate::store::staff::{self, Status};
use crate::store::{Tx, staff_requests};

impl Services {
    /// Activates the staff certificate presented (DER). Asked again, it answers the same.
    ///
    /// # Errors
    /// [`Refusal::Certificate`] for one that is unknown, ended, outside its validity, or of somebody who has left.
    pub async fn activate_staff(
        &self,
        presented: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Activated> {
        let done = self.try_activate_staff(presented, caller, now).await;
        if let Err(Error::Refused(refusal)) = &done {
            let sha256 = sha256_hex(presented);
            let action = "certificate.activated";
            let entry = audit(Actor::Anonymous, action, "certificate", &sha256);
            self.record_refusal(entry.from(caller).refused(refusal), now)
                .await?;
        }
        done
    }

    async fn try_activate_staff(
        &self,
        presented: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Activated> {
        let refuse = |why: CertificateRefusal| Error::from(Refusal::Certificate(why));
        let mut tx = self.inner.store.begin().await?;
        let row = certificates::by_sha256(&mut tx, &sha256_hex(presented)).await?;
        let row = row.ok_or_else(|| refuse(CertificateRefusal::Unknown))?;
        let staff_id = row.staff_id.clone();
        let staff_id = staff_id.ok_or_else(|| refuse(CertificateRefusal::Unknown))?;
        match row.state {
            State::Issued | State::Active => {}
            State::Superseded => return Err(refuse(CertificateRefusal::Superseded)),
            State::Suspended => return Err(refuse(CertificateRefusal::Suspended)),
            State::Revoked => return Err(refuse(CertificateRefusal::Revoked)),
            State::Intent | State::Abandoned => return Err(refuse(CertificateRefusal::Unknown)),
        }
        if now > row.not_after {
            return Err(refuse(CertificateRefusal::Expired));
        }
        let member = staff::find(&mut tx, &staff_id).await?;
        let employed = member.is_some_and(|one| one.status == Status::Active);
        if !employed {
            return Err(refuse(CertificateRefusal::Unknown));
        }
        if row.state == State::Active {
            return Ok(answer(&row));
        }
        end_others(&mut tx, &row, &staff_id, caller, now).await?;
        register(&mut tx, &row, presented, &staff_id, caller, now).await?;
        for open in staff_requests::open_for_staff(&mut tx, &staff_id, now).await? {
            let done = staff_requests::State::Done;
            staff_requests::finish(&mut tx, &open.id, done, Some(&row.id), None, now).await?;
        }
        tx.commit().await?;
        self.status_changed().await;
        Ok(answer(&row))
    }
}

/// One certificate per account: whatever else it has, in use or on its way, ends.
async fn end_others(
    tx: &mut Tx,
    row: &Certificate,
    staff_id: &str,
    caller: Caller,
    now: Timestamp,
) -> Result<()> {
    let context = RequestContext::staff(staff_id, caller, now);
    let ending = Ending {
        context: &context,
        reason: Reason::Superseded,
        note: "",
    };
    for other in certificates::list_for_staff(&mut *tx, staff_id).await? {
        let lives = matches!(other.state, State::Intent | State::Issued | State::Active);
        if other.id != row.id && lives && !expired(&other, now) {
            transitions::revoke(tx, &other, &ending).await?;
        }
    }
    Ok(())
}

async fn register(
    tx: &mut Tx,
    row: &Certificate,
    der: &[u8],
    staff_id: &str,
    caller: Caller,
    now: Timestamp,
) -> Result<()> {
    let actor = Actor::Staff(staff_id.to_owned());
    certificates::set_active(tx, &row.id, &actor, now).await?;
    staff::set_certificate(tx, staff_id, &sha256_hex(der)).await?;
    let action = "certificate.activated";
    audit(actor.clone(), action, "certificate", &row.id)
        .from(caller)
        .detail(json!({ "serial": row.serial }))
        .write(tx, now)
        .await?;
    audit(actor, "staff.certificate-registered", "staff", staff_id)
        .from(caller)
        .detail(json!({ "certificate": &row.id }))
        .write(tx, now)
        .await?;
    Ok(())
}

fn answer(row: &Certificate) -> Activated {
    Activated {
        serial: row.serial.clone(),
        not_after: row.not_after,
        state: State::Active.as_str().to_owned(),
    }
}
