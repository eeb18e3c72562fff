//! The readers, and whether they hold a card.

use std::ffi::{CStr, CString};
use std::time::Duration;

use pcsc::{Context, Error, ReaderState, Scope, State};

use super::error::PcscError;

/// Maximum number of readers.
const MAX_READERS: usize = 32;

/// A reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Its name in PC/SC.
    pub name: String,
    /// Whether it holds a card that responds.
    pub card: bool,
    /// Whether it holds a card that does not respond.
    pub mute: bool,
}

/// Whether the system runs the service only while there is a reader, as Windows does: it starts with the first one and stops with
/// the last.
const ENDS_WITH_READERS: bool = cfg!(windows);

/// All readers. It is no error if there are none.
///
/// # Errors
/// [`PcscError::Service`], or another PC/SC error.
pub fn readers() -> Result<Vec<Reader>, PcscError> {
    match states() {
        Err(PcscError::Service { .. }) if ENDS_WITH_READERS => Ok(Vec::new()),
        other => other,
    }
}

fn states() -> Result<Vec<Reader>, PcscError> {
    let context = establish()?;
    let mut states: Vec<ReaderState> = names(&context)?
        .into_iter()
        .map(|name| ReaderState::new(name, State::UNAWARE))
        .collect();
    if states.is_empty() {
        return Ok(Vec::new());
    }
    match context.get_status_change(Duration::ZERO, &mut states) {
        Ok(()) | Err(Error::Timeout) => {}
        Err(error) => return Err(PcscError::of("read states of readers", error)),
    }
    Ok(states
        .iter()
        .map(|state| Reader {
            name: shown(state.name()),
            card: has_card(state.event_state()),
            mute: state.event_state().contains(State::PRESENT | State::MUTE),
        })
        .collect())
}

/// A connection to the service.
pub(super) fn establish() -> Result<Context, PcscError> {
    // Whatever the error is, there is no service to use.
    Context::establish(Scope::User).map_err(|e| PcscError::Service {
        detail: e.to_string(),
    })
}

/// Names of the readers.
pub(super) fn names(context: &Context) -> Result<Vec<CString>, PcscError> {
    match context.list_readers_owned() {
        Ok(mut names) => {
            names.truncate(MAX_READERS);
            Ok(names)
        }
        Err(Error::NoReadersAvailable) => Ok(Vec::new()),
        Err(error) => Err(PcscError::of("list readers", error)),
    }
}

/// Whether a card is present and responds.
pub(super) fn has_card(state: State) -> bool {
    state.contains(State::PRESENT) && !state.contains(State::MUTE)
}

/// A reader's name as text.
pub(super) fn shown(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}
