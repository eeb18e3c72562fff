//! A screen of its own for what must not stay on the terminal: shares that are shown or typed. When the program leaves it, also by
//! Ctrl-C, it is erased with everything that was scrolled away.

use std::io::{self, IsTerminal as _, Write as _};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Once, PoisonError, RwLock};
use std::thread;

use inkan_hsm_config::pin_source::HoldCtrlC;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::exit::Exit;

/// Another screen, erased, and the cursor at its beginning.
const ENTER: &str = "\x1b[?1049h\x1b[2J\x1b[3J\x1b[H";
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";
const LEAVE: &str = "\x1b[2J\x1b[3J\x1b[H\x1b[?1049l";

static OPEN: AtomicBool = AtomicBool::new(false);
static WATCH: Once = Once::new();
/// Held while something is written, so that a signal does not leave half of an escape sequence.
static WRITING: RwLock<()> = RwLock::new(());

/// A screen of its own while it exists; nothing at all if standard error is no terminal.
pub(crate) struct Screen {
    real: bool,
    _ctrl_c: HoldCtrlC,
}

impl Screen {
    pub(crate) fn open() -> Self {
        let hold = HoldCtrlC::new();
        let real = io::stderr().is_terminal();
        if real {
            WATCH.call_once(watch_signals);
            OPEN.store(true, Ordering::SeqCst);
            write(ENTER);
        }
        Self {
            real,
            _ctrl_c: hold,
        }
    }

    /// Erases what is on it.
    pub(crate) fn clear(&self) {
        if self.real {
            write(CLEAR);
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.real && OPEN.swap(false, Ordering::SeqCst) {
            write(LEAVE);
        }
    }
}

fn watch_signals() {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
        return;
    };
    thread::spawn(move || {
        for signal in signals.forever() {
            if OPEN.swap(false, Ordering::SeqCst) {
                write(LEAVE);
                process::exit(Exit::Pin as i32);
            }
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
}

/// To standard error, so that standard output stays for results.
pub(crate) fn write(text: &str) {
    let _whole = WRITING.write().unwrap_or_else(PoisonError::into_inner);
    let mut err = io::stderr().lock();
    // There is no other channel.
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
