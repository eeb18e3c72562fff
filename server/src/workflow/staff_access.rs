//! How staff get in: the first two officers at the ceremony, later staff with a split activation code from two officers,
//! and with it the certificate for a key on their own token.

use inkan_pki::secret::Secret;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::activation_code::{fits, join};
use super::audited::audit;
use super::deed::Deed;
use super::people::People;
use super::staffing::temporary_password;
use super::validation::{codes, names};
use super::{Caller, Error, Refusal, Result, StaffRefusal, Workflows};
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
pub struct FirstOfficer {
    /// Who.
    pub member: StaffMember,
    /// With what they get their certificate: the first half and the second.
    pub halves: [Secret; 2],
}

impl People<'_> {
    /// Puts the first two security officers on record, at the ceremony; never again.
    ///
    /// # Errors
    /// [`StaffRefusal::StaffNotEmpty`], [`StaffRefusal::TwoPersons`], [`Refusal::Fields`].
    pub async fn first_officers(
        &self,
        officers: [(&str, &str); 2],
        now: Timestamp,
    ) -> Result<Vec<FirstOfficer>> {
        // Hashed before the transaction, which is short.
        let mut codes = Vec::new();
        for _ in officers {
            let (first, second) = (temporary_password()?, temporary_password()?);
            let first_hash = self.passwords.hash(first.clone()).await?;
            let joined = join(self.passwords, &first_hash, &second).await?;
            codes.push(([first, second], joined));
        }
        let mut tx = self.store.begin().await?;
        if !staff::list(&mut tx).await?.is_empty() {
            return Err(StaffRefusal::StaffNotEmpty.into());
        }
        let mut made: Vec<FirstOfficer> = Vec::new();
        for ((name, person), (halves, joined)) in officers.into_iter().zip(codes) {
            let refused = |error| Refusal::Fields(vec![error]);
            let member = StaffMember {
                id: id::new_id()?,
                name: names::staff_name(name).map_err(refused)?,
                person: codes::employee_number(person).map_err(refused)?,
                role: Role::SecurityOfficer,
                certificate_sha256: None,
                status: Status::Active,
                created_at: now,
            };
            if made.iter().any(|one| one.member.person == member.person) {
                return Err(StaffRefusal::TwoPersons.into());
            }
            staff::insert(&mut tx, &member).await?;
            let code = ActivationCode {
                staff_id: member.id.clone(),
                first_hash: joined.first,
                first_by: "ceremony".to_owned(),
                code_hash: Some(joined.code),
                second_by: Some(member.person.clone()),
                expires_at: later(now),
                used_at: None,
            };
            activation_codes::put(&mut tx, &code).await?;
            audit(Actor::System, "staff.first-officer", "staff", &member.id)
                .detail(json!({ "name": &member.name, "person": &member.person }))
                .write(&mut tx, now)
                .await?;
            made.push(FirstOfficer { member, halves });
        }
        tx.commit().await?;
        Ok(made)
    }

    /// A half of the activation code of a staff account, for an officer to hand over. The first one to ask gets the first
    /// half, another person the second; who asks again starts anew, and the halves before are worthless.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`StaffRefusal::StaffUnknown`], [`StaffRefusal::OwnAffair`],
    /// [`StaffRefusal::NotInThatState`] for somebody who left.
    pub async fn staff_credential_half(
        &self,
        officer_id: &str,
        staff_id: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Half> {
        let deed = Deed {
            staff_id: officer_id,
            action: "staff.credential-issued",
            kind: "staff",
            subject: staff_id,
            caller,
            now,
        };
        let result = self.try_half(deed).await;
        self.audited(deed, result).await
    }

    async fn try_half(&self, deed: Deed<'_>) -> Result<Half> {
        let officers = &[Role::SecurityOfficer];
        let officer = self.staff_with(deed.staff_id, officers).await?;
        for _ in 0..TRIES {
            let member = active(Db::from(self.store), deed.subject).await?;
            if member.person == officer.person {
                return Err(StaffRefusal::OwnAffair.into());
            }
            let seen = activation_codes::find(self.store, deed.subject).await?;
            let secret = temporary_password()?;
            let code = self
                .with_half(&seen, &member, &officer, &secret, deed.now)
                .await?;
            let mut tx = self.store.begin().await?;
            active(Db::from(&mut tx), deed.subject).await?;
            if activation_codes::find(&mut tx, deed.subject).await? != seen {
                continue;
            }
            activation_codes::put(&mut tx, &code).await?;
            let second = code.code_hash.is_some();
            let detail = json!({ "second": second, "expires_at": code.expires_at.to_string() });
            deed.entry().detail(detail).write(&mut tx, deed.now).await?;
            tx.commit().await?;
            return Ok(Half {
                member,
                secret,
                second,
                expires_at: code.expires_at,
            });
        }
        Err(Refusal::Unavailable { retry_after: 1 }.into())
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
            waits && code.first_by != officer.person
        });
        if let Some(first) = waiting {
            let joined = join(self.passwords, &first.first_hash, secret).await?;
            return Ok(ActivationCode {
                first_hash: joined.first,
                code_hash: Some(joined.code),
                second_by: Some(officer.person.clone()),
                ..first.clone()
            });
        }
        Ok(ActivationCode {
            staff_id: member.id.clone(),
            first_hash: self.passwords.hash(secret.clone()).await?,
            first_by: officer.person.clone(),
            code_hash: None,
            second_by: None,
            expires_at: later(now),
            used_at: None,
        })
    }
}

