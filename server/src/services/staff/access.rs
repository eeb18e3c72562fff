//! Who of the staff gets a certificate: the first two officers at the ceremony, later staff with a split activation code from
//! two officers. What they do with the code: `enrolment`.

use inkan_pki::secret::Secret;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::activation_code::join;
use crate::services::account_service::AccountService;
use crate::services::staff::directory::temporary_password;
use crate::services::validation::{codes, names};
use crate::services::{Refusal, RequestContext, Result, StaffRefusal};
use crate::store::activation_codes::{self, ActivationCode};
use crate::store::audit::AuditAction;
use crate::store::staff::{self, Role, StaffMember, Status};
use crate::store::{Db, id};

/// Validity of an activation code.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How often a half is created again because another officer was faster.
const TRIES: usize = 3;

/// One half of a code, to be handed over on paper; it is stored nowhere.
#[derive(Debug)]
pub struct Half {
    /// The account.
    pub member: StaffMember,
    /// The half.
    pub secret: Secret,
    /// Whether it is the second one.
    pub second: bool,
    /// Valid until.
    pub expires_at: Timestamp,
}

/// One of the first officers, with the whole activation code.
#[derive(Debug)]
pub struct BootstrapOfficer {
    /// Who.
    pub member: StaffMember,
    /// The activation code: the first half and the second.
    pub halves: [Secret; 2],
}

impl AccountService<'_> {
    /// Records the first two security officers, at the ceremony; never again.
    ///
    /// # Errors
    /// [`StaffRefusal::StaffNotEmpty`], [`StaffRefusal::TwoPersons`], [`Refusal::Fields`].
    pub async fn bootstrap_officers(
        &self,
        officers: [(&str, &str); 2],
        now: Timestamp,
    ) -> Result<Vec<BootstrapOfficer>> {
        // Hashed before the transaction, which is short.
        let mut codes = Vec::new();
        for _ in officers {
            let (first, second) = (temporary_password()?, temporary_password()?);
            let first_hash = self.passwords.hash(first.clone()).await?;
            let joined = join(self.passwords, &first_hash, &second).await?;
            codes.push(([first, second], joined));
        }
        let context = RequestContext::system(now);
        let made = self.transaction(async |tx| {
            if !staff::list(&mut *tx).await?.is_empty() {
                return Err(StaffRefusal::StaffNotEmpty.into());
            }
            let mut made: Vec<BootstrapOfficer> = Vec::new();
            for ((name, employee_number), (halves, joined)) in officers.into_iter().zip(codes) {
                let refused = |error| Refusal::Fields(vec![error]);
                let member = StaffMember {
                    id: id::new_id()?,
                    name: names::staff_name(name).map_err(refused)?,
                    employee_number: codes::employee_number(employee_number).map_err(refused)?,
                    role: Role::SecurityOfficer,
                    certificate_sha256: None,
                    status: Status::Active,
                    created_at: now,
                };
                if made
                    .iter()
                    .any(|one| one.member.employee_number == member.employee_number)
                {
                    return Err(StaffRefusal::TwoPersons.into());
                }
                staff::insert(tx, &member).await?;
                let code = ActivationCode {
                    staff_id: member.id.clone(),
                    first_hash: joined.first,
                    first_by: "ceremony".to_owned(),
                    code_hash: Some(joined.code),
                    second_by: Some(member.employee_number.clone()),
                    expires_at: later(now),
                    used_at: None,
                };
                activation_codes::put(tx, &code).await?;
                context
                    .audit(AuditAction::StaffBootstrapOfficer, ("staff", &member.id))
                    .detail(
                        json!({ "name": &member.name, "employee_number": &member.employee_number }),
                    )
                    .write(tx)
                    .await?;
                made.push(BootstrapOfficer { member, halves });
            }
            Ok(made)
        });
        made.await
    }

    /// One half of the activation code of a staff account, for an officer to hand over. The first officer gets the
    /// first half, another person the second; an officer who requests again starts a new code, and the earlier halves
    /// become invalid.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`StaffRefusal::StaffUnknown`], [`StaffRefusal::OwnAffair`],
    /// [`StaffRefusal::NotInThatState`] for somebody who left.
    pub async fn issue_activation_code_half(
        &self,
        context: &RequestContext,
        staff_id: &str,
    ) -> Result<Half> {
        let command = context.command(AuditAction::StaffCredentialIssued, ("staff", staff_id));
        let half = self.audit_refusals(command, async {
            let officer = self.staff_with(context, &[Role::SecurityOfficer]).await?;
            for _ in 0..TRIES {
                let member = active(Db::from(self.store), staff_id).await?;
                if member.employee_number == officer.employee_number {
                    return Err(StaffRefusal::OwnAffair.into());
                }
                let seen = activation_codes::find(self.store, staff_id).await?;
                let secret = temporary_password()?;
                let code = self.with_half(&seen, &member, &officer, &secret, context.now);
                let code = code.await?;
                let (second, expires_at) = (code.code_hash.is_some(), code.expires_at);
                let put = self.transaction(async |tx| {
                    active(Db::from(&mut *tx), staff_id).await?;
                    if activation_codes::find(&mut *tx, staff_id).await? != seen {
                        return Ok(false);
                    }
                    activation_codes::put(tx, &code).await?;
                    let detail = json!({ "second": second, "expires_at": expires_at.to_string() });
                    command.entry().detail(detail).write(tx).await?;
                    Ok(true)
                });
                if put.await? {
                    return Ok(Half {
                        member,
                        secret,
                        second,
                        expires_at,
                    });
                }
            }
            Err(Refusal::Unavailable { retry_after: 1 }.into())
        });
        half.await
    }

    /// The code with this half: the second one, if another person's first half waits, otherwise the first one of a new
    /// code.
    async fn with_half(
        &self,
        seen: &Option<ActivationCode>,
        member: &StaffMember,
        officer: &StaffMember,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<ActivationCode> {
        let waiting = seen.as_ref().filter(|code| {
            let waits = code.code_hash.is_none() && now < code.expires_at;
            waits && code.first_by != officer.employee_number
        });
        if let Some(first) = waiting {
            let joined = join(self.passwords, &first.first_hash, secret).await?;
            return Ok(ActivationCode {
                first_hash: joined.first,
                code_hash: Some(joined.code),
                second_by: Some(officer.employee_number.clone()),
                ..first.clone()
            });
        }
        Ok(ActivationCode {
            staff_id: member.id.clone(),
            first_hash: self.passwords.hash(secret.clone()).await?,
            first_by: officer.employee_number.clone(),
            code_hash: None,
            second_by: None,
            expires_at: later(now),
            used_at: None,
        })
    }
}

async fn active(db: Db<'_>, staff_id: &str) -> Result<StaffMember> {
    let member = staff::find(db, staff_id).await?;
    let member = member.ok_or(StaffRefusal::StaffUnknown)?;
    if member.status == Status::Left {
        return Err(StaffRefusal::NotInThatState.into());
    }
    Ok(member)
}

fn later(now: Timestamp) -> Timestamp {
    now.checked_add(GOOD_FOR).unwrap_or(Timestamp::MAX)
}
