//! Scheduled work, on one instance at a time. `app::scheduler` drives it; this module defines the jobs, what is
//! pending, and the results.
//!
//! A job works on the current state, never on how often it ran: after a stop one run catches up with everything that
//! was missed, and a clock that jumps makes it run early or late, never wrong.
//!
//! - [`table`]: every job
//! - this file: pending, claimed, extended, finished

pub mod table;

use std::future::Future;
use std::pin::Pin;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::services::{Result, Services};
use crate::store::jobs::{self, Claim, Finished, Outcome};

pub use table::JOBS;

/// How long a claimed run belongs to another instance if its lease is not extended.
pub const LEASE: SignedDuration = SignedDuration::from_secs(20);
/// First interval after a failure; doubled after each further one, up to the job's longest.
const FIRST_RETRY: SignedDuration = SignedDuration::from_secs(5);
/// A job that was not started for this long after its time is late.
const LATE: SignedDuration = SignedDuration::from_secs(60);
/// Maximum length of a stored failure.
const LONGEST_DETAIL: usize = 300;

/// A run.
pub type Run<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// A kind of scheduled work.
#[derive(Clone, Copy)]
pub struct Job {
    /// Its name in logs, metrics and the database.
    pub name: &'static str,
    /// Usual interval between two runs.
    pub every: SignedDuration,
    /// Longest interval after failures.
    pub retry: SignedDuration,
    /// A run that takes longer is ended.
    pub limit: SignedDuration,
    /// Checked before a pending run; without it every pending run is made.
    pub wanted: Option<for<'a> fn(&'a Services, Timestamp) -> Run<'a, bool>>,
    /// The work.
    pub run: for<'a> fn(&'a Services, Timestamp) -> Run<'a, Done>,
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// For the operator.
    pub detail: Value,
    /// Run again sooner than usual: something is left.
    pub again: Option<SignedDuration>,
    /// Why part of it could not be done. The run counts as failed.
    pub left_undone: Option<&'static str>,
}

impl Done {
    /// Everything is done.
    #[must_use]
    pub fn with(detail: Value) -> Self {
        Self {
            detail,
            again: None,
            left_undone: None,
        }
    }
}

/// A job as its operator sees it.
#[derive(Debug, Clone)]
pub struct Report {
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
    /// `done` or `failed`; absent before the first run.
    pub outcome: Option<&'static str>,
    /// Consecutive failures.
    pub failures: u32,
    /// Its result, or why it failed.
    pub detail: String,
    /// Whether an instance runs it.
    pub running: bool,
    /// Its state.
    pub state: JobState,
}

/// State of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// An instance runs it.
    Running,
    /// The last run failed; it is tried again.
    Failed,
    /// Its time has come, and no instance has started it.
    Late,
    /// It waits for its time.
    Waiting,
}

impl JobState {
    /// Stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Late => "late",
            Self::Waiting => "waiting",
        }
    }

    fn of(row: &jobs::Job, now: Timestamp) -> Self {
        let due = row.next_at.checked_add(LATE).unwrap_or(Timestamp::MAX);
        // A failure stays one while it is tried again.
        if row.outcome == Some(Outcome::Failed) {
            Self::Failed
        } else if row.lease_until.is_some_and(|until| until > now) {
            Self::Running
        } else if due < now {
            Self::Late
        } else {
            Self::Waiting
        }
    }
}

