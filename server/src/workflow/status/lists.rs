//! Publishing revocation lists: before the last one ends, and soon after anything ended. A list that cannot be signed
//! leaves the last good one in its place.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::scope::{Scope, ca_id, on_record};
use crate::ca::CaId;
use crate::ca::crl::{Lines, List};
use crate::ca::part;
use crate::ca::reason::Reason;
use crate::store::certificates::{Ca, State};
use crate::store::crl_lists::{self, EndedRow, Kind, Published};
use crate::store::{StoreError, Unique, id, status_changes};
use crate::workflow::command::Outcome;
use crate::workflow::{Error, Fault, RequestContext, Result, Workflows};

/// Rows of one read.
const PAGE: i64 = 5_000;
/// A big list is not made anew at every change: one second of pause for so many lines.
const LINES_PER_SECOND: i64 = 50_000;
const A_SECOND: SignedDuration = SignedDuration::from_secs(1);
/// How long before a part begins its first list is published.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// Lists whose time is over are remembered for this long.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Workflows {
    /// Publishes a list for every scope whose last one is past half its time, lacks a change, or is not there: of every
    /// CA that is not over, whether it signs new certificates or not. Answers how many scopes were published.
    ///
    /// # Errors
    /// Faults of the store; [`crate::workflow::Refusal::Unavailable`] while the HSM is away. Lists made before that
    /// stay published, and the last good one of each other scope too.
    pub async fn publish_due_crls(&self, now: Timestamp) -> Result<usize> {
        let mut published = 0;
        let mut failed = None;
        for ca in self.inner.ca.cas().iter().filter(|ca| !ca.is_over(now)) {
            // One CA that cannot sign keeps no other from its lists.
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

    /// The whole CA, and every part that has certificates whose end was not on a list yet.
    pub(in crate::workflow) async fn scopes(&self, ca: Ca, now: Timestamp) -> Result<Vec<Scope>> {
        let store = &self.inner.store;
        let whole = Scope::whole(ca);
        let last = crl_lists::latest(store, &whole.name(), Kind::Full).await?;
        let from = last.map_or(now, |list| list.this_update.min(now));
        let mut parts = crl_lists::parts(store, ca, from).await?;
        // A certificate never points to a list that is not there yet.
        let months = self.inner.ca.ca(ca_id(ca))?.profile.crl_part_months;
        let soon = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        parts.extend([part::name(now, months), part::name(soon, months)]);
        parts.sort();
        parts.dedup();
        let parts = parts.iter().filter_map(|name| Scope::part(ca, name));
        Ok(parts.chain([whole]).collect())
    }

    async fn publish_if_due(&self, scope: &Scope, now: Timestamp) -> Result<bool> {
        let store = &self.inner.store;
        let name = scope.name();
        let last = crl_lists::latest(store, &name, Kind::Full).await?;
        let due = match &last {
            None => true,
            Some(list) if is_due(list, now) => true,
            Some(list) => {
                let pause = SignedDuration::from_secs(list.entries / LINES_PER_SECOND);
                let (ca, part) = (scope.ca, scope.part.as_str());
                let made = self.made_at(list);
                now.duration_since(made) >= pause
                    && status_changes::any_end_after(store, ca, part, list.status_seq).await?
            }
        };
        if !due {
            return Ok(false);
        }
        match self.publish(scope, last.as_ref(), now).await {
            Ok(()) => {
                if let Err(error) = self.keep_scope(scope).await {
                    tracing::debug!(%error, "the new list is not in memory yet");
                }
                Ok(true)
            }
            // Another instance published this number.
            Err(Error::Fault(Fault::Store(StoreError::Duplicate(Unique::PrimaryKey)))) => Ok(false),
            Err(other) => Err(other),
        }
    }

    async fn publish(&self, scope: &Scope, last: Option<&Published>, now: Timestamp) -> Result<()> {
        let begun = Instant::now();
        let store = &self.inner.store;
        let name = scope.name();
        let delta = crl_lists::latest(store, &name, Kind::Delta).await?;
        let numbers = last.iter().copied().chain(delta.iter()).map(|l| l.number);
        let number = numbers.max().unwrap_or(0) + 1;
        // Changes that come while the rows are read are in this list or make the next one due.
        let seq = status_changes::last(store).await?;
        let this_update = self.begins(ca_id(scope.ca), last, now)?;
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
        // An ended certificate stays until it was on one list made after its end (RFC 5280 §3.3).
        let cutoff = last.map_or(Timestamp::UNIX_EPOCH, |list| list.this_update.min(now));
        let lines = self.ended_lines(scope, cutoff).await?;
        let full = row(Kind::Full, None, lines.len());
        let full_der = self.signed(scope, &full, lines).await?;
        let base = crl_lists::oldest_good(store, &name, now).await?;
        let (base_number, base_seq) =
            base.map_or((number, seq), |list| (list.number, list.status_seq));
        let lines = self.changed_lines(scope, base_seq).await?;
        let delta = row(Kind::Delta, Some(base_number), lines.len());
        let delta_der = self.signed(scope, &delta, lines).await?;

        let (context, subject) = (RequestContext::system(now), format!("{name}/{number}"));
        let command = context.command("crl.published", ("crl", &subject));
        let people = self.people();
        let stored = people.execute(command, async |tx| {
            for (list, der) in [(&full, full_der), (&delta, delta_der)] {
                let sha256 = id::sha256_hex(&der);
                crl_lists::insert(tx, list, der, &sha256).await?;
            }
            let before = now.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
            crl_lists::forget_before(tx, &name, before).await?;
            Ok(Outcome::done(()).detail(json!({
                "revoked": full.entries, "delta-from": base_number, "changed": delta.entries,
            })))
        });
        stored.await?;
        metrics::gauge!("inkan_crl_seconds", "scope" => name).set(begun.elapsed().as_secs_f64());
        Ok(())
    }

    /// When a list was made, as its times tell.
    fn made_at(&self, list: &Published) -> Timestamp {
        let periods = &self.settings().periods;
        let by_start = list.this_update.checked_add(periods.crl_backdate);
        let by_end = list.next_update.checked_sub(periods.crl);
        let (by_start, by_end) = (
            by_start.unwrap_or(list.this_update),
            by_end.unwrap_or(list.this_update),
        );
        by_start.min(by_end).max(list.this_update)
    }

    /// thisUpdate: in the past, for relying parties whose clock is slow, but after that of the list before it, so that
    /// whoever holds both knows which is newer, and not before the CA itself.
    fn begins(&self, ca: CaId, last: Option<&Published>, now: Timestamp) -> Result<Timestamp> {
        let start = now.checked_sub(self.settings().periods.crl_backdate);
        let not_before = self.inner.ca.ca(ca)?.validity.not_before;
        // A list of the future was made before a clock was put right.
        let last = last.filter(|last| last.this_update <= now);
        let behind = last.and_then(|last| last.this_update.checked_add(A_SECOND).ok());
        let start = start.unwrap_or(now).max(not_before);
        let start = behind.map_or(start, |behind| start.max(behind));
        Ok(start.min(now))
    }

    async fn signed(&self, scope: &Scope, list: &Published, lines: Lines) -> Result<Vec<u8>> {
        let ca = &self.inner.ca;
        let id = ca_id(scope.ca);
        let profile = &ca.ca(id)?.profile;
        let (url, delta_url) = (profile.crl_url(&scope.part), profile.delta_url(&scope.part));
        let count = |n: i64| u64::try_from(n).map_err(|_| Fault::Inconsistent("CRL number"));
        let list = List {
            number: count(list.number)?,
            this_update: list.this_update,
            next_update: list.next_update,
            part_url: (!scope.part.is_empty()).then_some(&*url),
            base: list.base.map(count).transpose()?,
            delta_url: Some(&delta_url),
            lines,
        };
        Ok(ca.sign_list(id, list).await?)
    }

    async fn ended_lines(&self, scope: &Scope, cutoff: Timestamp) -> Result<Lines> {
        let store = &self.inner.store;
        let parts = if scope.part.is_empty() {
            crl_lists::all_parts(store, scope.ca).await?
        } else {
            vec![scope.part.clone()]
        };
        let mut lines = Lines::default();
        for part in parts {
            let mut after = String::new();
            loop {
                let place = (scope.ca, part.as_str());
                let page = crl_lists::ended(store, place, cutoff, &after, PAGE).await?;
                for row in &page {
                    add(&mut lines, row)?;
                }
                match page.into_iter().next_back() {
                    Some(row) => after = row.serial,
                    None => break,
                }
            }
        }
        Ok(lines)
    }

    /// How what changed after `seq` stands now; a hold that is over is said to be removed.
    async fn changed_lines(&self, scope: &Scope, mut seq: i64) -> Result<Lines> {
        let mut last = std::collections::BTreeMap::new();
        loop {
            let page = status_changes::after(&self.inner.store, seq, PAGE).await?;
            let Some(newest) = page.last() else { break };
            seq = newest.seq;
            for change in page {
                let within = change.ca() == scope.ca
                    && (scope.part.is_empty() || scope.part == change.shard);
                let reason = match change.to {
                    State::Superseded | State::Suspended | State::Revoked => change.reason,
                    State::Active if change.from == State::Suspended => {
                        Some(Reason::RemoveFromCrl.as_str().to_owned())
                    }
                    State::Intent | State::Issued | State::Active | State::Abandoned => continue,
                };
                if within && reason.as_deref() != Some(crate::workflow::life::EXPIRED) {
                    let row = EndedRow {
                        serial: change.serial.clone(),
                        at: change.at,
                        reason,
                    };
                    last.insert(change.serial, row);
                }
            }
        }
        let mut lines = Lines::default();
        for row in last.values() {
            add(&mut lines, row)?;
        }
        Ok(lines)
    }
}

fn add(lines: &mut Lines, row: &EndedRow) -> Result<()> {
    let serial = octets(&row.serial).ok_or(Fault::Inconsistent("serial number"))?;
    let reason = row.reason.as_deref().and_then(Reason::parse);
    let reason = reason.unwrap_or(Reason::Unspecified);
    lines
        .add(&serial, row.at, reason)
        .map_err(crate::ca::issue::IssueError::from)?;
    Ok(())
}

/// A serial number as the store writes it, in octets.
pub(in crate::workflow) fn octets(serial: &str) -> Option<Vec<u8>> {
    if serial.len().is_multiple_of(2) {
        hex::decode(serial).ok()
    } else {
        hex::decode(format!("0{serial}")).ok()
    }
}

/// Past half its time: a failure now leaves as long again to mend it. One that was made in the future (a clock that was
/// put right since) would be refused by everybody until then.
pub(in crate::workflow) fn is_due(list: &Published, now: Timestamp) -> bool {
    if now < list.this_update {
        return true;
    }
    let life = list.this_update.duration_until(list.next_update);
    let half = list.this_update.checked_add(life / 2);
    now >= half.unwrap_or(list.next_update)
}
