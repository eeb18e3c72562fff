//! The circuit breaker: when to refuse at once, for how long, and how to close again. Pure: time is an argument.

use std::time::{Duration, Instant};

/// State of the breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CircuitState {
    /// Signing is allowed.
    Closed,
    /// Signing is refused at once; the next probe is at `until`.
    Open { until: Instant },
    /// The probe succeeded; one job at a time is admitted until one is answered.
    HalfOpen,
}

/// Limits of the breaker.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Consecutive lost calls, or hanging threads, that open it.
    pub(super) losses: usize,
    pub(super) first_pause: Duration,
    pub(super) longest_pause: Duration,
}

#[derive(Debug)]
pub(super) struct Breaker {
    limits: Limits,
    circuit: CircuitState,
    /// Calls lost since the last answer.
    losses: usize,
    /// Set if it opened because calls were lost: an open session then proves little, so a job is tried first.
    needs_trial: bool,
    /// Failures since the last answer; they lengthen the intervals.
    failures: u32,
}

impl Breaker {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            circuit: CircuitState::Closed,
            losses: 0,
            needs_trial: false,
            failures: 0,
        }
    }

    pub(super) fn circuit(&self) -> CircuitState {
        self.circuit
    }

    /// A call overran; `stuck` threads now hang inside the module. True if this opened the breaker.
    pub(super) fn lost(&mut self, now: Instant, stuck: usize) -> bool {
        self.losses = self.losses.saturating_add(1);
        let trips = match self.circuit {
            CircuitState::Closed => {
                self.losses >= self.limits.losses || stuck >= self.limits.losses
            }
            CircuitState::HalfOpen | CircuitState::Open { .. } => true,
        };
        if trips {
            self.needs_trial = true;
            self.failed(now);
        }
        trips
    }

    /// A probe failed, or the sessions are lost and a recovery has just failed.
    pub(super) fn failed(&mut self, now: Instant) {
        self.circuit = CircuitState::Open {
            until: now + self.pause(),
        };
        self.failures = self.failures.saturating_add(1);
    }

    /// As [`Breaker::failed`]; the next probe is not before that time.
    pub(super) fn failed_until(&mut self, now: Instant, not_before: Instant) {
        let until = not_before.max(now + self.pause());
        self.failures = self.failures.saturating_add(1);
        self.circuit = CircuitState::Open { until };
    }

    /// The HSM accepted the login again.
    pub(super) fn probed(&mut self) {
        self.circuit = if self.needs_trial {
            CircuitState::HalfOpen
        } else {
            CircuitState::Closed
        };
    }

    /// A job was answered in time.
    pub(super) fn answered(&mut self) {
        if self.circuit == CircuitState::HalfOpen {
            self.circuit = CircuitState::Closed;
            self.needs_trial = false;
        }
        self.losses = 0;
        self.failures = 0;
    }

    /// The sessions are alive, without a job.
    pub(super) fn alive(&mut self) {
        self.failures = 0;
    }

    /// A person has acted: the next probe is immediate.
    pub(super) fn hurry(&mut self, now: Instant) {
        if let CircuitState::Open { until } = &mut self.circuit {
            *until = now;
        }
    }

    /// The interval after the next failure: doubled each time, up to the longest.
    pub(super) fn pause(&self) -> Duration {
        let factor = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        self.limits
            .first_pause
            .saturating_mul(factor)
            .min(self.limits.longest_pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> (Breaker, Instant) {
        let limits = Limits {
            losses: 3,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(30),
        };
        (Breaker::new(limits), Instant::now())
    }

    fn until(breaker: &Breaker, now: Instant) -> Option<Duration> {
        match breaker.circuit() {
            CircuitState::Open { until } => Some(until - now),
            CircuitState::Closed | CircuitState::HalfOpen => None,
        }
    }

    #[test]
    fn losses_in_a_row_open_it_and_an_answer_between_them_does_not() {
        let (mut b, now) = breaker();
        for _ in 0..5 {
            assert!(!b.lost(now, 1));
            assert!(!b.lost(now, 1));
            b.answered();
        }
        assert!(!b.lost(now, 1));
        assert!(!b.lost(now, 1));
        assert!(b.lost(now, 1));
        assert_eq!(until(&b, now), Some(Duration::from_millis(250)));
    }

    #[test]
    fn stuck_threads_open_it_even_between_answers() {
        let (mut b, now) = breaker();
        assert!(!b.lost(now, 1));
        b.answered();
        assert!(!b.lost(now, 2));
        b.answered();
        assert!(b.lost(now, 3));
    }

    #[test]
    fn after_losses_a_probe_half_opens_it_and_one_answer_closes_it() {
        let (mut b, now) = breaker();
        for stuck in 1..=3 {
            b.lost(now, stuck);
        }
        b.probed();
        assert_eq!(b.circuit(), CircuitState::HalfOpen);
        b.answered();
        assert_eq!(b.circuit(), CircuitState::Closed);
        // The three were ended with their process: three more may be lost before it opens again.
        assert!(!b.lost(now, 1));
        b.answered();
        assert!(!b.lost(now, 2));
        b.answered();
        assert!(b.lost(now, 3));
    }

    #[test]
    fn a_lost_trial_opens_it_again_for_longer() {
        let (mut b, now) = breaker();
        for stuck in 1..=3 {
            b.lost(now, stuck);
        }
        b.probed();
        assert!(b.lost(now, 1));
        assert_eq!(until(&b, now), Some(Duration::from_millis(500)));
        b.probed();
        assert_eq!(b.circuit(), CircuitState::HalfOpen);
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_an_answer_resets_them() {
        let (mut b, now) = breaker();
        let mut pauses = Vec::new();
        for _ in 0..40 {
            b.failed(now);
            pauses.push(until(&b, now));
        }
        assert_eq!(pauses.first(), Some(&Some(Duration::from_millis(250))));
        assert_eq!(pauses.get(1), Some(&Some(Duration::from_millis(500))));
        assert_eq!(pauses.last(), Some(&Some(Duration::from_secs(30))));
        b.probed();
        assert_eq!(
            b.circuit(),
            CircuitState::Closed,
            "opened by errors alone: no trial"
        );
        b.answered();
        b.failed(now);
        assert_eq!(until(&b, now), Some(Duration::from_millis(250)));
    }

    #[test]
    fn a_probe_can_be_put_off() {
        let (mut b, now) = breaker();
        b.failed_until(now, now + Duration::from_secs(10));
        assert_eq!(until(&b, now), Some(Duration::from_secs(10)));
        b.failed_until(now, now);
        assert_eq!(until(&b, now), Some(Duration::from_millis(500)));
    }

    #[test]
    fn hurry_makes_the_probe_due_and_touches_nothing_else() {
        let (mut b, now) = breaker();
        b.hurry(now);
        assert_eq!(b.circuit(), CircuitState::Closed);
        b.failed(now);
        b.hurry(now);
        assert_eq!(b.circuit(), CircuitState::Open { until: now });
    }
}
