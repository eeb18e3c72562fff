//! Waiting for a card or reader to come or go.

use std::thread::sleep;
use std::time::{Duration, Instant};

use pcsc::{Context, Error, PNP_NOTIFICATION, ReaderState, State};

use super::error::PcscError;
use super::readers::{establish, names};

/// Remembers what was seen last, so that nothing that happens between two waits is missed.
pub struct Watch {
    /// None while the service does not run.
    seen: Option<(Context, Vec<ReaderState>)>,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl Watch {
    /// Starts watching: what is there now is no change.
    #[must_use]
    pub fn new() -> Self {
        Self {
            seen: look(None).ok(),
        }
    }

    /// Waits, `limit` at most, for a card or reader to come or go; true when one did. The service's own coming and going
    /// counts too.
    pub fn changed_within(&mut self, limit: Duration) -> bool {
        let started = Instant::now();
        let Some((context, mut states)) = self.seen.take() else {
            self.seen = look(None).ok();
            if self.seen.is_none() {
                sleep(limit.saturating_sub(started.elapsed()));
            }
            return self.seen.is_some();
        };
        loop {
            let left = limit.saturating_sub(started.elapsed());
            match context.get_status_change(left, &mut states) {
                Ok(()) => {
                    let changed = states
                        .iter()
                        .any(|s| essence(s.current_state()) != essence(s.event_state()));
                    states.iter_mut().for_each(ReaderState::sync_current_state);
                    if changed {
                        self.seen = look(Some(context)).ok();
                        return true;
                    }
                }
                Err(Error::Timeout) => {
                    self.seen = Some((context, states));
                    return false;
                }
                // A reader went, or the service did.
                Err(_) => {
                    self.seen = look(None).ok();
                    return true;
                }
            }
            if left.is_zero() {
                self.seen = Some((context, states));
                return false;
            }
        }
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

/// What of a state is news: not that another program began or stopped using a card.
fn essence(state: State) -> State {
    state & (State::PRESENT | State::EMPTY | State::UNAVAILABLE | State::UNKNOWN | State::MUTE)
}

/// The present state of all readers, and the notice of new ones.
fn look(context: Option<Context>) -> Result<(Context, Vec<ReaderState>), PcscError> {
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
