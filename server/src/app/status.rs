//! What follows a change of status on this instance: lists and answers are made anew within a second or so, not only when
//! they are due.

use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::workflow::Workflows;

/// So many changes as come within this are published together.
const GATHERED: Duration = Duration::from_millis(500);

/// Until `stop`. What fails here is done by the scheduled work.
pub async fn publish_changes(workflows: Workflows, clock: Clock, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = workflows.own_change() => {}
        }
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(GATHERED) => {}
        }
        let now = clock.now();
        if let Err(error) = workflows.refresh_ocsp_answers(now).await {
            tracing::warn!(%error, "OCSP answers could not be made anew after a change; they are with the next run");
        }
        if let Err(error) = workflows.publish_due_crls(now).await {
            tracing::warn!(%error, "CRLs could not be published after a change; they are with the next run");
        }
    }
}
