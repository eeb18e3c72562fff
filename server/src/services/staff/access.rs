//! How staff get in: the first two officers at the ceremony, later staff with a split activation code from two officers,
//! and with it the certificate for a key on their own token.

use inkan_pki::secret::Secret;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::activation_code::{fits, join};
use crate::services::account_service::AccountService;
use crate::services::certificates::lifecycle::transitions::{self, Ending};
use crate::services::certificates::lifecycle::{Reason, expired};
use crate::services::staff::directory::temporary_password;
use crate::services::validation::{codes, names};
use crate::services::{Refusal, RequestContext, Result, Services, StaffRefusal};
use crate::store::activation_codes::{self, ActivationCode};
use crate::store::audit::Actor;
use crate::store::certificates::{self, State};
use crate::store::staff::{self, Role, StaffMember, Status};
use crate::store::{Db, id};

/// How long an activation code is good for.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Between the halves.
const BETWEEN: char = '-';
/// How often a half is made anew because another officer was faster.
const TRIES: usize = 3;

/// A half, to be handed over on paper; it is kept nowhere.
#[derive(Debug)]
pub struct Half {
    /// Whose.
    pub member: StaffMember,
    /// The half.
    pub secret: Secret,
    /// Whether it is the second one.
    pub second: bool,
    /// Good until.
    pub expires_at: Timestamp,
}

/// One of the first officers, with the whole credential.
#[derive(Debug)]
pub struct BootstrapOfficer {
    /// Who.
    pub member: StaffMember,
    /// With what they get their certificate: the first half and the second.
    pub halves: [Secret; 2],
}

impl AccountService<'_> {
    /// Puts the first two security officers on record, at the ceremony; never again.
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
                    .audit("staff.bootstrap-officer", ("staff", &member.id))
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

    /// A half of the activation code of a staff account, for an officer to hand over. The first one to ask gets the first
    /// half, another person the second; who asks again starts anew, and the halves before are worthless.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`StaffRefusal::StaffUnknown`], [`StaffRefusal::OwnAffair`],
    /// [`StaffRefusal::NotInThatState`] for somebody who left.
    pub async fn issue_activation_code_half(
        &self,
        context: &RequestContext,
        staff_id: &str,
    ) -> Result<Half> {
        let command = context.command("staff.credential-issued", ("staff", staff_id));
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

    /// The code with this half: the second one, if another person's first half waits, else the first one of a new code.
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

impl Services {
    /// Issues the certificate of a staff member for the key in `csr` (DER), with the credential they were handed. The
    /// certificate they had before is revoked. Repeated with the same key it gives the same certificate.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::Csr`], [`Refusal::KeyAlreadyCertified`], [`Refusal::Unavailable`].
    pub async fn enroll_staff(
        &self,
        context: &RequestContext,
        staff_id: &str,
        credential: &Secret,
        csr: &[u8],
    ) -> Result<Vec<u8>> {
        let subject: String = staff_id.chars().take(64).collect();
        let command = context.command("staff.enrolled", ("staff", &subject));
        let accounts = self.accounts();
        let enrolled = accounts.audit_refusals(command, async {
            let known = self.code_known(context, staff_id, credential).await?;
            let proven = crate::services::enrolment::issuing::prove(csr).await?;
            let context = context.by(Actor::Staff(staff_id.to_owned()));
            let key = &proven.spki_sha256;
            self.use_code(&context, staff_id, known, key).await?;
            let actor = context.actor.clone();
            let der = self.issue_staff_certificate(staff_id, csr, actor, context.now);
            let der = der.await?;
            let sha256 = id::sha256_hex(&der);
            self.end_earlier(&context, staff_id, &sha256).await?;
            Ok(der)
        });
        enrolled.await
    }

    /// The activation code that was presented. Locked, unknown or wrong: one answer, which does not tell.
    async fn code_known(
        &self,
        context: &RequestContext,
        staff_id: &str,
        credential: &Secret,
    ) -> Result<ActivationCode> {
        let (caller, now) = (context.caller, context.now);
        let known = activation_codes::find(&self.inner.store, staff_id).await?;
        let (first, second) = halves(credential);
        if self.code_unlocked(staff_id, now).await.is_err() {
            return Err(Refusal::CredentialInvalid.into());
        }
        let passwords = &self.inner.passwords;
        let right = fits(passwords, known.as_ref(), (&first, &second), caller, now).await?;
        if !self.code_tried(staff_id, right, now).await? {
            return Err(Refusal::CredentialInvalid.into());
        }
        known.ok_or_else(|| Refusal::CredentialInvalid.into())
    }

    /// Looks at the code again under the writer lock: it is used once, for one key.
    async fn use_code(
        &self,
        context: &RequestContext,
        staff_id: &str,
        known: ActivationCode,
        key_sha256: &str,
    ) -> Result<()> {
        let accounts = self.accounts();
        let used = accounts.transaction(async |tx| {
            active(Db::from(&mut *tx), staff_id).await?;
            let present = activation_codes::find(&mut *tx, staff_id).await?;
            let Some(present) = present else {
                return Ok(());
            };
            if present != known {
                return Err(Refusal::CredentialInvalid.into());
            }
            if present.used_at.is_none() {
                let used = ActivationCode {
                    used_at: Some(context.now),
                    ..present
                };
                activation_codes::put(tx, &used).await?;
                let entry = context.audit("staff.credential-used", ("staff", staff_id));
                return entry.detail(json!({ "key": key_sha256 })).write(tx).await;
            }
            let row = certificates::by_spki_sha256(&mut *tx, key_sha256).await?;
            match row.is_some_and(|row| row.staff_id.as_deref() == Some(staff_id)) {
                true => Ok(()),
                false => Err(Refusal::CredentialInvalid.into()),
            }
        });
        used.await
    }

    /// One certificate per account: those before the registered one end.
    async fn end_earlier(
        &self,
        context: &RequestContext,
        staff_id: &str,
        sha256: &str,
    ) -> Result<()> {
        let ending = Ending {
            context,
            reason: Reason::Superseded,
            note: "",
        };
        let accounts = self.accounts();
        let ended = accounts.transaction(async |tx| {
            for row in certificates::list_for_staff(&mut *tx, staff_id).await? {
                let other = row.sha256.as_deref() != Some(sha256);
                let in_use = matches!(row.state, State::Issued | State::Active);
                if other && in_use && !expired(&row, context.now) {
                    transitions::revoke(tx, &row, &ending).await?;
                }
            }
            Ok(())
        });
        ended.await
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

/// The halves of what a program presents; of anything else halves that fit nothing.
fn halves(presented: &Secret) -> (Secret, Secret) {
    let (first, second) = presented.expose().split_once(BETWEEN).unwrap_or_default();
    (Secret::new(first), Secret::new(second))
}

fn later(now: Timestamp) -> Timestamp {
    now.checked_add(GOOD_FOR).unwrap_or(Timestamp::MAX)
}
