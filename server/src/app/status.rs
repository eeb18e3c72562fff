//! What follows a status change: CRLs and OCSP responses are renewed within about a second (within three, if another
//! instance made the change and died), not only on schedule; and what is kept in memory for times when the database is
//! unavailable.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::services::{Error, Services};

/// Changes within this time are published together.
const GATHERED: Duration = Duration::from_millis(500);

/// Up to two seconds: all instances see a change, and the first one to wake publishes it for all.
fn by_chance() -> Duration {
    let mut random = [0u8; 1];
    // Without randomness they wake together, which costs a signature and does no harm.
    let _ = getrandom::fill(&mut random);
    Duration::from_millis(u64::from(random[0]) * 8)
}

/// Runs until `stop`. If something fails here, the scheduled job does it.
pub async fn publish_changes(services: Services, clock: Clock, mut stop: watch::Receiver<bool>) {
    loop {
        let pause = tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = services.own_change() => GATHERED,
            () = services.seen_change() => GATHERED + by_chance(),
        };
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(pause) => {}
        }
        let now = clock.now();
        // CRLs first: an outdated response is not served anyway.
        if let Err(error) = services.publish_due_crls(now).await {
            tracing::warn!(%error, "CRLs could not be published after a change; the next run retries");
            failed(&services, "crl", &error, now).await;
        }
        if let Err(error) = services.refresh_ocsp_responses(now).await {
            tracing::warn!(%error, "OCSP responses could not be renewed after a change; the next run retries");
            failed(&services, "ocsp", &error, now).await;
        }
    }
}

/// How often this process reads the CRLs that it serves while the database is unavailable.
const KEPT_EVERY: Duration = Duration::from_secs(30);

/// Keeps every CRL, and the RSA keys with which new ones are compared, in memory until `stop`.
pub async fn keep_crls(services: Services, clock: Clock, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = services.keep_crls(clock.now()).await {
            tracing::debug!(%error, "CRLs could not be read; those in memory stay in use");
        }
        if let Err(error) = services.keep_moduli().await {
            tracing::debug!(%error, "RSA keys could not be read; the next request retries");
        }
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(KEPT_EVERY) => {}
        }
    }
}

/// The job must not appear as done while its work fails.
async fn failed(services: &Services, job: &'static str, error: &Error, now: Timestamp) {
    metrics::gauge!("inkan_job_failing", "job" => job).set(1.0);
    if let Err(error) = services.job_failed(job, &error.to_string(), now).await {
        tracing::warn!(job, %error, "the failure of a job could not be recorded");
    }
}
