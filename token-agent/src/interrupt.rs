//! Ctrl-C. It cancels an open question; otherwise it ends the agent with the result "cancelled".

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

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
    pub fn install(end: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let interrupt = Self {
            meaning: Arc::new(Mutex::new(Meaning::Ends)),
        };
        let meaning = Arc::clone(&interrupt.meaning);
        system::on_interrupt(move || {
            match &*meaning.lock().unwrap_or_else(PoisonError::into_inner) {
                Meaning::Ends => end(),
                Meaning::Answers(answer) => {
                    // The question may have been answered at the same moment.
                    let _ = answer.send(None);
                }
                Meaning::Nothing => {}
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

#[cfg(unix)]
mod system {
    use std::io::Read;
    use std::os::unix::net::UnixStream;

    /// The signal handler writes to a pipe; a thread reads it, because a signal handler may do very little.
    pub(super) fn on_interrupt(act: impl Fn() + Send + 'static) -> std::io::Result<()> {
        let (mut read, write) = UnixStream::pair()?;
        signal_hook::low_level::pipe::register(signal_hook::consts::SIGINT, write)?;
        std::thread::Builder::new()
            .name("interrupt".to_owned())
            .spawn(move || {
                let mut byte = [0_u8; 1];
                while matches!(read.read(&mut byte), Ok(1)) {
                    act();
                }
            })?;
        Ok(())
    }
}

#[cfg(not(unix))]
mod system {
    /// On this platform Ctrl-C ends a console program without our help.
    pub(super) fn on_interrupt(act: impl Fn() + Send + 'static) -> std::io::Result<()> {
        drop(act);
        Ok(())
    }
}
