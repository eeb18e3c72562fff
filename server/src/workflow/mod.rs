//! What the bank and its customers do, each as one command: rules checked, state changed and audited in one transaction.
//!
//! Not here: URLs, pages and sentences (`http`), SQL (`store`), certificates and the HSM (`ca`); the last two meet only here.
//!
//! - [`settings`]: the bank's figures and names as plain data
//! - [`error`]: refusals and faults
//! - [`command`]: who asks, and the one way to write
//! - [`step`]: the points between which the process may die
//! - [`enrolment`]: a page's request, picked up by the agent
//! - [`issuing`]: intent on record, then signed, then stored
//! - `giving_up`: an issue that cannot be finished is replaced by one with another key
//! - [`renewal`]: a successor while the old certificate is good
//! - [`life`]: what may follow what; revocation, suspension, cancellation
//! - [`staff_certificate`]: certificates of staff; [`staff_access`]: who gets them, and with what
//! - [`staff_enrolment`]: the same with the agent; renewal; a certificate that ends at once
//! - `activation_code`: what staff get their first certificate with
//! - [`staff_refusal`]: what the bank's own people are refused
//! - [`staffing`]: who works at the bank, and what a list at the counter shows
//! - [`activation`]: proof over mutual TLS that the token can use its certificate
//! - [`reconcile`]: on start, what a crash left open
//! - [`records`]: rows and words that the workflows hand out
//! - [`expiry`]: when the bank's own certificates and lists end
//! - [`jobs`]: scheduled work: what is due, what came of it
//! - [`mail`]: letters to customers, and handing them over
//! - [`notices`]: what time brings about: certificates that will end, grants that lapse
//! - [`status`]: what is not good: in memory, in lists, by OCSP; health
//! - `audited`: audit rows in few words; [`audit_log`]: the chain verified, searched, exported, signed
//! - [`people`]: what the workflows below stand on, without a CA
//! - [`imports`]: lists of contracts at once
//! - [`counter`]: contracts and what is handed over at the counter
//! - [`company`]: what the users of one contract do among themselves
//! - [`proposals`]: one person enters, another one decides
//! - [`once`]: a request that is sent twice is done once; [`pages`]: lists for programs, page by page
//! - [`registration`]: ログインID取得, BLIS005 to BLIS004
//! - [`login`]: by password, by certificate
//! - [`agent_login`]: by a certificate that the agent proves, for a browser that does not know the token
//! - [`shared_factors`]: RSA keys that share a prime with one on record
//! - [`session`]: browsers' sessions; [`console`]: whether the staff console is in use
//! - [`validation`], [`passwords`], `locks`: character rules, hashing, what failures lead to

pub mod activation;
mod activation_code;
pub mod agent_login;
pub mod audit_log;
mod audited;
pub mod command;
pub mod company;
pub mod console;
pub mod counter;
pub mod enrolment;
pub mod error;
pub mod expiry;
mod giving_up;
pub mod imports;
pub mod issuing;
pub mod jobs;
pub mod life;
mod locks;
pub mod login;
pub mod mail;
pub mod notices;
pub mod once;
pub mod pages;
pub mod passwords;
pub mod people;
pub mod proposals;
pub mod reconcile;
pub mod records;
pub mod registration;
pub mod renewal;
pub mod session;
pub mod settings;
pub mod shared_factors;
pub mod staff_access;
pub mod staff_certificate;
pub mod staff_enrolment;
pub mod staff_refusal;
pub mod staffing;
pub mod status;
pub mod step;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod testing;
pub mod validation;

use std::sync::Arc;

pub use command::{Caller, RequestContext};
pub use error::{Error, Fault, Refusal, Result};
pub use staff_refusal::StaffRefusal;

use crate::ca::Authority;
use crate::store::Store;
use settings::Settings;
use step::StepHook;

/// All workflows over one store and one CA; cheap to clone.
#[derive(Clone)]
pub struct Workflows {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) ca: Authority,
    pub(crate) settings: Settings,
    pub(crate) passwords: passwords::Passwords,
    pub(crate) step: StepHook,
    pub(crate) status: status::StatusMemory,
    silence: status::Silence,
    moduli: shared_factors::KnownModuli,
    lists: status::ReadyLists,
    watched: expiry::Watched,
    /// As the store said last.
    expiries: std::sync::Mutex<Vec<expiry::Expiry>>,
    signers: status::Signers,
    responder: status::Responder,
    digests: Vec<(
        crate::store::certificates::Ca,
        crate::ca::ocsp::IssuerDigests,
    )>,
}

impl Workflows {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: Store, ca: Authority, settings: Settings, step: StepHook) -> Self {
        let passwords = passwords::Passwords::new(&settings.passwords);
        let digests = status::digests(&ca);
        Self {
            inner: Arc::new(Inner {
                store,
                ca,
                settings,
                passwords,
                step,
                status: status::StatusMemory::default(),
                silence: status::Silence::default(),
                moduli: shared_factors::KnownModuli::default(),
                lists: status::ReadyLists::default(),
                watched: expiry::Watched::default(),
                expiries: std::sync::Mutex::default(),
                signers: status::Signers::default(),
                responder: status::Responder::default(),
                digests,
            }),
        }
    }

    /// The last thing before the program ends: the database's connections are closed. Answers whether an SQLite file now
    /// holds everything by itself.
    pub async fn close(&self) -> bool {
        self.inner.store.close().await
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod issuing_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod shared_factors_tests;
