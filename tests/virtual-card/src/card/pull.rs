//! Removing a card at a given command, or pausing it there, so that a test is the same each time.

use std::sync::mpsc::{Receiver, Sender, channel};

use crate::TIMEOUT;

/// Before or after the command takes effect; the response is lost either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The command has no effect.
    Before,
    /// The command takes effect, and its response is lost.
    After,
}

/// At which command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pull {
    ins: Option<u8>,
    left: usize,
    pub(super) moment: Moment,
}

impl Pull {
    /// At the n-th command from now, counting from 1 and each piece of a chain.
    #[must_use]
    pub fn nth(n: usize, moment: Moment) -> Self {
        Self {
            ins: None,
            left: n,
            moment,
        }
    }

    /// At the n-th command with this INS.
    #[must_use]
    pub fn nth_of(ins: u8, n: usize, moment: Moment) -> Self {
        Self {
            ins: Some(ins),
            left: n,
            moment,
        }
    }

    /// Counts a command; true if it is the one.
    pub(super) fn reached(&mut self, ins: u8) -> bool {
        if self.ins.is_none_or(|wanted| wanted == ins) {
            self.left = self.left.saturating_sub(1);
            return self.left == 0;
        }
        false
    }
}

/// A card that is paused, or will be: before the command takes effect, or before its response is sent.
#[derive(Debug)]
pub struct Paused {
    reached: Receiver<()>,
    /// The card resumes when this is dropped.
    _go_on: Sender<()>,
}

impl Paused {
    /// Waits until the card is paused.
    ///
    /// # Panics
    /// If the command does not arrive.
    pub fn wait(&self) {
        let reached = self.reached.recv_timeout(TIMEOUT);
        reached.expect("the command at which the card is to stand still");
    }
}

/// The card's side of it.
#[derive(Debug)]
pub(super) struct Pause {
    pub(super) at: Pull,
    reached: Sender<()>,
    go_on: Receiver<()>,
}

impl Pause {
    pub(super) fn stand_still(self) {
        let _ = self.reached.send(());
        let _ = self.go_on.recv();
    }
}

pub(super) fn pause(at: Pull) -> (Pause, Paused) {
    let (reached, is_reached) = channel();
    let (_go_on, go_on) = channel();
    let pause = Pause { at, reached, go_on };
    let paused = Paused {
        reached: is_reached,
        _go_on,
    };
    (pause, paused)
}
