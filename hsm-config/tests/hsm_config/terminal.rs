//! A program at a terminal of its own, as a person uses it: what is on the screen, what is typed, closing the window.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

/// How long the program may take for what a test waits for.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A terminal and the program in it.
pub(crate) struct Terminal {
    keyboard_and_screen: std::fs::File,
    program: Child,
    screen: Vec<u8>,
    seen: usize,
}

impl Terminal {
    /// Starts `program` as the leader of a session with this terminal.
    pub(crate) fn start(program: &Path, prepare: impl FnOnce(&mut Command)) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let main_side = openpt(flags).unwrap();
        grantpt(&main_side).unwrap();
        unlockpt(&main_side).unwrap();
        let name = ptsname(&main_side, Vec::new()).unwrap();
        let side = OpenOptions::new()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap())
            .unwrap();
        // util-linux's setsid makes it the controlling terminal; without --fork, the program keeps the process id.
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(program);
        prepare(&mut command);
        let program = command
            .stdin(Stdio::from(side.try_clone().unwrap()))
            .stdout(Stdio::from(side.try_clone().unwrap()))
            .stderr(Stdio::from(side))
            .spawn()
            .unwrap();
        Self {
            keyboard_and_screen: std::fs::File::from(main_side),
            program,
            screen: Vec::new(),
            seen: 0,
        }
    }

    /// Waits until this text is on the screen, after what was expected before.
    pub(crate) fn expect(&mut self, text: &str) {
        let until = Instant::now() + TIMEOUT;
        loop {
            let new = String::from_utf8_lossy(&self.screen[self.seen..]).into_owned();
            if let Some(at) = new.find(text) {
                self.seen += at + text.len();
                return;
            }
            assert!(
                self.read(until),
                "{text:?} was not shown:\n{}",
                self.recorded()
            );
        }
    }

    /// Types a line.
    pub(crate) fn enter(&mut self, line: &str) {
        self.keys(&format!("{line}\n"));
    }

    /// Types a line once the terminal no longer shows what is typed.
    pub(crate) fn enter_unseen(&mut self, line: &str) {
        let until = Instant::now() + TIMEOUT;
        while tcgetattr(&self.keyboard_and_screen)
            .unwrap()
            .local_modes
            .contains(LocalModes::ECHO)
        {
            assert!(Instant::now() < until, "what is typed stays visible");
            std::thread::yield_now();
        }
        self.enter(line);
    }

    /// Presses keys.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.keyboard_and_screen.write_all(keys.as_bytes()).unwrap();
    }

    /// Closes the window; how the program ended.
    pub(crate) fn close(self) -> ExitStatus {
        let Self {
            keyboard_and_screen,
            mut program,
            ..
        } = self;
        drop(keyboard_and_screen);
        program.wait().unwrap()
    }

    /// Waits for the end: everything that was on the screen, and how it ended.
    pub(crate) fn end(mut self) -> (String, ExitStatus) {
        let until = Instant::now() + TIMEOUT;
        while self.read(until) {}
        let status = self.program.wait().unwrap();
        (self.recorded(), status)
    }

    fn recorded(&self) -> String {
        String::from_utf8_lossy(&self.screen).replace('\r', "")
    }

    /// Reads what is new; false at the end.
    fn read(&mut self, until: Instant) -> bool {
        let left = until.saturating_duration_since(Instant::now());
        let limit = Timespec::try_from(left).unwrap();
        let mut ready = [PollFd::new(&self.keyboard_and_screen, PollFlags::IN)];
        if poll(&mut ready, Some(&limit)).unwrap() == 0 {
            let recorded = self.recorded();
            let _ = self.program.kill();
            panic!("nothing new for {TIMEOUT:?}:\n{recorded}");
        }
        let mut piece = [0; 4096];
        // The other side is closed: Linux reports an error, not the end.
        let Ok(count) = self.keyboard_and_screen.read(&mut piece) else {
            return false;
        };
        self.screen.extend_from_slice(&piece[..count]);
        count > 0
    }
}
