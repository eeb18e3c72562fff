//! What the bank and its customers do. Each operation checks its rules, changes state and writes its audit row in one
//! transaction.
//!
//! Not here: URLs, pages and sentences (`http`), SQL (`store`), certificates and the HSM (`ca`). The last two meet only here.
//!
//! - [`accounts`]: contracts, users, registration, company administration, passwords
//! - [`enrolment`]: request, pick-up, issue, activation, renewal, reconciliation
//! - [`certificates`]: lifecycle, status memory, publication of CRLs and OCSP responses
//! - [`authentication`]: login by password, by certificate and with the agent; sessions; locks
//! - [`approvals`]: one person enters a proposal, another one decides
//! - [`staff`]: members of staff, their roles, activation codes
//! - [`audit`]: the chain verified, searched, exported, signed
//! - [`notifications`]: messages to customers and their delivery
//! - [`operations`]: scheduled jobs and what expires
//! - [`recovery`]: a database that is older than what was published
//!
//! Shared modules:
//!
//! - [`settings`]: the bank's configuration as plain data
//! - [`error`]: refusals and faults
//! - [`step`]: the points at which the process may crash
//! - [`account_service`]: operations that need no CA
//! - [`command`]: runs an operation: transaction, audit, commit
//! - [`idempotent_request`]: a request that is sent twice is executed once; [`paging`]: lists for programs, page by page
//! - [`records`]: rows and words handed out to `http`
//! - [`validation`]: character rules

pub mod account_service;
pub mod accounts;
pub mod approvals;
pub mod audit;
pub mod authentication;
pub mod certificates;
pub mod command;
mod credentials;
pub mod enrolment;
pub mod error;
pub mod idempotent_request;
pub mod notifications;
pub mod operations;
pub mod paging;
pub mod records;
pub mod recovery;
pub mod settings;
pub mod staff;
pub mod step;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod testing;
pub mod validation;

use std::sync::Arc;

pub use command::{Caller, RequestContext};
pub use error::{Error, Fault, Refusal, Result};
pub use staff::refusal::StaffRefusal;

use crate::ca::Authority;
use crate::store::Store;
use settings::Settings;
use step::StepHook;

/// All services over one store and one CA; cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) ca: Authority,
    pub(crate) settings: Settings,
    pub(crate) passwords: accounts::passwords::Passwords,
    pub(crate) step: StepHook,
    pub(crate) status: certificates::status::StatusMemory,
    silence: certificates::status::Silence,
    moduli: enrolment::shared_factors::KnownModuli,
    crls: certificates::status::ReadyCrls,
    watched: operations::expiry::Watched,
    unsealing: operations::sealing::Unsealing,
    unseals: operations::unsealing::Unseals,
    /// As last read from the store.
    expiries: std::sync::Mutex<Vec<operations::expiry::Expiry>>,
    signers: certificates::status::Signers,
    responder: certificates::status::Responder,
    digests: Vec<(
        crate::store::certificates::Ca,
        crate::ca::ocsp::IssuerDigests,
    )>,
}

impl Services {
    /// Combines the parts.
    #[must_use]
    pub fn new(store: Store, ca: Authority, settings: Settings, step: StepHook) -> Self {
        let passwords = accounts::passwords::Passwords::new(&settings.passwords);
        let digests = certificates::status::digests(&ca);
        Self {
            inner: Arc::new(Inner {
                store,
                ca,
                settings,
                passwords,
                step,
                status: certificates::status::StatusMemory::default(),
                silence: certificates::status::Silence::default(),
                moduli: enrolment::shared_factors::KnownModuli::default(),
                crls: certificates::status::ReadyCrls::default(),
                watched: operations::expiry::Watched::default(),
                unsealing: operations::sealing::Unsealing::default(),
                unseals: operations::unsealing::Unseals::default(),
                expiries: std::sync::Mutex::default(),
                signers: certificates::status::Signers::default(),
                responder: certificates::status::Responder::default(),
                digests,
            }),
        }
    }

    /// Closes the database's connections, as the last step before the program ends. Returns whether an SQLite file
    /// alone now contains everything.
    pub async fn close(&self) -> bool {
        self.inner.store.close().await
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }
}
