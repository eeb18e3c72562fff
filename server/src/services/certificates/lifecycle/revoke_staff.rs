//! Revokes a staff certificate at once, because a token is lost. One officer can revoke; two are needed to authorise
//! the person again.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::transitions::{self, Ending};
use super::{Reason, expired};
use crate::services::command::Outcome;
use crate::services::{RequestContext, Result, Services, StaffRefusal};
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, State};
use crate::store::enrolment_requests::{self as requests, Outcome as End};
use crate::store::staff::{self, Role, StaffMember, Status};
use crate::store::{Subject, Tx, activation_codes};

/// Other officers who must remain authorised: with fewer, nobody could be authorised any more, and one officer could
/// lock the others out.
const OFFICERS: usize = 2;

impl Services {
    /// Revokes every certificate of a staff account, in use or pending, and invalidates its activation code.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`](crate::services::Refusal::RoleMissing), [`StaffRefusal::StaffUnknown`],
    /// [`StaffRefusal::OwnAffair`], [`StaffRefusal::OfficersNeeded`] if fewer than two other officers would remain
    /// authorised, [`StaffRefusal::NotInThatState`] if there is nothing to revoke.
    pub async fn revoke_staff_certificate(
        &self,
        context: &RequestContext,
        staff_id: &str,
    ) -> Result<StaffMember> {
        let (accounts, now) = (self.accounts(), context.now);
        let command = context.command(
            AuditAction::StaffCertificateRevokedAtOnce,
            ("staff", staff_id),
        );
        let officer = accounts.staff_with(context, &[Role::SecurityOfficer]);
        let officer = accounts.audit_refusals(command, officer).await?;
        let suspended = accounts.execute(command, async |tx| {
            let member = staff::find(&mut *tx, staff_id).await?;
            let member = member.ok_or(StaffRefusal::StaffUnknown)?;
            if member.employee_number == officer.employee_number {
                return Err(StaffRefusal::OwnAffair.into());
            }
            if member.role == Role::SecurityOfficer
                && gets_in(tx, &member, now).await?
                && others(tx, &member, now).await? < OFFICERS
            {
                return Err(StaffRefusal::OfficersNeeded.into());
            }
            let ending = Ending {
                context,
                reason: Reason::KeyCompromise,
                note: "",
            };
            let mut ended = false;
            for row in certificates::list_for_staff(&mut *tx, &member.id).await? {
                let lives = row.is_pending() || row.state == State::Active;
                if lives && !expired(&row, now) {
                    transitions::revoke(tx, &row, &ending).await?;
                    ended = true;
                }
            }
            let handed_over = activation_codes::end(tx, &member.id, now).await?;
            if !ended && !handed_over {
                return Err(StaffRefusal::NotInThatState.into());
            }
            let (subject, why) = (Subject::Staff(member.id.clone()), "certificate-revoked");
            requests::finish_all(tx, &subject, End::Failed(why), now).await?;
            Ok(Outcome::done(member))
        });
        suspended.await
    }
}

/// Whether a member has a certificate in use.
async fn gets_in(tx: &mut Tx, member: &StaffMember, now: Timestamp) -> Result<bool> {
    let all = certificates::list_for_staff(&mut *tx, &member.id).await?;
    let mut in_use = all.iter().filter(|row| row.state == State::Active);
    Ok(in_use.any(|row| !expired(row, now)))
}

/// Number of other people who are authorised as officers.
async fn others(tx: &mut Tx, member: &StaffMember, now: Timestamp) -> Result<usize> {
    let mut employee_numbers = BTreeSet::new();
    for one in staff::list(&mut *tx).await? {
        let officer = one.role == Role::SecurityOfficer && one.status == Status::Active;
        if officer
            && one.employee_number != member.employee_number
            && gets_in(tx, &one, now).await?
        {
            employee_numbers.insert(one.employee_number);
        }
    }
    Ok(employee_numbers.len())
}
