//! Ctrl-C: ends the agent with the exit code for "cancelled", except while a hidden prompt has the terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::Exit;

/// Handle on what Ctrl-C does.
#[derive(Debug, Clone)]
pub struct Interrupt {
    ends: Arc<AtomicBool>,
}

impl Interrupt {
    /// Takes over Ctrl-C for this process.
    ///
    /// # Errors
    /// What the system said.
    pub fn install() -> std::io::Result<Self> {
        let ends = Arc::new(AtomicBool::new(true));
        let status = i32::from(Exit::Cancelled.code());
        signal_hook::flag::register_conditional_shutdown(
            signal_hook::consts::SIGINT,
            status,
            Arc::clone(&ends),
        )?;
        Ok(Self { ends })
    }

    /// Until the guard is dropped Ctrl-C does not end the process: the prompt sees it and gives the terminal back.
    #[must_use]
    pub fn pause(&self) -> Paused<'_> {
        self.ends.store(false, Ordering::SeqCst);
        Paused(self)
    }
}

/// Guard of [`Interrupt::pause`].
#[derive(Debug)]
pub struct Paused<'a>(&'a Interrupt);

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.0.ends.store(true, Ordering::SeqCst);
    }
}
