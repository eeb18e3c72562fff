//! Repeated refusals are counted; here the counts become rows of the audit log, when their window ends and before the
//! process ends.

use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::services::Services;

/// How often ended windows are checked for.
const EVERY: Duration = Duration::from_secs(5);

/// Runs until `stop`.
pub async fn follow(services: Services, clock: Clock, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        record(&services, clock, false).await;
    }
}

/// Records the remaining counts, after the last request.
pub async fn finish(services: &Services, clock: Clock) {
    record(services, clock, true).await;
}

async fn record(services: &Services, clock: Clock, all: bool) {
    if let Err(error) = services.record_repeated_refusals(clock.now(), all).await {
        tracing::error!(%error, "repeated refusals could not be recorded");
    }
}
