//! How far the work is.

use inkan_agent::output::event::{Step, Work};
use inkan_pki::messages::link::Action;

/// Steps of an operation, and what goes on now.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// What a link asks for; `None` for something on the token alone.
    pub action: Option<Action>,
    /// Steps that are done.
    pub done: Vec<Step>,
    /// What is going on and may take long.
    pub doing: Option<Work>,
    /// The bank is busy or away.
    pub waiting: Option<Again>,
}

/// The same is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Again {
    /// In how many seconds.
    pub seconds: u64,
    /// Number of the try that failed, from 1.
    pub attempt: u32,
}

/// A stage of the way to a certificate, as the customer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A key pair on the token.
    Key,
    /// The certificate from the bank.
    Certificate,
    /// Written to the token.
    Write,
    /// Shown by a signature to fit.
    Prove,
    /// Taken by the bank.
    Activate,
}

impl Stage {
    /// In this order.
    pub const ALL: [Self; 5] = [
        Self::Key,
        Self::Certificate,
        Self::Write,
        Self::Prove,
        Self::Activate,
    ];

    /// Whether this step of the agent ends the stage.
    #[must_use]
    pub const fn ended_by(self, step: Step) -> bool {
        match step {
            Step::KeyMade | Step::KeyReused => matches!(self, Self::Key),
            Step::CertificateReceived => matches!(self, Self::Certificate),
            Step::CertificateWritten => matches!(self, Self::Write),
            Step::KeyProved => matches!(self, Self::Prove),
            Step::Activated => matches!(self, Self::Activate),
            Step::IssueGivenUp | Step::KeyRemoved => false,
        }
    }
}

impl Progress {
    /// How many stages are done.
    #[must_use]
    pub fn reached(&self) -> usize {
        // A key that the bank refused is gone: the next one is not there yet.
        let removed = self.done.iter().rposition(|s| *s == Step::KeyRemoved);
        let since = removed.map_or(0, |at| at + 1);
        let done = self.done.get(since..).unwrap_or_default();
        Stage::ALL
            .iter()
            .take_while(|stage| done.iter().any(|s| stage.ended_by(*s)))
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, Step};

    fn reached(done: &[Step]) -> usize {
        let done = done.to_vec();
        Progress {
            done,
            ..Progress::default()
        }
        .reached()
    }

    #[test]
    fn a_removed_key_starts_the_work_anew() {
        assert_eq!(reached(&[]), 0);
        assert_eq!(reached(&[Step::KeyReused]), 1);
        assert_eq!(reached(&[Step::KeyReused, Step::KeyRemoved]), 0);
        let again = [
            Step::KeyReused,
            Step::KeyRemoved,
            Step::KeyMade,
            Step::CertificateReceived,
        ];
        assert_eq!(reached(&again), 2);
    }
}
