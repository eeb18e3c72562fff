//! What the service manager (systemd) is told: ready, alive, stopping. Without one, nothing happens.
//!
//! sd_notify(3): messages go to the socket that `NOTIFY_SOCKET` names. `WATCHDOG_USEC` is the longest time between two signs of life.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::sync::watch;

/// All listeners are open.
pub(super) fn ready() {
    send(&[NotifyState::Ready, NotifyState::Status("serving")]);
}

/// No new connection is accepted; requests in progress end.
pub(super) fn stopping() {
    send(&[
        NotifyState::Stopping,
        NotifyState::Status("ending the requests in progress"),
    ]);
}

/// Reports that the process is alive, at half of the time that the unit allows, until `stop`. It comes from a task of the
/// runtime that serves requests: if that hangs, the reports end and the service manager starts the server again.
pub(super) async fn keep_alive(mut stop: watch::Receiver<bool>) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    let mut ticks = tokio::time::interval((limit / 2).max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            _ = ticks.tick() => send(&[NotifyState::Watchdog]),
        }
    }
}

fn send(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager was not reached");
    }
}
