//! Applications for the certificate method: entered, looked at, amended.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::json;

use super::{Deed, ENTER};
use crate::store::applications::{self, Application, NewApplication, State};
use crate::store::audit::Actor;
use crate::store::contracts::{self, Contract, Status};
use crate::store::grants;
use crate::store::staff::{self, StaffMember};
use crate::store::{StoreError, Tx, Unique, id};
use crate::workflow::audited::audit;
use crate::workflow::people::People;
use crate::workflow::validation::{Field, FieldError, names};
use crate::workflow::{Caller, Error, Fault, Refusal, Result};

/// Applications shown in one list.
const LISTED: i64 = 500;

/// What the person who decides must have seen.
#[derive(Debug, Clone)]
pub struct ApplicationView {
    /// The application; its `version` goes back with the decision.
    pub application: Application,
    /// The contract it is for.
    pub contract: Contract,
    /// Who entered it.
    pub entered_by: StaffMember,
}

impl ApplicationView {
    /// False when the contract has changed since the entry: it must be amended before anybody approves it.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.application.contract_version == self.contract.version
    }
}

impl People<'_> {
    /// Enters an application; `reference` is the number of the paper form.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`Refusal::Fields`], [`Refusal::ContractUnknown`], [`Refusal::ContractCancelled`],
    /// [`Refusal::ApplicationExists`] (one is waiting, or its grant is still good).
    pub async fn enter_application(
        &self,
        staff_id: &str,
        contract_id: &str,
        reference: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Application> {
        let deed = Deed {
            staff_id,
            action: "application.entered",
            kind: "contract",
            subject: contract_id,
            caller,
            now,
        };
        let result = self.try_enter_application(deed, reference).await;
        self.audited(deed, result).await
    }

    async fn try_enter_application(&self, deed: Deed<'_>, reference: &str) -> Result<Application> {
        self.staff_with(deed.staff_id, ENTER).await?;
        let reference = names::note(Field::Reference, reference).map_err(one_field)?;
        let mut tx = self.store.begin().await?;
        let contract = contract_in_force(&mut tx, deed.subject).await?;
        let granted = grants::list_for_contract(&mut tx, &contract.id).await?;
        if granted
            .iter()
            .any(|grant| grant.state == grants::State::Open && deed.now < grant.expires_at)
        {
            return Err(Refusal::ApplicationExists.into());
        }
        let new = NewApplication {
            id: id::new_id()?,
            contract_id: contract.id,
            reference,
            contract_version: contract.version,
            entered_by: deed.staff_id.to_owned(),
            entered_at: deed.now,
        };
        match applications::insert(&mut tx, &new).await {
            Err(StoreError::Duplicate(Unique::ApplicationOpen)) => {
                return Err(Refusal::ApplicationExists.into());
            }
            other => other?,
        }
        self.finish_entry(tx, deed, &new.id).await
    }

    /// Amends a waiting application as seen in `seen_version`. Whoever amends it has entered it, and cannot decide.
    ///
    /// # Errors
    /// As [`Self::enter_application`], and [`Refusal::ApplicationUnknown`], [`Refusal::ApplicationDecided`],
    /// [`Refusal::ApplicationStale`].
    pub async fn amend_application(
        &self,
        staff_id: &str,
        application_id: &str,
        seen_version: i64,
        reference: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Application> {
        let deed = Deed {
            staff_id,
            action: "application.amended",
            kind: "application",
            subject: application_id,
            caller,
            now,
        };
        let result = self
            .try_amend_application(deed, seen_version, reference)
            .await;
        self.audited(deed, result).await
    }

    async fn try_amend_application(
        &self,
        deed: Deed<'_>,
        seen_version: i64,
        reference: &str,
    ) -> Result<Application> {
        self.staff_with(deed.staff_id, ENTER).await?;
        let reference = names::note(Field::Reference, reference).map_err(one_field)?;
        let mut tx = self.store.begin().await?;
        let application = waiting(&mut tx, deed.subject).await?;
        let contract = contract_in_force(&mut tx, &application.contract_id).await?;
        let (by, at) = (deed.staff_id, deed.now);
        let version = contract.version;
        if !applications::amend(
            &mut tx,
            deed.subject,
            seen_version,
            &reference,
            version,
            by,
            at,
        )
        .await?
        {
            return Err(Refusal::ApplicationStale.into());
        }
        self.finish_entry(tx, deed, deed.subject).await
    }

    async fn finish_entry(
        &self,
        mut tx: Tx,
        deed: Deed<'_>,
        application_id: &str,
    ) -> Result<Application> {
        let application = applications::find(&mut tx, application_id).await?;
        let application = application.ok_or(Fault::Inconsistent("application is gone"))?;
        let actor = Actor::Staff(deed.staff_id.to_owned());
        let entry = audit(actor, deed.action, "application", application_id).from(deed.caller);
        let detail = json!({
            "contract": &application.contract_id, "contract_version": application.contract_version,
            "reference": &application.reference, "version": application.version,
        });
        entry.detail(detail).write(&mut tx, deed.now).await?;
        tx.commit().await?;
        Ok(application)
    }

    /// An application as it is to be shown.
    ///
    /// # Errors
    /// [`Refusal::ApplicationUnknown`].
    pub async fn application(&self, application_id: &str) -> Result<ApplicationView> {
        let found = applications::find(self.store, application_id).await?;
        self.view(found.ok_or(Refusal::ApplicationUnknown)?).await
    }

    /// The applications that wait for a decision, oldest first, at most 500.
    pub async fn waiting_applications(&self) -> Result<Vec<ApplicationView>> {
        // Three statements, however many wait.
        let listed = applications::list_by_state(self.store, State::Entered, LISTED).await?;
        let contracts = contracts::of_applications(self.store, State::Entered, LISTED).await?;
        let contracts: HashMap<_, _> = contracts.into_iter().map(|c| (c.id.clone(), c)).collect();
        let people = staff::list(self.store).await?;
        let people: HashMap<_, _> = people.into_iter().map(|s| (s.id.clone(), s)).collect();
        // One entered between two of the statements has no contract here yet: the next look shows it.
        Ok(listed
            .into_iter()
            .filter_map(|application| {
                Some(ApplicationView {
                    contract: contracts.get(&application.contract_id)?.clone(),
                    entered_by: people.get(&application.entered_by)?.clone(),
                    application,
                })
            })
            .collect())
    }

    async fn view(&self, application: Application) -> Result<ApplicationView> {
        let contract = contracts::find(self.store, &application.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("application without contract"))?;
        let entered_by = staff::find(self.store, &application.entered_by).await?;
        let entered_by = entered_by.ok_or(Fault::Inconsistent("application entered by nobody"))?;
        Ok(ApplicationView {
            application,
            contract,
            entered_by,
        })
    }
}

pub(super) fn one_field(error: FieldError) -> Error {
    Refusal::Fields(vec![error]).into()
}

pub(super) async fn contract_in_force(tx: &mut Tx, contract_id: &str) -> Result<Contract> {
    let contract = contracts::find(tx, contract_id)
        .await?
        .ok_or(Refusal::ContractUnknown)?;
    if contract.status == Status::Cancelled {
        return Err(Refusal::ContractCancelled.into());
    }
    Ok(contract)
}

pub(super) async fn waiting(tx: &mut Tx, application_id: &str) -> Result<Application> {
    let application = applications::find(tx, application_id)
        .await?
        .ok_or(Refusal::ApplicationUnknown)?;
    if application.state != State::Entered {
        return Err(Refusal::ApplicationDecided.into());
    }
    Ok(application)
}
