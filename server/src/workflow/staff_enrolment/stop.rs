//! A staff certificate ends at once: a token is lost. One officer is enough to stop somebody, two are needed to let
//! somebody in again.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::deed::Deed;
use super::super::life::inside::{self, Ending};
use super::super::life::{Reason, expired};
use super::super::{Caller, Error, Result, StaffRefusal, Workflows};
use crate::store::audit::Actor;
use crate::store::certificates::{self, State};
use crate::store::staff::{self, Role, StaffMember, Status};
use crate::store::{Tx, activation_codes, staff_requests};

/// Officers who must still get in: with fewer nobody could be let in any more, and one who stops the others would be alone.
const OFFICERS: usize = 2;

impl Workflows {
    /// Revokes whatever certificate a staff account has, in use or on its way; what was handed over for it is worthless.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`](super::super::Refusal::RoleMissing), [`StaffRefusal::StaffUnknown`],
    /// [`StaffRefusal::OwnAffair`], [`StaffRefusal::OfficersNeeded`] where fewer than two other officers would get in,
    /// [`StaffRefusal::NotInThatState`] where there is nothing to stop.
    pub async fn stop_staff_certificate(
        &self,
        officer_id: &str,
        staff_id: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<StaffMember> {
        let deed = Deed {
            staff_id: officer_id,
            action: "staff.certificate-stopped",
            kind: "staff",
            subject: staff_id,
            caller,
            now,
        };
        let result = self.try_stop(deed).await;
        let member = self.people().audited(deed, result).await?;
        self.status_changed().await;
        Ok(member)
    }

    async fn try_stop(&self, deed: Deed<'_>) -> Result<StaffMember> {
        let officers = &[Role::SecurityOfficer];
        let officer = self.people().staff_with(deed.staff_id, officers).await?;
        let mut tx = self.inner.store.begin().await?;
        let member = staff::find(&mut tx, deed.subject).await?;
        let member = member.ok_or(StaffRefusal::StaffUnknown)?;
        if member.person == officer.person {
            return Err(StaffRefusal::OwnAffair.into());
        }
        let ending = Ending {
            actor: Actor::Staff(officer.id),
            reason: Reason::KeyCompromise,
            note: "",
            caller: deed.caller,
            now: deed.now,
        };
        if member.role == Role::SecurityOfficer
            && gets_in(&mut tx, &member, deed.now).await?
            && others(&mut tx, &member, deed.now).await? < OFFICERS
        {
            return Err(StaffRefusal::OfficersNeeded.into());
        }
        let mut ended = false;
        for row in certificates::list_for_staff(&mut tx, &member.id).await? {
            let lives = matches!(row.state, State::Intent | State::Issued | State::Active);
            if lives && !expired(&row, deed.now) {
                inside::revoke(&mut tx, &row, &ending).await?;
                ended = true;
            }
        }
        let handed_over = activation_codes::end(&mut tx, &member.id, deed.now).await?;
        if !ended && !handed_over {
            return Err(Error::from(StaffRefusal::NotInThatState));
        }
        for open in staff_requests::open_for_staff(&mut tx, &member.id, deed.now).await? {
            let (failed, why) = (staff_requests::State::Failed, Some("certificate-revoked"));
            staff_requests::finish(&mut tx, &open.id, failed, None, why, deed.now).await?;
        }
        deed.entry().write(&mut tx, deed.now).await?;
        tx.commit().await?;
        Ok(member)
    }
}

/// Whether a member has a certificate in use.
async fn gets_in(tx: &mut Tx, member: &StaffMember, now: Timestamp) -> Result<bool> {
    let all = certificates::list_for_staff(&mut *tx, &member.id).await?;
    let mut in_use = all.iter().filter(|row| row.state == State::Active);
    Ok(in_use.any(|row| !expired(row, now)))
}

/// How many other persons get in as officers.
async fn others(tx: &mut Tx, member: &StaffMember, now: Timestamp) -> Result<usize> {
    let mut persons = BTreeSet::new();
    for one in staff::list(&mut *tx).await? {
        let officer = one.role == Role::SecurityOfficer && one.status == Status::Active;
        if officer && one.person != member.person && gets_in(tx, &one, now).await? {
            persons.insert(one.person);
        }
    }
    Ok(persons.len())
}
