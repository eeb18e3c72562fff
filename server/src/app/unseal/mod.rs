//! Unsealing: officers give their shares through a Unix socket, or with the agent from the console, one after another; when there are enough, the HSM gets its PIN.
//!
//! - `socket`: the socket, and who may use it
//! - `connection`: one request, one response, within limits
//! - `unsealer`: what a request does
//! - `console`: what the console asks
//! - `signals`: signals that seal

mod connection;
mod console;
mod signals;
mod socket;
mod unsealer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc::Receiver;
use tokio::sync::{Semaphore, watch};

pub use self::signals::SIGNALS;
pub use self::socket::SocketFault;
pub use self::unsealer::Unsealer;

use super::config::Config;
use super::error::AppError;
use super::hsm;
use crate::http::app::Shared;
use crate::services::operations::unsealing::UnsealOrder;

/// Connections at one time; one more is closed at once.
const CONNECTIONS: usize = 4;
/// How often the time of an attempt is checked.
const EVERY: Duration = Duration::from_secs(1);

/// Why the loop continues.
enum Woken {
    Stopped,
    Tick,
    Signal(&'static str),
    Connection(std::io::Result<UnixStream>),
    Order(UnsealOrder),
}

/// The socket, open, and what its requests do.
pub struct UnsealServer {
    path: PathBuf,
    listener: UnixListener,
    orders: Receiver<UnsealOrder>,
    unsealer: Arc<Unsealer>,
    seal_on: Vec<String>,
}

impl UnsealServer {
    /// Opens the socket; `None` if the PIN is not shared.
    pub fn open(config: &Config, app: &Shared) -> Result<Option<Self>, AppError> {
        let chosen = hsm::choose(config)?;
        let token = chosen.token()?;
        let Some(set) = hsm::shares(&token) else {
            return Ok(None);
        };
        let others = chosen.tokens()?.into_iter().skip(1);
        let shared = others.filter(|(_, token)| hsm::shares(token).is_some());
        let path = hsm::unseal_socket(config)?.to_owned();
        let limit = Duration::from_secs(u64::from(config.hsm.unseal_minutes) * 60);
        let unsealer = Unsealer::new(
            app.services.clone(),
            app.clock,
            (token.id.clone(), set.to_owned()),
            shared.map(|(name, _)| name).collect(),
            limit,
        );
        let orders = app.services.unseal_orders();
        let orders =
            orders.ok_or_else(|| AppError::System("unsealing is open twice".to_owned()))?;
        Ok(Some(Self {
            orders,
            listener: socket::bind(&path)?,
            path,
            unsealer: Arc::new(unsealer),
            seal_on: config.hsm.seal_on.clone(),
        }))
    }

    /// Serves the socket, watches the time and the signals, until `stop`.
    pub async fn serve(mut self, mut stop: watch::Receiver<bool>) -> Result<(), AppError> {
        let mut signals = signals::Signals::of(&self.seal_on)?;
        let connections = Arc::new(Semaphore::new(CONNECTIONS));
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.unsealer.publish().await;
        loop {
            let woken = tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => Woken::Stopped,
                _ = ticks.tick() => Woken::Tick,
                signal = signals.next() => Woken::Signal(signal),
                Some(order) = self.orders.recv() => Woken::Order(order),
                accepted = self.listener.accept() => Woken::Connection(accepted.map(|(stream, _)| stream)),
            };
            match woken {
                Woken::Stopped => break,
                Woken::Tick => self.unsealer.watch_time().await,
                Woken::Signal(signal) => {
                    tracing::warn!(signal, "the hsm is sealed by a signal");
                    let context = self.unsealer.own_context();
                    self.unsealer.seal(&context, signal).await;
                }
                Woken::Order(order) => {
                    let unsealer = Arc::clone(&self.unsealer);
                    tokio::spawn(async move { unsealer.obey(order).await });
                }
                Woken::Connection(Ok(stream)) => {
                    // Closed at once when there are too many.
                    if let Ok(permit) = Arc::clone(&connections).try_acquire_owned() {
                        let unsealer = Arc::clone(&self.unsealer);
                        tokio::spawn(async move {
                            connection::serve(stream, &unsealer).await;
                            drop(permit);
                        });
                    }
                }
                Woken::Connection(Err(error)) => {
                    tracing::warn!(%error, "unseal socket");
                    // It may be out of file handles: others must be able to close theirs.
                    tokio::time::sleep(EVERY).await;
                }
            }
        }
        // The next start makes a new one, and nobody waits at one that nobody serves.
        let _ = std::fs::remove_file(&self.path);
        Ok(())
    }
}
