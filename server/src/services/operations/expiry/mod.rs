//! Every expiring item of the system: how long it is still valid, and what to do about it.
//!
//! Nothing here changes anything. One function returns the whole list; metrics, log, messages to the bank's operators
//! and the officer's page use it.
//!
//! - this file: the list
//! - [`watched`]: what this process has read from files
//! - [`messages`]: warnings to the bank's operators
//! - [`limits`]: when something must be done

pub mod limits;
pub mod messages;
pub mod watched;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

use std::sync::PoisonError;

use jiff::{SignedDuration, Timestamp};

use inkan_pki::x509::summary::CertificateSummary;

use crate::ca::{IssuerId, IssuingCa};
use crate::services::certificates::status::{Scope, ca_id, on_record};
use crate::services::{Result, Services};
use crate::store::crls::{self, Kind};
use crate::store::{certificates, signer_certificates};

pub use crate::mail::notification::ExpiringItem;
pub use limits::{Level, Limits};
pub use watched::{TlsFacts, Watched};

/// Maximum number of staff certificates in one list; those that expire first.
const STAFF: i64 = 200;
/// Staff certificates that expired before that are omitted.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// What a customer's certificate needs of its CA's validity: a year and the rest of the day.
const A_YEAR: SignedDuration = SignedDuration::from_hours(366 * 24);

/// An expiring item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// Its kind, which decides what to do.
    pub item: ExpiringItem,
    /// Its name: of a CA, of listeners, serial number of a staff certificate.
    pub name: String,
    /// Its owner, if it is a person's: id of the account.
    pub holder: Option<String>,
    /// Expiry.
    pub ends: Timestamp,
    /// How urgent it is.
    pub level: Level,
    /// A further problem: a newer file that cannot be used.
    pub error: Option<String>,
}

impl Expiry {
    /// Remaining validity; negative after its expiry.
    #[must_use]
    pub fn left(&self, now: Timestamp) -> SignedDuration {
        now.duration_until(self.ends)
    }

    /// Whole days of that.
    #[must_use]
    pub fn days(&self, now: Timestamp) -> i64 {
        self.left(now).as_secs().div_euclid(24 * 3600)
    }
}

