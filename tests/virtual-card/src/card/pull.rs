//! Pulling a card at a given command, so that a test of it is the same each time.

/// Before or after the card has done what the command asks for; the answer is lost either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The command has no effect.
    Before,
    /// The command has its effect, and nobody hears of it.
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

    /// Counts a command; true when it is the one.
    pub(super) fn reached(&mut self, ins: u8) -> bool {
        if self.ins.is_none_or(|wanted| wanted == ins) {
            self.left = self.left.saturating_sub(1);
            return self.left == 0;
        }
        false
    }
}
