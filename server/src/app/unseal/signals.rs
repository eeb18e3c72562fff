//! Signals on which the server seals itself.

use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::error::AppError;

/// The signals that can be configured. The others have a meaning already.
pub const SIGNALS: [&str; 2] = ["SIGUSR1", "SIGUSR2"];

/// The configured ones.
pub(super) struct Signals(Vec<(&'static str, Signal)>);

impl Signals {
    pub(super) fn of(names: &[String]) -> Result<Self, AppError> {
        let kinds = [SignalKind::user_defined1(), SignalKind::user_defined2()];
        let wanted = SIGNALS.into_iter().zip(kinds);
        let wanted = wanted.filter(|(name, _)| names.iter().any(|given| given == name));
        let opened = wanted.map(|(name, kind)| Ok((name, signal(kind)?)));
        opened
            .collect::<std::io::Result<_>>()
            .map(Self)
            .map_err(|error| AppError::System(format!("signals: {error}")))
    }

    /// The name of the next one; never, if none is configured.
    pub(super) async fn next(&mut self) -> &'static str {
        std::future::poll_fn(|cx| {
            for (name, signal) in &mut self.0 {
                if signal.poll_recv(cx).is_ready() {
                    return Poll::Ready(*name);
                }
            }
            Poll::Pending
        })
        .await
    }
}
