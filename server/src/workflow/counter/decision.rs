//! 再鑑: a second person decides, on exactly the entry that was shown to them.

use jiff::Timestamp;
use serde_json::json;

use super::application::{contract_in_force, one_field, waiting};
use super::{DECIDE, Deed};
use crate::store::applications::{self, Application, State};
use crate::store::audit::Actor;
use crate::store::contracts::{self, Method};
use crate::store::grants::{self, Grant, NewGrant};
use crate::store::{Tx, id};
use crate::workflow::audited::audit;
use crate::workflow::people::People;
use crate::workflow::validation::{Field, names};
use crate::workflow::{Caller, Fault, Refusal, Result};

impl People<'_> {
    /// Approves: the contract goes over to the certificate method and gets a grant for one certificate.
    /// `seen_version` is the version of the application that was on the screen.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`Refusal::SamePerson`], [`Refusal::ApplicationUnknown`],
    /// [`Refusal::ApplicationDecided`], [`Refusal::ApplicationStale`] (entry or contract changed since),
    /// [`Refusal::ContractCancelled`].
    pub async fn approve_application(
        &self,
        staff_id: &str,
        application_id: &str,
        seen_version: i64,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Grant> {
        let deed = Deed {
            staff_id,
            action: "application.approved",
            kind: "application",
            subject: application_id,
            caller,
            now,
        };
        let result = self.try_approve(deed, seen_version).await;
        self.audited(deed, result).await
    }

    async fn try_approve(&self, deed: Deed<'_>, seen_version: i64) -> Result<Grant> {
        self.staff_with(deed.staff_id, DECIDE).await?;
        let mut tx = self.store.begin().await?;
        let application = self.decidable(&mut tx, deed, seen_version).await?;
        let contract = contract_in_force(&mut tx, &application.contract_id).await?;
        if contract.version != application.contract_version {
            return Err(Refusal::ApplicationStale.into());
        }
        decide(&mut tx, deed, seen_version, State::Approved, None).await?;
        contracts::set_method(&mut tx, &contract.id, Method::Certificate).await?;
        let new = NewGrant {
            id: id::new_id()?,
            contract_id: contract.id,
            application_id: application.id,
            created_at: deed.now,
            expires_at: deed
                .now
                .checked_add(self.settings.periods.grant)
                .unwrap_or(Timestamp::MAX),
        };
        grants::create(&mut tx, &new).await?;
        let grant = grants::find(&mut tx, &new.id)
            .await?
            .ok_or(Fault::Inconsistent("grant is gone"))?;
        let detail = json!({
            "contract": &grant.contract_id, "version": seen_version, "grant": &grant.id,
            "grant_expires_at": grant.expires_at.to_string(),
        });
        record(tx, deed, detail).await?;
        Ok(grant)
    }

    /// Rejects, with a reason.
    ///
    /// # Errors
    /// As [`Self::approve_application`], and [`Refusal::Fields`].
    pub async fn reject_application(
        &self,
        staff_id: &str,
        application_id: &str,
        seen_version: i64,
        reason: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let deed = Deed {
            staff_id,
            action: "application.rejected",
            kind: "application",
            subject: application_id,
            caller,
            now,
        };
        let result = self.try_reject(deed, seen_version, reason).await;
        self.audited(deed, result).await
    }

    async fn try_reject(&self, deed: Deed<'_>, seen_version: i64, reason: &str) -> Result<()> {
        self.staff_with(deed.staff_id, DECIDE).await?;
        let reason = names::note(Field::Reason, reason).map_err(one_field)?;
        let mut tx = self.store.begin().await?;
        let application = self.decidable(&mut tx, deed, seen_version).await?;
        decide(&mut tx, deed, seen_version, State::Rejected, Some(&reason)).await?;
        let detail = json!({ "contract": &application.contract_id, "version": seen_version, "reason": reason });
        record(tx, deed, detail).await
    }

    async fn decidable(
        &self,
        tx: &mut Tx,
        deed: Deed<'_>,
        seen_version: i64,
    ) -> Result<Application> {
        let application = waiting(tx, deed.subject).await?;
        if application.entered_by == deed.staff_id {
            return Err(Refusal::SamePerson.into());
        }
        if application.version != seen_version {
            return Err(Refusal::ApplicationStale.into());
        }
        Ok(application)
    }
}

async fn decide(
    tx: &mut Tx,
    deed: Deed<'_>,
    seen_version: i64,
    state: State,
    reason: Option<&str>,
) -> Result<()> {
    let (by, at) = (deed.staff_id, deed.now);
    if !applications::decide(tx, deed.subject, seen_version, state, by, at, reason).await? {
        return Err(Refusal::ApplicationStale.into());
    }
    Ok(())
}

async fn record(mut tx: Tx, deed: Deed<'_>, detail: serde_json::Value) -> Result<()> {
    let actor = Actor::Staff(deed.staff_id.to_owned());
    let entry = audit(actor, deed.action, deed.kind, deed.subject)
        .from(deed.caller)
        .detail(detail);
    entry.write(&mut tx, deed.now).await?;
    tx.commit().await?;
    Ok(())
}