impl Services {
    /// The jobs that may be claimed at `now` and have something to do.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn due_jobs(
        &self,
        table: &'static [Job],
        now: Timestamp,
    ) -> Result<Vec<&'static Job>> {
        let rows = jobs::all(&self.inner.store).await?;
        if table
            .iter()
            .any(|job| !rows.iter().any(|row| row.name == job.name))
        {
            let accounts = self.accounts();
            let made = accounts.transaction(async |tx| {
                for job in table {
                    jobs::ensure(tx, job.name, now).await?;
                }
                Ok(())
            });
            made.await?;
        }
        let mut due = Vec::new();
        for job in table {
            let row = rows.iter().find(|row| row.name == job.name);
            if row.is_some_and(|row| !row.claimable(&claim(job, "", now))) {
                continue;
            }
            let wanted = match job.wanted {
                Some(wanted) => wanted(self, now).await?,
                None => true,
            };
            if wanted {
                due.push(job);
            }
        }
        Ok(due)
    }

    /// Claims a run for `owner`. False if another instance was faster.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn claim_job(&self, job: &Job, owner: &str, now: Timestamp) -> Result<bool> {
        let (accounts, claim) = (self.accounts(), claim(job, owner, now));
        let claimed = accounts.transaction(async |tx| Ok(jobs::claim(tx, &claim).await?));
        claimed.await
    }

    /// Extends the lease of `owner`. False if it was lost: the run must end.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn keep_job(&self, job: &Job, owner: &str, now: Timestamp) -> Result<bool> {
        let until = now.checked_add(LEASE).unwrap_or(Timestamp::MAX);
        let accounts = self.accounts();
        let kept =
            accounts.transaction(async |tx| Ok(jobs::extend(tx, job.name, owner, until).await?));
        kept.await
    }

    /// Records how a run ended, and when the next one is. False if the lease was lost.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn finish_job(
        &self,
        job: &Job,
        owner: &str,
        end: &std::result::Result<Done, String>,
        now: Timestamp,
    ) -> Result<bool> {
        let accounts = self.accounts();
        let finished = accounts.transaction(async |tx| {
            let failures = jobs::all(&mut *tx)
                .await?
                .iter()
                .find(|row| row.name == job.name)
                .map_or(0, |row| row.failures);
            let (outcome, detail, pause) = match end {
                Ok(done) => (
                    match done.left_undone {
                        None => Outcome::Done,
                        Some(_) => Outcome::Failed,
                    },
                    done.detail.to_string(),
                    done.again.unwrap_or(job.every),
                ),
                Err(reason) => (Outcome::Failed, clipped(reason), retry(job, failures)),
            };
            let end = Finished {
                at: now,
                next_at: now
                    .checked_add(pause.min(job.every.max(job.retry)))
                    .unwrap_or(Timestamp::MAX),
                outcome,
                detail,
            };
            Ok(jobs::finish(tx, job.name, owner, &end).await?)
        });
        finished.await
    }

    /// Records that a job's work failed outside its runs, and schedules it soon. Does nothing if an instance runs it:
    /// that run records its own end.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn job_failed(&self, name: &str, reason: &str, now: Timestamp) -> Result<()> {
        let end = Finished {
            at: now,
            next_at: now.checked_add(FIRST_RETRY).unwrap_or(Timestamp::MAX),
            outcome: Outcome::Failed,
            detail: clipped(reason),
        };
        let accounts = self.accounts();
        let noted = accounts.transaction(async |tx| {
            jobs::fail(tx, name, &end).await?;
            Ok(())
        });
        noted.await
    }

    /// Releases the leases of `owner` without a result: an orderly stop.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn release_jobs(&self, owner: &str) -> Result<()> {
        let accounts = self.accounts();
        let released = accounts.transaction(async |tx| {
            jobs::release(tx, owner).await?;
            Ok(())
        });
        released.await
    }

    /// Every job, for the operator.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn job_reports(&self, now: Timestamp) -> Result<Vec<Report>> {
        let rows = jobs::all(&self.inner.store).await?;
        Ok(rows
            .into_iter()
            .map(|row| Report {
                state: JobState::of(&row, now),
                name: row.name,
                next_at: row.next_at,
                started_at: row.started_at,
                finished_at: row.finished_at,
                succeeded_at: row.succeeded_at,
                outcome: row.outcome.map(Outcome::as_str),
                failures: row.failures,
                detail: row.detail,
                running: row.lease_until.is_some_and(|until| until > now),
            })
            .collect())
    }
}

fn claim<'a>(job: &'a Job, owner: &'a str, now: Timestamp) -> Claim<'a> {
    Claim {
        name: job.name,
        owner,
        now,
        lease: LEASE,
        every: job.every.max(job.retry),
    }
}

/// The interval after one more failure than `before`.
fn retry(job: &Job, before: u32) -> SignedDuration {
    let factor = 2_i32.saturating_pow(before.min(20));
    FIRST_RETRY
        .checked_mul(factor)
        .map_or(job.retry, |pause| pause.min(job.retry))
}

fn clipped(text: &str) -> String {
    text.chars().take(LONGEST_DETAIL).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_tried_again_soon_then_at_the_usual_pace() {
        let job = JOBS.iter().find(|job| job.name == "sweep").unwrap();
        let pauses: Vec<i64> = [0, 1, 2, 3, 4, 19, 4_000_000_000]
            .into_iter()
            .map(|before| retry(job, before).as_secs())
            .collect();
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60, 60]);
    }

    #[test]
    fn every_job_is_documented_and_no_other() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/mail.md");
        let page = std::fs::read_to_string(page).unwrap();
        let (_, table) = page.split_once("\n## Scheduled work\n").unwrap();
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
        let mut documented: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
        let mut names: Vec<&str> = JOBS.iter().map(|job| job.name).collect();
        documented.sort_unstable();
        names.sort_unstable();
        assert_eq!(documented, names);
    }

    #[test]
    fn names_are_used_once() {
        for (place, job) in JOBS.iter().enumerate() {
            assert!(!JOBS[..place].iter().any(|other| other.name == job.name));
            assert!(job.every.is_positive() && job.limit.is_positive());
        }
    }
}
