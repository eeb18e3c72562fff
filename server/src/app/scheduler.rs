//! Runs the jobs of `services::jobs`: checks once a second which are pending, claims and runs them concurrently, renews
//! each claim during the run, and records its result.
//!
//! Several instances on one database share the work: a claim is a lease in the database. Times are those of the
//! server's clock, even if it is set; the length of a run is measured separately.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

use crate::clock::Clock;
use crate::services::Services;
use crate::services::operations::jobs::{Done, JOBS, Job};
use crate::store::id;

/// How often pending jobs are looked for.
const TICK: Duration = Duration::from_secs(1);
/// How often a running job renews its lease: well within the lease.
const BEAT: Duration = Duration::from_secs(5);
/// How long running jobs may continue after a stop.
const LEAVE: Duration = Duration::from_secs(5);
/// Interval of the metrics' upkeep.
const UPKEEP: Duration = Duration::from_secs(60);

/// Runs until `stop`.
pub async fn run(
    services: Services,
    clock: Clock,
    metrics: PrometheusHandle,
    stop: watch::Receiver<bool>,
) {
    let owner = match id::new_id() {
        Ok(owner) => owner,
        Err(error) => {
            tracing::error!(%error, "no scheduled work: this instance has no name");
            return;
        }
    };
    let scheduler = Scheduler {
        services,
        clock,
        owner,
    };
    scheduler.run(metrics, stop).await;
}

/// The jobs that run on this instance, each once.
#[derive(Default)]
struct Running {
    tasks: JoinSet<()>,
    names: HashMap<Id, &'static str>,
}

impl Running {
    /// Starts a job unless it is running.
    fn begin(&mut self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        if !self.names.values().any(|running| *running == name) {
            let id = self.tasks.spawn(work).id();
            self.names.insert(id, name);
        }
    }

    /// Waits until a job ends, also by a panic, so that it may start again. False if none is running.
    async fn one_ended(&mut self) -> bool {
        let Some(ended) = self.tasks.join_next_with_id().await else {
            return false;
        };
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, ())| *id);
        let name = self.names.remove(&id);
        if let Err(error) = ended {
            tracing::error!(job = name, %error, "a job's task ended early");
        }
        true
    }
}

#[derive(Clone)]
struct Scheduler {
    services: Services,
    clock: Clock,
    owner: String,
}

impl Scheduler {
    async fn run(self, metrics: PrometheusHandle, mut stop: watch::Receiver<bool>) {
        let mut running = Running::default();
        let mut looked = true;
        let mut tidied = Instant::now();
        loop {
            tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => break,
                true = running.one_ended() => continue,
                () = tokio::time::sleep(TICK) => {}
            }
            if tidied.elapsed() >= UPKEEP {
                metrics.run_upkeep();
                tidied = Instant::now();
            }
            match self.services.due_jobs(JOBS, self.clock.now()).await {
                Ok(due) => {
                    looked = true;
                    for job in due {
                        let scheduler = self.clone();
                        running.begin(job.name, async move { scheduler.one(job).await });
                    }
                }
                // Logged once, not every second.
                Err(error) => {
                    if looked {
                        tracing::error!(%error, "scheduled work cannot be read");
                    }
                    looked = false;
                }
            }
        }
        let drained = tokio::time::timeout(LEAVE, async { while running.one_ended().await {} });
        if drained.await.is_err() {
            running.tasks.shutdown().await;
        }
        if let Err(error) = self.services.release_jobs(&self.owner).await {
            tracing::warn!(%error, "leases could not be released; they will expire");
        }
    }

    /// One run, from the claim to its recorded result.
    async fn one(&self, job: &'static Job) {
        match self
            .services
            .claim_job(job, &self.owner, self.clock.now())
            .await
        {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::error!(job = job.name, %error, "job could not be claimed");
                return;
            }
        }
        let begun = Instant::now();
        let Some(end) = self.watched(job).await else {
            tracing::warn!(job = job.name, "another instance has taken over this job");
            return;
        };
        let seconds = begun.elapsed().as_secs_f64();
        let failed = match &end {
            Ok(done) => done.left_undone,
            Err(reason) => Some(reason.as_str()),
        };
        let outcome = if failed.is_none() { "done" } else { "failed" };
        metrics::counter!("inkan_job_runs_total", "job" => job.name, "outcome" => outcome)
            .increment(1);
        metrics::histogram!("inkan_job_seconds", "job" => job.name).record(seconds);
        metrics::gauge!("inkan_job_failing", "job" => job.name)
            .set(f64::from(u8::from(failed.is_some())));
        match (&end, failed) {
            (Ok(done), None) => {
                tracing::debug!(job = job.name, detail = %done.detail, seconds, "job done");
            }
            (Ok(_), reason) => {
                tracing::warn!(job = job.name, reason, seconds, "job completed in part")
            }
            (Err(reason), _) => tracing::error!(job = job.name, reason, seconds, "job failed"),
        }
        let now = self.clock.now();
        match self.services.finish_job(job, &self.owner, &end, now).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!(job = job.name, "a job ended after its lease was lost"),
            Err(error) => {
                tracing::error!(job = job.name, %error, "the end of a job could not be recorded");
            }
        }
    }

    /// Runs the job and renews its lease. None if the lease was lost.
    async fn watched(&self, job: &'static Job) -> Option<Result<Done, String>> {
        let mut task = JoinSet::new();
        let (services, now) = (self.services.clone(), self.clock.now());
        task.spawn(async move { (job.run)(&services, now).await });
        let limit = Duration::from_secs(job.limit.as_secs().unsigned_abs());
        let end = Instant::now() + limit;
        loop {
            tokio::select! {
                Some(ended) = task.join_next() => {
                    return Some(match ended {
                        Ok(Ok(done)) => Ok(done),
                        Ok(Err(error)) => Err(error.to_string()),
                        Err(_) => Err("it panicked".to_owned()),
                    });
                }
                () = tokio::time::sleep(BEAT) => {}
            }
            if Instant::now() >= end {
                task.shutdown().await;
                return Some(Err(format!("it took longer than {} s", limit.as_secs())));
            }
            match self
                .services
                .keep_job(job, &self.owner, self.clock.now())
                .await
            {
                Ok(true) => {}
                Ok(false) => {
                    task.shutdown().await;
                    return None;
                }
                Err(error) => tracing::warn!(job = job.name, %error, "a lease was not renewed"),
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_job_whose_task_panics_begins_again() {
        let (mut running, begun) = (Running::default(), Arc::new(AtomicU32::new(0)));
        for round in 1..=2 {
            for _ in 0..2 {
                let begun = Arc::clone(&begun);
                running.begin("job", async move {
                    begun.fetch_add(1, Ordering::SeqCst);
                    panic!("the claim");
                });
            }
            assert!(running.one_ended().await);
            assert_eq!(begun.load(Ordering::SeqCst), round, "once at a time");
            assert!(!running.one_ended().await);
        }
    }
}
