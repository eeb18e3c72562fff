//! Every certificate and list of the system that ends some day: how long it is good for yet, and what to do about it.
//!
//! Nothing here changes anything. One function gives the whole picture; metrics, log, messages to the bank's operators and
//! the officer's page are made from it.
//!
//! - this file: the picture
//! - [`watched`]: what this process has from files
//! - [`messages`]: the bank's operators are told
//! - [`limits`]: when it is time

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

/// Staff certificates of one picture; those that end first.
const STAFF: i64 = 200;
/// Staff certificates that were over before that are forgotten.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// What a customer's certificate takes of its CA's life: a year and the rest of the day.
const A_YEAR: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Something that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// What it is, and so what is to be done.
    pub item: ExpiringItem,
    /// Which: name of a CA, of listeners, serial number of a staff certificate.
    pub name: String,
    /// Whose, where it is a person's: id of the account.
    pub holder: Option<String>,
    /// Expiry.
    pub ends: Timestamp,
    /// How urgent it is.
    pub level: Level,
    /// What is wrong besides: a newer file that is broken.
    pub error: Option<String>,
}

impl Expiry {
    /// How long it is good for yet; negative after its end.
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
    /// Everything that ends, what ends first at the front.
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

    /// CAs that have certificates which are not over, and are not configured (any more): nobody logs in with those.
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

    /// As [`Self::expiries`], soon: while the store is unavailable, what it said last, and what this process has from
    /// files as it is now.
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
        // One certificate on several listeners is one thing.
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
            // What it signs must end before it does: so much earlier it can sign nothing any more.
            let last = ends.checked_sub(A_YEAR).unwrap_or(Timestamp::MIN);
            all.push(expiry(issuing, &name, last, settings.warnings.ca, now));
        } else {
            // It goes to its end as planned, or its time has not come.
            let level = Level::Fine;
            all.push(Expiry { level, ..one });
        }
        // Made by the server itself, well before: little time left means that it cannot.
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