impl Services {
    /// All expiring items, earliest expiry first.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn expiries(&self, now: Timestamp) -> Result<Vec<Expiry>> {
        let mut all = self.of_files(now);
        for ca in self.inner.ca.cas().iter().filter(|ca| !ca.is_over(now)) {
            self.of_ca(ca, now, &mut all).await?;
        }
        let limits = &self.settings().warnings;
        let until = now.checked_add(limits.staff).unwrap_or(Timestamp::MAX);
        let since = now.checked_sub(FORGOTTEN).unwrap_or(Timestamp::MIN);
        let staff = certificates::staff_ending(&self.inner.store, since, until, STAFF).await?;
        all.extend(staff.into_iter().map(|row| Expiry {
            holder: row.staff_id.clone(),
            ..expiry(
                ExpiringItem::StaffCertificate,
                &row.serial,
                row.not_after,
                limits.staff,
                now,
            )
        }));
        all.sort_by(|one, other| (one.ends, &one.name).cmp(&(other.ends, &other.name)));
        Ok(all)
    }

    /// CAs that have unexpired certificates and are not (or no longer) configured: nobody can log in with those.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn missing_cas(&self, now: Timestamp) -> Result<Vec<String>> {
        let store = &self.inner.store;
        let mut missing = Vec::new();
        for ca in certificates::all_cas(store).await? {
            let id = ca_id(ca);
            let lives = !crls::shards(store, ca, now).await?.is_empty();
            if lives && self.inner.ca.ca(id).is_err() {
                missing.push(id.name());
            }
        }
        Ok(missing)
    }

    /// As [`Self::expiries`], within a time limit: while the store is unavailable, its last result, and the current
    /// state of what this process has read from files.
    pub async fn expiries_soon(&self, now: Timestamp) -> Vec<Expiry> {
        let kept = &self.inner.expiries;
        match self.soon(self.expiries(now)).await {
            Ok(found) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.clone_from(&found);
                found
            }
            Err(_) => {
                let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let of_store = kept.iter().filter(|one| !is_of_files(one.item)).cloned();
                self.of_files(now).into_iter().chain(of_store).collect()
            }
        }
    }

    fn of_files(&self, now: Timestamp) -> Vec<Expiry> {
        let limits = &self.settings().warnings;
        let mut all = Vec::new();
        if let Ok(root) = CertificateSummary::parse(self.inner.ca.root()) {
            let ends = root.not_after;
            all.push(expiry(
                ExpiringItem::Root,
                "root-ca",
                ends,
                limits.root,
                now,
            ));
        }
        // One certificate on several listeners is one item.
        let mut seen: Vec<(String, usize)> = Vec::new();
        for (listener, facts, error) in self.watched().all_tls() {
            let same = seen.iter().find(|(sha256, _)| *sha256 == facts.sha256);
            if let Some(known) = same.and_then(|(_, place)| all.get_mut(*place)) {
                known.name = format!("{}, {listener}", known.name);
                known.error = known.error.take().or(error);
                known.level = known.level.at_least(known.error.is_some());
                continue;
            }
            seen.push((facts.sha256, all.len()));
            let one = expiry(
                ExpiringItem::Listener,
                listener,
                facts.not_after,
                limits.tls,
                now,
            );
            all.push(Expiry {
                level: one.level.at_least(error.is_some()),
                error,
                ..one
            });
        }
        let error = self.watched().error_of_root_crl();
        if let Some(list) = self.watched().current_root_crl() {
            let ends = list.next_update;
            let one = expiry(ExpiringItem::RootCrl, "root-ca", ends, limits.root_crl, now);
            all.push(Expiry {
                level: one.level.at_least(error.is_some()),
                error,
                ..one
            });
        } else if error.is_some() {
            all.push(Expiry {
                item: ExpiringItem::RootCrl,
                name: "root-ca".to_owned(),
                holder: None,
                ends: now,
                level: Level::Over,
                error,
            });
        }
        all
    }

    async fn of_ca(&self, ca: &IssuingCa, now: Timestamp, all: &mut Vec<Expiry>) -> Result<()> {
        let store = &self.inner.store;
        let settings = self.settings();
        let (id, name) = (on_record(ca.id), ca.id.name());
        let (itself, issuing) = match ca.id.issuer {
            IssuerId::Customer => (ExpiringItem::CustomerCa, ExpiringItem::CustomerCaIssuing),
            IssuerId::Staff => (ExpiringItem::StaffCa, ExpiringItem::StaffCaIssuing),
        };
        let ends = ca.validity.not_after;
        let signs = self.inner.ca.current(ca.id.issuer, now)?.id == ca.id;
        let one = expiry(itself, &name, ends, settings.warnings.ca, now);
        if signs {
            all.push(one);
            // What it signs must not outlive it: from this much earlier on it can sign nothing.
            let last = ends.checked_sub(A_YEAR).unwrap_or(Timestamp::MIN);
            all.push(expiry(issuing, &name, last, settings.warnings.ca, now));
        } else {
            // It expires as planned, or its warning period has not begun.
            let level = Level::Fine;
            all.push(Expiry { level, ..one });
        }
        // The server itself renews it, well in advance: little time left means that it cannot.
        let mut next = None;
        for scope in self.scopes(id, now).await? {
            let last = crls::latest(store, &scope.name(), Kind::Full).await?;
            let end = last.map(|list| list.next_update);
            next = next.into_iter().chain(end).min();
        }
        let whole = Scope::whole(id).name();
        if let Some(ends) = next {
            all.push(expiry(
                ExpiringItem::Crl,
                &whole,
                ends,
                settings.periods.crl / 4,
                now,
            ));
        }
        if let Some(ends) = signer_certificates::last_end(store, id).await? {
            let limit = settings.periods.ocsp_signer / 4;
            all.push(expiry(ExpiringItem::OcspSigner, &name, ends, limit, now));
        }
        Ok(())
    }
}

const fn is_of_files(item: ExpiringItem) -> bool {
    matches!(
        item,
        ExpiringItem::Root | ExpiringItem::Listener | ExpiringItem::RootCrl
    )
}

fn expiry(
    item: ExpiringItem,
    name: &str,
    ends: Timestamp,
    limit: SignedDuration,
    now: Timestamp,
) -> Expiry {
    Expiry {
        item,
        name: name.to_owned(),
        holder: None,
        ends,
        level: Level::of(now.duration_until(ends), limit),
        error: None,
    }
}
