//! 仮パスワード for a user who has forgotten their own: shown once, on a letter, after another person has approved the reset.
//! The user chooses new passwords with them, on the page for new users.
//!
//! Whoever has the letter can act as the user, but for the certificate. So two people hand it over, neither of whom is
//! shown it if they entered or approved the reset ([`handover`](super::handover)).

use inkan_pki::secret::Secret;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::ENTER;
use super::handover::{Handover, Turn, turn};
use crate::mail::Notification;
use crate::services::account_service::AccountService;
use crate::services::approvals::contributor;
use crate::services::command::Outcome;
use crate::services::notifications::tell;
use crate::services::{Fault, Refusal, RequestContext, Result, StaffRefusal};
use crate::store::audit::AuditAction;
use crate::store::contracts::{self, Contract, Status};
use crate::store::password_letters::{self, Of};
use crate::store::proposals::{self, Kind, Proposal, State};
use crate::store::users::{self, PasswordKind, User};
use crate::store::{Db, sessions};

/// How long after its approval a reset's letter can be requested.
const VALID: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The printed passwords; they are stored nowhere.
#[derive(Debug)]
pub struct ResetLetter {
    /// The contract.
    pub contract: Contract,
    /// The user.
    pub user: User,
    /// 仮ログインパスワード.
    pub login: Secret,
    /// 仮確認用パスワード.
    pub confirmation: Secret,
}

impl AccountService<'_> {
    /// Creates the temporary passwords of an approved reset. The user's own become invalid, their sessions end and their
    /// locks are released. It takes two people: the first one's request is recorded, and the letter is for another
    /// person who requests it within a day.
    ///
    /// # Errors
    /// [`StaffRefusal::LetterForAnother`],
    /// [`Refusal::RoleMissing`], [`StaffRefusal::ProposalUnknown`], [`Refusal::ContractCancelled`],
    /// [`StaffRefusal::NotInThatState`] (not approved, shown before, or approved too long ago).
    pub async fn issue_reset_letter(
        &self,
        context: &RequestContext,
        proposal_id: &str,
    ) -> Result<Handover<ResetLetter>> {
        let command = context.command(
            AuditAction::UserResetLetterIssued,
            ("proposal", proposal_id),
        );
        let prepared = self.audit_refusals(command, async {
            let member = self.staff_with(context, ENTER).await?;
            Ok((member, self.temporary_passwords().await?))
        });
        let (member, made) = prepared.await?;
        let letter = self.execute(command, async |tx| {
            let reset = proposals::find(&mut *tx, proposal_id).await?;
            let reset = reset
                .filter(|one| one.kind == Kind::PasswordReset)
                .ok_or(StaffRefusal::ProposalUnknown)?;
            if !is_due(Db::from(&mut *tx), &reset, context.now).await? {
                return Err(StaffRefusal::NotInThatState.into());
            }
            let user = users::find(&mut *tx, &reset.subject).await?;
            let user = user.ok_or(Fault::Inconsistent("reset for nobody"))?;
            if user.left_at.is_some() {
                return Err(StaffRefusal::NotInThatState.into());
            }
            let contract = contracts::find(&mut *tx, &user.contract_id).await?;
            let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
            if contract.status == Status::Cancelled {
                return Err(Refusal::ContractCancelled.into());
            }
            let of = Of::Reset {
                contract_id: &contract.id,
                reset_id: &reset.id,
            };
            let detail =
                |asked_by| json!({ "contract": &contract.id, "reset": &reset.id, "asked_by": asked_by });
            let Turn::Shown { asked_by } = turn(tx, of, &contributor(&member), context.now).await?
            else {
                let asked = Outcome::done(None).action(AuditAction::UserResetLetterAsked);
                return Ok(asked.to("user", &user.id).detail(detail(None)));
            };
            let detail = detail(Some(asked_by));
            for (kind, seen, hash) in [
                (PasswordKind::Login, &user.login, &made.login_hash),
                (
                    PasswordKind::Confirmation,
                    &user.confirmation,
                    &made.confirmation_hash,
                ),
            ] {
                if !users::set_password_hash(tx, &user.id, kind, &seen.hash, hash).await? {
                    return Err(Fault::Inconsistent("a password changed under the writer lock").into());
                }
            }
            let until = context.now.checked_add(self.settings.periods.grant);
            let until = until.unwrap_or(Timestamp::MAX);
            users::set_temporary(tx, &user.id, Some(until)).await?;
            sessions::delete_for_user(tx, &user.id).await?;
            let message = Notification::PasswordsReset { at: context.now };
            tell(tx, &user, &reset.id, &message, context.now).await?;
            let letter = ResetLetter {
                contract,
                user,
                login: made.login,
                confirmation: made.confirmation,
            };
            let user_id = letter.user.id.clone();
            Ok(Outcome::done(Some(letter)).to("user", user_id).detail(detail))
        });
        Ok(letter.await?.into())
    }

    /// The approved reset of a user whose letter was not shown yet.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn reset_due(&self, user: &User, now: Timestamp) -> Result<Option<String>> {
        let of = (&*user.contract_id, &*user.id);
        let last = proposals::last_approved(self.store, Kind::PasswordReset, of).await?;
        let Some(last) = last else { return Ok(None) };
        let due = is_due(self.store.into(), &last, now).await?;
        Ok(due.then_some(last.id))
    }
}

/// Approved not too long ago, and not shown yet.
pub(in crate::services) async fn is_due(
    db: Db<'_>,
    reset: &Proposal,
    now: Timestamp,
) -> Result<bool> {
    let fresh = reset
        .decided_at
        .is_some_and(|at| now.duration_since(at) < VALID);
    Ok(reset.state == State::Approved
        && fresh
        && !password_letters::is_shown(db, &reset.id).await?)
}
