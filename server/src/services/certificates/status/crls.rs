//! Publishing CRLs: before the last one expires, and soon after any change. If a CRL cannot be signed, the last valid
//! one stays.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::scope::{Scope, ca_id, on_record};
use crate::ca::CaId;
use crate::ca::crl::{CrlContent, RevokedEntries};
use crate::ca::reason::Reason;
use crate::ca::shard;
use crate::services::command::Outcome;
use crate::services::{Error, Fault, RequestContext, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::certificates::{Ca, State};
use crate::store::crls::{self, EndedRow, Kind, Published};
use crate::store::sequence_floors::{self, Floor};
use crate::store::{StoreError, Unique, id, status_changes, unknown_serials};

/// Rows of one read.
const PAGE: i64 = 5_000;
/// A large CRL is not signed again at every change: one second of pause for this many entries.
const ENTRIES_PER_SECOND: i64 = 50_000;
const A_SECOND: SignedDuration = SignedDuration::from_secs(1);
/// How long before a shard begins its first CRL is published.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// How long expired CRLs are kept.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Services {
    /// Publishes a CRL for every scope whose last one is past half its validity, lacks a change, or is missing: of
    /// every unexpired CA, whether it signs new certificates or not. Returns how many scopes were published.
    ///
    /// # Errors
    /// Faults of the store; [`crate::services::Refusal::Unavailable`] while the HSM is unavailable. CRLs signed before
    /// that stay published, and so does the last valid one of each other scope.
    pub async fn publish_due_crls(&self, now: Timestamp) -> Result<usize> {
        let mut published = 0;
        let mut failed = None;
        for ca in self.inner.ca.cas().iter().filter(|ca| !ca.is_over(now)) {
            // A CA that cannot sign does not prevent the others from publishing.
            match self.publish_due(on_record(ca.id), now).await {
                Ok(count) => published += count,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match failed {
            None => Ok(published),
            Some(error) => Err(error),
        }
    }

    async fn publish_due(&self, ca: Ca, now: Timestamp) -> Result<usize> {
        let mut published = 0;
        for scope in self.scopes(ca, now).await? {
            published += usize::from(self.publish_if_due(&scope, now).await?);
        }
        Ok(published)
    }

    /// The whole CA, and every shard with certificates whose expiry was not on a CRL yet.
    pub(in crate::services) async fn scopes(&self, ca: Ca, now: Timestamp) -> Result<Vec<Scope>> {
        let store = &self.inner.store;
        let whole = Scope::whole(ca);
        let last = crls::latest(store, &whole.name(), Kind::Full).await?;
        let from = last.map_or(now, |crl| crl.this_update.min(now));
        let mut shards = crls::shards(store, ca, from).await?;
        // A certificate never points to a CRL that does not exist yet.
        let months = self.inner.ca.ca(ca_id(ca))?.profile.crl_shard_months;
        let soon = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        shards.extend([shard::name(now, months), shard::name(soon, months)]);
        shards.sort();
        shards.dedup();
        let shards = shards.iter().filter_map(|name| Scope::shard(ca, name));
        Ok(shards.chain([whole]).collect())
    }

    async fn publish_if_due(&self, scope: &Scope, now: Timestamp) -> Result<bool> {
        let store = &self.inner.store;
        let name = scope.name();
        let last = crls::latest(store, &name, Kind::Full).await?;
        let floor = self.floor(&name).await?;
        let due = match &last {
            None => true,
            // Relying parties know a CRL that the database has lost.
            Some(crl) if floor.is_some_and(|floor| floor.value > crl.number) => true,
            Some(crl) if is_due(crl, now) => true,
            Some(crl) => {
                let pause = SignedDuration::from_secs(crl.entries / ENTRIES_PER_SECOND);
                let (ca, shard) = (scope.ca, scope.shard.as_str());
                let made = self.made_at(crl);
                now.duration_since(made) >= pause
                    && status_changes::any_end_after(store, ca, shard, crl.status_seq).await?
            }
        };
        if !due {
            return Ok(false);
        }
        match self.publish(scope, (last.as_ref(), floor), now).await {
            Ok(()) => {
                if let Err(error) = self.keep_scope(scope).await {
                    tracing::debug!(%error, "the new CRL is not in memory yet");
                }
                Ok(true)
            }
            // Another instance published this number.
            Err(Error::Fault(Fault::Store(StoreError::Duplicate(Unique::PrimaryKey)))) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// What is known about CRLs that the database has lost.
    async fn floor(&self, scope: &str) -> Result<Option<Floor>> {
        Ok(sequence_floors::of_scope(&self.inner.store, scope).await?)
    }

    async fn publish(
        &self,
        scope: &Scope,
        (last, floor): (Option<&Published>, Option<Floor>),
        now: Timestamp,
    ) -> Result<()> {
        let begun = Instant::now();
        let store = &self.inner.store;
        let name = scope.name();
        let delta = crls::latest(store, &name, Kind::Delta).await?;
        let crl_numbers = last.iter().copied().chain(delta.iter()).map(|l| l.number);
        let crl_numbers = crl_numbers.chain(floor.map(|floor| floor.value));
        let number = crl_numbers.max().unwrap_or(0) + 1;
        // Changes that arrive while the rows are read are in this CRL or make the next one necessary.
        let seq = status_changes::last(store).await?;
        let times = last.map(|crl| crl.this_update).into_iter();
        let before = times.chain(floor.map(|floor| floor.at)).max();
        let this_update = self.begins(ca_id(scope.ca), before, now)?;
        let next_update = now
            .checked_add(self.settings().periods.crl)
            .unwrap_or(Timestamp::MAX);
        let row = |kind, base, entries: u64| Published {
            scope: name.clone(),
            kind,
            number,
            base,
            entries: i64::try_from(entries).unwrap_or(i64::MAX),
            status_seq: seq,
            this_update,
            next_update,
        };
        // An expired certificate stays until it was on one CRL made after its expiry (RFC 5280 §3.3).
        let cutoff = last.map_or(Timestamp::UNIX_EPOCH, |crl| crl.this_update.min(now));
        let entries = self.ended_entries(scope, cutoff).await?;
        let full = row(Kind::Full, None, entries.len());
        let full_der = self.signed(scope, &full, entries).await?;
        let base = crls::oldest_valid(store, &name, now).await?;
        let (base_number, base_seq) =
            base.map_or((number, seq), |crl| (crl.number, crl.status_seq));
        let entries = self.changed_entries(scope, base_seq).await?;
        let delta = row(Kind::Delta, Some(base_number), entries.len());
        let delta_der = self.signed(scope, &delta, entries).await?;

        let (context, subject) = (RequestContext::system(now), format!("{name}/{number}"));
        let command = context.command(AuditAction::CrlPublished, ("crl", &subject));
        let accounts = self.accounts();
        let stored = accounts.execute(command, async |tx| {
            for (crl, der) in [(&full, full_der), (&delta, delta_der)] {
                let sha256 = id::sha256_hex(&der);
                crls::insert(tx, crl, der, &sha256).await?;
            }
            let before = now.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
            crls::forget_before(tx, &name, before).await?;
            Ok(Outcome::done(()).detail(json!({
                "revoked": full.entries, "delta-from": base_number, "changed": delta.entries,
            })))
        });
        stored.await?;
        metrics::gauge!("inkan_crl_seconds", "scope" => name).set(begun.elapsed().as_secs_f64());
        Ok(())
    }

    /// When a CRL was made, derived from its times.
    fn made_at(&self, crl: &Published) -> Timestamp {
        let periods = &self.settings().periods;
        let by_start = crl.this_update.checked_add(periods.crl_backdate);
        let by_end = crl.next_update.checked_sub(periods.crl);
        let (by_start, by_end) = (
            by_start.unwrap_or(crl.this_update),
            by_end.unwrap_or(crl.this_update),
        );
        by_start.min(by_end).max(crl.this_update)
    }

    /// thisUpdate: in the past, for relying parties with a slow clock, but after that of the previous CRL, so that the
    /// newer one can be identified, and not before the CA itself.
    fn begins(&self, ca: CaId, last: Option<Timestamp>, now: Timestamp) -> Result<Timestamp> {
        let start = now.checked_sub(self.settings().periods.crl_backdate);
        let not_before = self.inner.ca.ca(ca)?.validity.not_before;
        // A CRL of the future was made before a clock was corrected.
        let last = last.filter(|last| *last <= now);
        let behind = last.and_then(|last| last.checked_add(A_SECOND).ok());
        let start = start.unwrap_or(now).max(not_before);
        let start = behind.map_or(start, |behind| start.max(behind));
        Ok(start.min(now))
    }

    async fn signed(
        &self,
        scope: &Scope,
        crl: &Published,
        entries: RevokedEntries,
    ) -> Result<Vec<u8>> {
        let ca = &self.inner.ca;
        let id = ca_id(scope.ca);
        let profile = &ca.ca(id)?.profile;
        let (url, delta_url) = (
            profile.crl_url(&scope.shard),
            profile.delta_url(&scope.shard),
        );
        let count = |n: i64| u64::try_from(n).map_err(|_| Fault::Inconsistent("CRL number"));
        let crl = CrlContent {
            number: count(crl.number)?,
            this_update: crl.this_update,
            next_update: crl.next_update,
            shard_url: (!scope.shard.is_empty()).then_some(&*url),
            base: crl.base.map(count).transpose()?,
            delta_url: Some(&delta_url),
            entries,
        };
        Ok(ca.sign_crl(id, crl).await?)
    }

    async fn ended_entries(&self, scope: &Scope, cutoff: Timestamp) -> Result<RevokedEntries> {
        let store = &self.inner.store;
        let shards = if scope.shard.is_empty() {
            crls::all_shards(store, scope.ca).await?
        } else {
            vec![scope.shard.clone()]
        };
        let mut entries = RevokedEntries::default();
        self.add_unknown(scope, &mut entries).await?;
        for shard in shards {
            let mut after = String::new();
            loop {
                let place = (scope.ca, shard.as_str());
                let page = crls::ended(store, place, cutoff, &after, PAGE).await?;
                for row in &page {
                    add(&mut entries, row)?;
                }
                match page.into_iter().next_back() {
                    Some(row) => after = row.serial,
                    None => break,
                }
            }
        }
        Ok(entries)
    }

    /// Certificates that the database has lost: nobody knows to which shard they point, nor when they expire.
    async fn add_unknown(&self, scope: &Scope, entries: &mut RevokedEntries) -> Result<()> {
        let mut after = String::new();
        loop {
            let page = unknown_serials::list(&self.inner.store, scope.ca, &after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(&last.serial);
            for one in page {
                let row = EndedRow {
                    serial: one.serial,
                    at: one.revoked_at,
                    reason: Some(one.reason),
                };
                add(entries, &row)?;
            }
        }
    }

    /// The current state of what changed after `seq`; a released suspension is marked as removed.
    async fn changed_entries(&self, scope: &Scope, mut seq: i64) -> Result<RevokedEntries> {
        let mut last = std::collections::BTreeMap::new();
        loop {
            let page = status_changes::after(&self.inner.store, seq, PAGE).await?;
            let Some(newest) = page.last() else { break };
            seq = newest.seq;
            for change in page {
                let within = change.ca() == scope.ca
                    && (scope.shard.is_empty() || scope.shard == change.shard);
                let reason = match change.to {
                    State::Superseded | State::Suspended | State::Revoked => change.reason,
                    State::Active if change.from == State::Suspended => {
                        Some(Reason::RemoveFromCrl.as_str().to_owned())
                    }
                    State::Intent | State::Issued | State::Active | State::Abandoned => continue,
                };
                if within
                    && reason.as_deref() != Some(crate::services::certificates::lifecycle::EXPIRED)
                {
                    let row = EndedRow {
                        serial: change.serial.clone(),
                        at: change.at,
                        reason,
                    };
                    last.insert(change.serial, row);
                }
            }
        }
        let mut entries = RevokedEntries::default();
        self.add_unknown(scope, &mut entries).await?;
        for row in last.values() {
            add(&mut entries, row)?;
        }
        Ok(entries)
    }
}

fn add(entries: &mut RevokedEntries, row: &EndedRow) -> Result<()> {
    let serial = octets(&row.serial).ok_or(Fault::Inconsistent("serial number"))?;
    let reason = row.reason.as_deref().and_then(Reason::parse);
    let reason = reason.unwrap_or(Reason::Unspecified);
    entries
        .add(&serial, row.at, reason)
        .map_err(crate::ca::issue::IssueError::from)?;
    Ok(())
}

/// A serial number as the store writes it, in octets.
pub(in crate::services) fn octets(serial: &str) -> Option<Vec<u8>> {
    if serial.len().is_multiple_of(2) {
        hex::decode(serial).ok()
    } else {
        hex::decode(format!("0{serial}")).ok()
    }
}

/// Past half its validity: a failure now leaves as much time again for the repair. One that was created in the future
/// (by a clock that was corrected since) would be refused by everybody until then.
pub(in crate::services) fn is_due(crl: &Published, now: Timestamp) -> bool {
    if now < crl.this_update {
        return true;
    }
    let lifetime = crl.this_update.duration_until(crl.next_update);
    let half = crl.this_update.checked_add(lifetime / 2);
    now >= half.unwrap_or(crl.next_update)
}
