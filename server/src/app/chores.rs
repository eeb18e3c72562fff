//! What is done from time to time: CRLs before they end, intents that waited
//! for the HSM, sessions that are over, figures.

use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::workflow::Workflows;

const PERIOD: Duration = Duration::from_secs(60);
/// While intents wait for the HSM.
const WHILE_WAITING: Duration = Duration::from_secs(5);

/// Until `stop`.
pub async fn run(
    workflows: Workflows,
    clock: Clock,
    metrics: PrometheusHandle,
    mut stop: watch::Receiver<bool>,
) {
    let mut pause = WHILE_WAITING;
    loop {
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(pause) => {}
        }
        metrics.run_upkeep();
        pause = if once(&workflows, clock).await {
            PERIOD
        } else {
            WHILE_WAITING
        };
    }
}

/// Whether all is done.
async fn once(workflows: &Workflows, clock: Clock) -> bool {
    let now = clock.now();
    let waiting = match workflows.reconcile(now).await {
        Ok(report) => report.waiting > 0,
        Err(error) => {
            tracing::error!(%error, "records could not be reconciled");
            false
        }
    };
    let crls = workflows.publish_due_crls(now).await;
    if let Err(error) = &crls {
        tracing::error!(%error, "CRLs could not be published");
    }
    if let Err(error) = workflows.people().sweep(now).await {
        tracing::error!(%error, "sessions could not be swept");
    }
    !waiting && crls.is_ok()
}
