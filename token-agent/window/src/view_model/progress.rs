//! Progress of an operation.

use inkan_agent::output::event::{Step, Work};
use inkan_pki::messages::link::Action;

/// The completed steps, and the current one.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// The action of the link; `None` for an operation on the token only.
    pub action: Option<Action>,
    /// Completed steps.
    pub done: Vec<Step>,
    /// The current operation, which may take long.
    pub doing: Option<Work>,
    /// The bank is busy or unavailable.
    pub waiting: Option<RetryNotice>,
}

/// A pending retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryNotice {
    /// Seconds until the retry.
    pub seconds: u64,
    /// Number of the failed attempt, from 1.
    pub attempt: u32,
}

/// A phase of an issuance, as the customer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Key generation.
    Key,
    /// The bank's certificate.
    Certificate,
    /// Storage on the token.
    Write,
    /// Proof by a signature.
    Prove,
    /// Activation at the bank.
    Activate,
}

impl Phase {
    /// In order.
    pub const ALL: [Self; 5] = [
        Self::Key,
        Self::Certificate,
        Self::Write,
        Self::Prove,
        Self::Activate,
    ];

    /// Whether this step completes the phase.
    #[must_use]
    pub const fn ended_by(self, step: Step) -> bool {
        match step {
            Step::KeyMade | Step::KeyReused => matches!(self, Self::Key),
            Step::CertificateReceived => matches!(self, Self::Certificate),
            Step::CertificateWritten => matches!(self, Self::Write),
            Step::KeyProved => matches!(self, Self::Prove),
            Step::Activated => matches!(self, Self::Activate),
            Step::IssueGivenUp | Step::KeyRemoved | Step::LinkRepaired => false,
        }
    }
}

impl Progress {
    /// The number of completed phases.
    #[must_use]
    pub fn reached(&self) -> usize {
        // A key that the bank refused was deleted: the next one is not generated yet.
        let removed = self.done.iter().rposition(|s| *s == Step::KeyRemoved);
        let since = removed.map_or(0, |at| at + 1);
        let done = self.done.get(since..).unwrap_or_default();
        Phase::ALL
            .iter()
            .take_while(|phase| done.iter().any(|s| phase.ended_by(*s)))
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
    fn a_removed_key_restarts_the_issuance() {
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
