//! Ctrl-C. It cancels an open question; otherwise it ends the agent with the result "cancelled".
//!
//! - `unix`: the signal
//! - `windows`: the events of the console, whose closing has the same effect

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// Ctrl-C.
    Interrupt,
    /// The console is closed, and this program must end.
    #[cfg_attr(unix, allow(dead_code))]
    // a terminal that is closed ends the program by another signal
    Close,
}

/// The current effect of Ctrl-C.
#[derive(Debug)]
enum Meaning {
    /// End the program.
    Ends,
    /// Answer an open question; the answer is sent here.
    Answers(Sender<Option<String>>),
    /// None. A hidden prompt handles the signal itself and restores the terminal.
    Nothing,
}

/// Controls the effect of Ctrl-C.
#[derive(Debug, Clone)]
pub struct Interrupt {
    meaning: Arc<Mutex<Meaning>>,
}

impl Interrupt {
    /// Handles Ctrl-C for this process. `end` reports the result and ends the process.
    ///
    /// # Errors
    /// The error that the system reports.
    pub fn install(end: impl Fn() + Send + Sync + 'static) -> std::io::Result<Self> {
        let interrupt = Self {
            meaning: Arc::new(Mutex::new(Meaning::Ends)),
        };
        let meaning = Arc::clone(&interrupt.meaning);
        system::on_interrupt(move |event| {
            let meaning = meaning.lock().unwrap_or_else(PoisonError::into_inner);
            match (&*meaning, event) {
                (Meaning::Ends, _) | (Meaning::Nothing, Event::Close) => end(),
                (Meaning::Answers(answer), _) => {
                    // The question may have been answered at the same moment.
                    let _ = answer.send(None);
                }
                (Meaning::Nothing, Event::Interrupt) => {}
            }
        })?;
        Ok(interrupt)
    }

    fn set(&self, meaning: Meaning) -> Guard<'_> {
        *self.meaning.lock().unwrap_or_else(PoisonError::into_inner) = meaning;
        Guard(self)
    }

    /// Until the guard is dropped, Ctrl-C sends `None` (no answer) to `to`.
    #[must_use]
    pub fn answers(&self, to: Sender<Option<String>>) -> Guard<'_> {
        self.set(Meaning::Answers(to))
    }

    /// Until the guard is dropped, Ctrl-C has no effect here: the prompt handles it and restores the terminal.
    #[must_use]
    pub fn pause(&self) -> Guard<'_> {
        self.set(Meaning::Nothing)
    }
}

/// Guard of [`Interrupt::answers`] and [`Interrupt::pause`].
#[derive(Debug)]
pub struct Guard<'a>(&'a Interrupt);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let mut meaning = self
            .0
            .meaning
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *meaning = Meaning::Ends;
    }
}