impl Workflows {
    /// Issues the certificate of a staff member for the key in `csr` (DER), with the credential they were handed. The
    /// certificate they had before is revoked. Repeated with the same key it gives the same certificate.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::Csr`], [`Refusal::KeyAlreadyCertified`], [`Refusal::Unavailable`].
    pub async fn enroll_staff(
        &self,
        staff_id: &str,
        credential: &Secret,
        csr: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        let done = self
            .try_enroll_staff(staff_id, credential, csr, caller, now)
            .await;
        if let Err(Error::Refused(refusal)) = &done {
            let subject: String = staff_id.chars().take(64).collect();
            let entry = audit(Actor::Anonymous, "staff.enrolled", "staff", &subject);
            self.record_refusal(entry.from(caller).refused(refusal), now)
                .await?;
        }
        done
    }

    async fn try_enroll_staff(
        &self,
        staff_id: &str,
        credential: &Secret,
        csr: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        let store = &self.inner.store;
        let known = activation_codes::find(store, staff_id).await?;
        let (first, second) = halves(credential);
        // Locked, unknown or wrong: one answer, which does not tell.
        if self.code_unlocked(staff_id, now).await.is_err() {
            return Err(Refusal::CredentialInvalid.into());
        }
        let passwords = &self.inner.passwords;
        let right = fits(passwords, known.as_ref(), (&first, &second), caller, now).await?;
        if !self.code_tried(staff_id, right, now).await? {
            return Err(Refusal::CredentialInvalid.into());
        }
        let known = known.ok_or(Refusal::CredentialInvalid)?;
        let proven = super::issuing::prove(csr).await?;
        let actor = Actor::Staff(staff_id.to_owned());
        let mut tx = store.begin().await?;
        active(Db::from(&mut tx), staff_id).await?;
        // Looked at again under the writer lock: used once, for one key.
        let now_known = activation_codes::find(&mut tx, staff_id).await?;
        let row = certificates::by_spki_sha256(&mut tx, &proven.spki_sha256).await?;
        let own = row.is_some_and(|row| row.staff_id.as_deref() == Some(staff_id));
        match now_known {
            Some(one) if one != known => return Err(Refusal::CredentialInvalid.into()),
            Some(one) if one.used_at.is_some() && !own => {
                return Err(Refusal::CredentialInvalid.into());
            }
            Some(one) if one.used_at.is_none() => {
                let used = ActivationCode {
                    used_at: Some(now),
                    ..one
                };
                activation_codes::put(&mut tx, &used).await?;
                audit(actor.clone(), "staff.credential-used", "staff", staff_id)
                    .from(caller)
                    .detail(json!({ "key": &proven.spki_sha256 }))
                    .write(&mut tx, now)
                    .await?;
                tx.commit().await?;
            }
            _ => drop(tx),
        }
        let der = self
            .issue_staff_certificate(staff_id, csr, actor, now)
            .await?;
        self.end_earlier(staff_id, &id::sha256_hex(&der), caller, now)
            .await?;
        Ok(der)
    }

    /// One certificate per account: those before the registered one end.
    async fn end_earlier(
        &self,
        staff_id: &str,
        sha256: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.inner.store.begin().await?;
        let ending = super::life::inside::Ending {
            actor: Actor::Staff(staff_id.to_owned()),
            reason: super::life::Reason::Superseded,
            note: "",
            caller,
            now,
        };
        for row in certificates::list_for_staff(&mut tx, staff_id).await? {
            let other = row.sha256.as_deref() != Some(sha256);
            let in_use = matches!(row.state, State::Issued | State::Active);
            if other && in_use && !super::life::expired(&row, now) {
                super::life::inside::revoke(&mut tx, &row, &ending).await?;
            }
        }
        tx.commit().await?;
        self.status_changed().await;
        Ok(())
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
