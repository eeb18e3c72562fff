//! Ctrl-C: the answer "cancel" to a question that is open; without one it ends the agent with the result "cancelled".

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

/// What Ctrl-C means just now.
#[derive(Debug)]
enum Meaning {
    /// The end.
    Ends,
    /// The answer to a question; sent there.
    Answers(Sender<Option<String>>),
    /// Nothing: a hidden prompt sees it by itself and gives the terminal back.
    Nothing,
}

/// Handle on what Ctrl-C does.
#[derive(Debug, Clone)]
pub struct Interrupt {
    meaning: Arc<Mutex<Meaning>>,
}

impl Interrupt {
    /// Takes over Ctrl-C for this process. `end` tells the result and ends the process.
    ///
    /// # Errors
    /// What the system said.
    pub fn install(end: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let interrupt = Self {
            meaning: Arc::new(Mutex::new(Meaning::Ends)),
        };
        let meaning = Arc::clone(&interrupt.meaning);
        system::on_interrupt(move || {
            match &*meaning.lock().unwrap_or_else(PoisonError::into_inner) {
                Meaning::Ends => end(),
                Meaning::Answers(answer) => {
                    // The question may have been answered this very moment.
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

    /// Until the guard is dropped Ctrl-C sends no answer (`None`) there.
    #[must_use]
    pub fn answers(&self, to: Sender<Option<String>>) -> Guard<'_> {
        self.set(Meaning::Answers(to))
    }

    /// Until the guard is dropped Ctrl-C does nothing: the prompt sees it and gives the terminal back.
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

    /// The signal writes to a pipe; a thread reads it, where more may be done than in a signal handler.
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
    /// Here Ctrl-C ends a console program by itself.
    pub(super) fn on_interrupt(act: impl Fn() + Send + 'static) -> std::io::Result<()> {
        drop(act);
        Ok(())
    }
}
