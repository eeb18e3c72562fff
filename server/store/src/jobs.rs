//! Scheduled jobs: when each ran, how it ended, when it runs next, and which instance runs it.
//!
//! A run is claimed by a lease. An instance that loses it (too slow, paused, killed) can no longer record the end.

use jiff::{SignedDuration, Timestamp};

use super::row::Row;
use super::sql::{Record, query};
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};

text_enum! {
    /// How a run ended.
    pub enum Outcome {
        /// Success.
        Done => "done",
        /// Failure; it is tried again.
        Failed => "failed",
    }
}

/// A job's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// Next run.
    pub next_at: Timestamp,
    /// When it last started.
    pub started_at: Option<Timestamp>,
    /// End of the last run.
    pub finished_at: Option<Timestamp>,
    /// When it last succeeded.
    pub succeeded_at: Option<Timestamp>,
    /// How it last ended.
    pub outcome: Option<Outcome>,
    /// Consecutive failures.
    pub failures: u32,
    /// Its result (JSON), or why it failed.
    pub detail: String,
    /// The instance that runs it.
    pub lease_owner: Option<String>,
    /// End of the lease, unless it is extended.
    pub lease_until: Option<Timestamp>,
}

impl Job {
    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("jobs", row);
        Ok(Job {
            name: row.text("name")?,
            next_at: row.time("next_at")?,
            started_at: row.opt_time("started_at")?,
            finished_at: row.opt_time("finished_at")?,
            succeeded_at: row.opt_time("succeeded_at")?,
            outcome: match row.opt_text("outcome")? {
                None => None,
                Some(_) => Some(row.word("outcome")?),
            },
            failures: row.count("failures")?,
            detail: row.text("detail")?,
            lease_owner: row.opt_text("lease_owner")?,
            lease_until: row.opt_time("lease_until")?,
        })
    }

    /// Whether a run may be claimed at `now`, as [`claim`] decides it.
    #[must_use]
    pub fn claimable(&self, wanted: &Claim<'_>) -> bool {
        let due = self.next_at <= wanted.now || self.next_at > wanted.farthest();
        let free = self
            .lease_until
            .is_none_or(|until| until <= wanted.now || until > wanted.longest());
        due && free
    }
}

/// A claim for a job, and how long it holds at first.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The job.
    pub name: &'a str,
    /// The instance.
    pub owner: &'a str,
    /// Now.
    pub now: Timestamp,
    /// How long a lease lasts.
    pub lease: SignedDuration,
    /// The job's usual interval.
    pub every: SignedDuration,
}

/// Maximum difference between the clocks of two instances, or the age of a time that one has read. A time further ahead
/// was set by a clock that has been set back since.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

impl Claim<'_> {
    fn until(&self) -> Timestamp {
        later(self.now, self.lease)
    }

    /// The end of the longest lease that another instance can hold.
    fn longest(&self) -> Timestamp {
        later(self.until(), SKEW)
    }

    fn farthest(&self) -> Timestamp {
        later(later(self.now, self.every), SKEW)
    }
}

fn later(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// Every job, by name.
pub async fn all(db: impl Into<Db<'_>>) -> Result<Vec<Job>, StoreError> {
    let statement = query(
        "SELECT name, next_at, started_at, finished_at, succeeded_at, outcome, failures, detail, lease_owner, \
         lease_until FROM jobs ORDER BY name",
    );
    let rows = db.into().all(statement).await?;
    rows.iter().map(Job::read).collect()
}

/// Registers a job; a known one is not changed.
pub async fn ensure(tx: &mut Tx, name: &str, now: Timestamp) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO jobs (name, next_at, failures, detail) VALUES ($1, $2, 0, '') ON CONFLICT (name) DO NOTHING",
    )
    .bind(name.to_owned())
    .bind(now.as_second());
    tx.upkeep(statement).await.map(drop)
}

/// Records a failure of a job that no instance runs.
pub async fn fail(tx: &mut Tx, name: &str, end: &Finished) -> Result<(), StoreError> {
    let statement = query(
        "UPDATE jobs SET finished_at = $2, next_at = $3, outcome = $4, detail = $5, failures = failures + 1 \
         WHERE name = $1 AND (lease_until IS NULL OR lease_until <= $2)",
    )
    .bind(name.to_owned())
    .bind(end.at.as_second())
    .bind(end.next_at.as_second())
    .bind(end.outcome.as_str())
    .bind(end.detail.clone());
    tx.upkeep(statement).await.map(drop)
}

/// Takes the lease of a pending job. False if it is not pending, or another instance runs it.
pub async fn claim(tx: &mut Tx, wanted: &Claim<'_>) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE jobs SET lease_owner = $2, lease_until = $3, started_at = $4 \
         WHERE name = $1 AND (next_at <= $4 OR next_at > $5) \
         AND (lease_until IS NULL OR lease_until <= $4 OR lease_until > $6)",
    )
    .bind(wanted.name.to_owned())
    .bind(wanted.owner.to_owned())
    .bind(wanted.until().as_second())
    .bind(wanted.now.as_second())
    .bind(wanted.farthest().as_second())
    .bind(wanted.longest().as_second());
    Ok(tx.upkeep(statement).await? == 1)
}

/// Extends a lease until `until`. False if it was lost.
pub async fn extend(
    tx: &mut Tx,
    name: &str,
    owner: &str,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query("UPDATE jobs SET lease_until = $3 WHERE name = $1 AND lease_owner = $2")
        .bind(name.to_owned())
        .bind(owner.to_owned())
        .bind(until.as_second());
    Ok(tx.upkeep(statement).await? == 1)
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// When.
    pub at: Timestamp,
    /// Next run.
    pub next_at: Timestamp,
    /// How.
    pub outcome: Outcome,
    /// Its result, or why it failed.
    pub detail: String,
}

/// Records the end of a run and releases the lease. False if the lease was lost: then nothing is recorded.
pub async fn finish(
    tx: &mut Tx,
    name: &str,
    owner: &str,
    end: &Finished,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE jobs SET next_at = $3, finished_at = $4, outcome = $5, detail = $6, \
         failures = CASE WHEN $5 = 'done' THEN 0 ELSE failures + 1 END, \
         succeeded_at = CASE WHEN $5 = 'done' THEN $4 ELSE succeeded_at END, \
         lease_owner = NULL, lease_until = NULL WHERE name = $1 AND lease_owner = $2",
    )
    .bind(name.to_owned())
    .bind(owner.to_owned())
    .bind(end.next_at.as_second())
    .bind(end.at.as_second())
    .bind(end.outcome.as_str())
    .bind(end.detail.clone());
    Ok(tx.upkeep(statement).await? == 1)
}

/// Releases a lease without a result: the job is pending as before.
pub async fn release(tx: &mut Tx, owner: &str) -> Result<u64, StoreError> {
    let statement =
        query("UPDATE jobs SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1")
            .bind(owner.to_owned());
    tx.upkeep(statement).await
}
