//! Refusals that repeat are counted; here the counts become rows of the audit log, when their time is over and before the
//! process ends.

use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::services::Services;

/// How often it is looked whether a count is over.
const EVERY: Duration = Duration::from_secs(5);

/// Until `stop`.
pub async fn follow(services: Services, clock: Clock, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        record(&services, clock, false).await;
    }
}

/// What is counted and not recorded yet, when nothing is refused any more.
pub async fn finish(services: &Services, clock: Clock) {
    record(services, clock, true).await;
}

async fn record(services: &Services, clock: Clock, all: bool) {
    if let Err(error) = services.record_repeated_refusals(clock.now(), all).await {
        tracing::error!(%error, "refusals that repeat could not be recorded");
    }
}
