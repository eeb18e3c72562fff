//! Trying the same again while the bank is busy or the connection breaks, within a limit.

use std::time::{Duration, Instant};

use jiff::SignedDuration;

use crate::error::BankError;
use crate::http::client::Answer;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(15);
const MAX_TRIES: u32 = 40;
/// How often is looked whether it is still wanted.
const LOOK: Duration = Duration::from_millis(200);

/// What is left of the customer's patience.
#[derive(Debug)]
pub struct Patience {
    until: Instant,
    pause: Duration,
    tries: u32,
}

/// The end of an exchange that was tried as often as patience allowed.
#[derive(Debug)]
pub struct Tried {
    /// The last answer, or why there was none.
    pub result: Result<Answer, BankError>,
    /// An earlier try may have been carried out, or will be, although no answer said so.
    pub ambiguous: bool,
}

impl Tried {
    /// No answer came that ends the exchange: trying again might have helped.
    #[must_use]
    pub fn unanswered(&self) -> bool {
        again(&self.result).is_some()
    }
}

/// When the same is worth trying again: after the pause the bank asked for, if it did.
fn again(result: &Result<Answer, BankError>) -> Option<Option<Duration>> {
    match result {
        Ok(answer) if answer.is_busy() => Some(answer.retry_after),
        Err(BankError::Unreachable { .. }) => Some(None),
        Err(BankError::Proxy { how, .. }) if how.may_pass() => Some(None),
        _ => None,
    }
}

impl Patience {
    /// For `limit` from now.
    #[must_use]
    pub fn new(limit: Duration) -> Self {
        Self {
            until: Instant::now() + limit,
            pause: FIRST,
            tries: 0,
        }
    }

    /// As long as `patience` says, and not longer than what is `left`: once that is over, one try.
    #[must_use]
    pub fn within(patience: Duration, left: SignedDuration) -> Self {
        Self::new(patience.min(Duration::try_from(left).unwrap_or_default()))
    }

    /// Calls `exchange` until it has an answer other than busy, patience ends, or it is not `wanted` any more: a pause ends
    /// soon after that. `waiting` is told each pause (seconds, tries so far).
    pub fn run_while(
        &mut self,
        wanted: impl Fn() -> bool,
        mut exchange: impl FnMut() -> Result<Answer, BankError>,
        mut waiting: impl FnMut(u64, u32),
    ) -> Tried {
        let mut ambiguous = false;
        loop {
            self.tries += 1;
            let result = exchange();
            let Some(asked) = again(&result) else {
                return Tried { result, ambiguous };
            };
            // A busy bank may have put the request on record already, a broken connection as well.
            ambiguous = true;
            let pause = asked.unwrap_or(self.pause).max(Duration::from_millis(200));
            self.pause = (self.pause * 2).min(LONGEST);
            if self.tries >= MAX_TRIES || Instant::now() + pause > self.until {
                return Tried { result, ambiguous };
            }
            waiting(pause.as_secs().max(1), self.tries);
            if !paused(pause, &wanted) {
                return Tried { result, ambiguous };
            }
        }
    }
}

/// Waits; false when it was not wanted any more.
fn paused(pause: Duration, wanted: &impl Fn() -> bool) -> bool {
    let end = Instant::now() + pause;
    while wanted() {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(LOOK));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_late_already_is_tried_once() {
        let hour = Duration::from_secs(3600);
        let late = Patience::within(hour, SignedDuration::from_secs(-3600));
        assert!(late.until <= Instant::now());
        let short = Patience::within(hour, SignedDuration::from_secs(60));
        assert!(short.until <= Instant::now() + Duration::from_secs(60));
    }

    #[test]
    fn what_is_not_wanted_any_more_is_not_tried_again() {
        let busy = || {
            Ok(Answer {
                status: 503,
                code: None,
                date: None,
                retry_after: Some(Duration::from_secs(30)),
                body: Vec::new(),
            })
        };
        let mut tries = 0;
        let tried = Patience::new(Duration::from_secs(3600)).run_while(
            || false,
            busy,
            |_, attempt| tries = attempt,
        );
        assert!(tried.ambiguous && tried.result.is_ok_and(|answer| answer.is_busy()));
        assert_eq!(tries, 1);
    }
}
