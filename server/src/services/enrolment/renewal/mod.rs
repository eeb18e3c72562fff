//! Renewal: a new key while the old certificate is good, within the window (R9).
//!
//! The old certificate is the proof, so the agent may also renew without a page. It stays in use until the agent proves the
//! new one; a try that broke off continues with its key, and one whose key is gone is replaced after a while.
//!
//! - this file: re-enrolment (RFC 7030 §4.2.2)
//! - [`page`]: who may follow a renewal in a browser, also when the old certificate is superseded by it
//! - `by_agent`: a renewal begun by the agent alone
//! - `replace`: a successor that never came into use is replaced

use jiff::Timestamp;

mod by_agent;
pub mod page;
mod replace;

pub(in crate::services) use replace::forget;

use super::issuing::{is_duplicate_key, prove};
use crate::services::audit::rows::audit;
use crate::services::authentication::login::Registered;
use crate::services::{Caller, Error, Fault, Refusal, Result, Services};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate, NewIntent, State};
use crate::store::users;

impl Services {
    /// Issues the successor of the certificate that `presented` (DER) is, for the key in `csr` (DER).
    ///
    /// The successor is not active until the agent proves it; the old one continues until then.
    ///
    /// # Errors
    /// [`Refusal::Certificate`], [`Refusal::RenewalTooEarly`], [`Refusal::RenewalPending`] for a second key while the
    /// first may still be on its way,
    /// [`Refusal::Csr`], [`Refusal::KeyAlreadyCertified`], [`Refusal::Unavailable`].
    pub async fn reenroll(
        &self,
        presented: &[u8],
        csr: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        let registered = self.registered(presented, caller, now).await?;
        let actor = Actor::User(registered.user.id.clone());
        match self.try_reenroll(&registered, csr, caller, now).await {
            Err(Error::Refused(refusal @ Refusal::Unavailable { .. })) => Err(refusal.into()),
            Err(Error::Refused(refusal)) => {
                let old = &registered.certificate.id;
                let entry = audit(actor, "certificate.renewal-requested", "certificate", old);
                self.record_refusal(entry.from(caller).refused(&refusal), now)
                    .await?;
                Err(refusal.into())
            }
            other => other,
        }
    }

    async fn try_reenroll(
        &self,
        registered: &Registered,
        csr: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        let old = &registered.certificate;
        self.window_is_open(old, now)?;
        let proven = prove(csr).await?;
        if !self.settings().key_algorithms.contains(&proven.algorithm) {
            return Err(Refusal::KeyAlgorithmNotOffered.into());
        }
        let actor = Actor::User(registered.user.id.clone());
        if let Some(row) = self.successor(old, &proven.spki_sha256).await? {
            return self.complete(row, actor, caller, now).await;
        }
        self.make_way(old, caller, now).await?;
        let user = users::find(&self.inner.store, &registered.user.id).await?;
        let user = user.ok_or(Fault::Inconsistent("certificate without user"))?;
        let new = self.new_intent(&user, &proven, now)?;
        let new = NewIntent {
            replaces: Some(old.id.clone()),
            ..new
        };
        match self.record_intent(&new, actor.clone(), caller, now).await {
            Ok(()) => {}
            Err(e) if is_duplicate_key(&e) => {}
            Err(Error::Fault(Fault::Store(crate::store::StoreError::Duplicate(_)))) => {
                return Err(Refusal::RenewalPending.into());
            }
            Err(other) => return Err(other),
        }
        let row = self.successor(old, &proven.spki_sha256).await?;
        let row = row.ok_or(Fault::Inconsistent("renewal intent is gone"))?;
        self.complete(row, actor, caller, now).await
    }

    /// The successor on its way for this key.
    async fn successor(&self, old: &Certificate, spki_sha256: &str) -> Result<Option<Certificate>> {
        let store = &self.inner.store;
        if let Some(known) = certificates::by_spki_sha256(store, spki_sha256).await? {
            let own = known.replaces.as_deref() == Some(&old.id)
                && matches!(known.state, State::Intent | State::Issued);
            return if own {
                Ok(Some(known))
            } else {
                Err(Refusal::KeyAlreadyCertified.into())
            };
        }
        Ok(None)
    }

    /// R9: not before the last days of the certificate.
    ///
    /// # Errors
    /// [`Refusal::RenewalTooEarly`].
    pub(in crate::services) fn window_is_open(
        &self,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<()> {
        let window = self.settings().periods.renewal_window;
        let opens = certificate.not_after.checked_sub(window);
        let opens = opens.unwrap_or(Timestamp::MIN);
        if now < opens {
            return Err(Refusal::RenewalTooEarly { opens }.into());
        }
        Ok(())
    }
}
