//! Watches for cards and readers that are added or removed.

use std::thread::sleep;
use std::time::{Duration, Instant};

use pcsc::{Context, Error, PNP_NOTIFICATION, ReaderState, State};

use super::error::PcscError;
use super::readers::{establish, names};

/// Remembers the last state, so that no change between two waits is missed.
pub struct Watch {
    /// `None` while the service is not running.
    last: Option<(Context, Vec<ReaderState>)>,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl Watch {
    /// Starts watching from the current state.
    #[must_use]
    pub fn start() -> Self {
        Self {
            last: read_states(None).ok(),
        }
    }

    /// Waits at most `limit` for a card or reader to be added or removed; true if one was. Start and stop of the
    /// service count too.
    pub fn wait_for_change(&mut self, limit: Duration) -> bool {
        let started = Instant::now();
        let Some((context, mut states)) = self.last.take() else {
            self.last = read_states(None).ok();
            if self.last.is_none() {
                sleep(limit.saturating_sub(started.elapsed()));
            }
            return self.last.is_some();
        };
        loop {
            let left = limit.saturating_sub(started.elapsed());
            match context.get_status_change(left, &mut states) {
                Ok(()) => {
                    let changed = states
                        .iter()
                        .any(|s| relevant(s.current_state()) != relevant(s.event_state()));
                    states.iter_mut().for_each(ReaderState::sync_current_state);
                    if changed {
                        self.last = read_states(Some(context)).ok();
                        return true;
                    }
                }
                Err(Error::Timeout) => {
                    self.last = Some((context, states));
                    return false;
                }
                // A reader was removed, or the service stopped.
                Err(_) => {
                    self.last = read_states(None).ok();
                    return true;
                }
            }
            if left.is_zero() {
                self.last = Some((context, states));
                return false;
            }
        }
    }
}

/// The part of a state whose change matters; use of a card by other programs does not.
fn relevant(state: State) -> State {
    state & (State::PRESENT | State::EMPTY | State::UNAVAILABLE | State::UNKNOWN | State::MUTE)
}

/// The current state of all readers, including the notification for new readers.
fn read_states(context: Option<Context>) -> Result<(Context, Vec<ReaderState>), PcscError> {
    let context = context.map_or_else(establish, Ok)?;
    let mut states: Vec<ReaderState> = names(&context)?
        .into_iter()
        .map(|name| ReaderState::new(name, State::UNAWARE))
        .collect();
    states.push(ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE));
    match context.get_status_change(Duration::ZERO, &mut states) {
        Ok(()) | Err(Error::Timeout) => {}
        Err(error) => return Err(PcscError::of("read states of readers", error)),
    }
    states.iter_mut().for_each(ReaderState::sync_current_state);
    Ok((context, states))
}
