//! Bounded retries while the bank is busy or the connection fails.

use std::time::{Duration, Instant};

use jiff::SignedDuration;

use crate::error::BankError;
use crate::http::client::Response;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(15);
const MAX_TRIES: u32 = 40;
/// How often a pause checks whether to stop.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// A retry policy: a deadline, and a growing pause between attempts.
#[derive(Debug)]
pub struct RetryPolicy {
    until: Instant,
    pause: Duration,
    tries: u32,
}

/// The outcome of an exchange after all attempts.
#[derive(Debug)]
pub struct RetryOutcome {
    /// The last response, or why there was none.
    pub result: Result<Response, BankError>,
    /// Whether an earlier attempt may have been processed although no response confirmed it.
    pub ambiguous: bool,
}

impl RetryOutcome {
    /// Whether no final response arrived, so that another attempt might have helped.
    #[must_use]
    pub fn unanswered(&self) -> bool {
        retry_after(&self.result).is_some()
    }
}

/// Whether a retry makes sense, and after which pause if the bank requested one.
fn retry_after(result: &Result<Response, BankError>) -> Option<Option<Duration>> {
    match result {
        Ok(answer) if answer.is_busy() => Some(answer.retry_after),
        Err(BankError::Unreachable { .. }) => Some(None),
        Err(BankError::Proxy { how, .. }) if how.may_pass() => Some(None),
        _ => None,
    }
}

impl RetryPolicy {
    /// Retries until `limit` from now.
    #[must_use]
    pub fn new(limit: Duration) -> Self {
        Self {
            until: Instant::now() + limit,
            pause: FIRST,
            tries: 0,
        }
    }

    /// Retries for `retry_for`, but not beyond `left`; one attempt if that is past.
    #[must_use]
    pub fn within(retry_for: Duration, left: SignedDuration) -> Self {
        Self::new(retry_for.min(Duration::try_from(left).unwrap_or_default()))
    }

    /// Calls `exchange` until it has a final response, the deadline passes, or `wanted` returns false; a pause ends
    /// soon after that. `waiting` receives each pause (seconds, attempts so far).
    pub fn run_while(
        &mut self,
        wanted: impl Fn() -> bool,
        mut exchange: impl FnMut() -> Result<Response, BankError>,
        mut waiting: impl FnMut(u64, u32),
    ) -> RetryOutcome {
        let mut ambiguous = false;
        loop {
            self.tries += 1;
            let result = exchange();
            let Some(requested) = retry_after(&result) else {
                return RetryOutcome { result, ambiguous };
            };
            // A busy bank or a lost connection may have processed the request already.
            ambiguous = true;
            let pause = requested
                .unwrap_or(self.pause)
                .max(Duration::from_millis(200));
            self.pause = (self.pause * 2).min(LONGEST);
            if self.tries >= MAX_TRIES || Instant::now() + pause > self.until {
                return RetryOutcome { result, ambiguous };
            }
            waiting(pause.as_secs().max(1), self.tries);
            if !paused(pause, &wanted) {
                return RetryOutcome { result, ambiguous };
            }
        }
    }
}

/// Waits; returns false if the operation is no longer wanted.
fn paused(pause: Duration, wanted: &impl Fn() -> bool) -> bool {
    let end = Instant::now() + pause;
    while wanted() {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(POLL_INTERVAL));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expired_request_is_tried_once() {
        let hour = Duration::from_secs(3600);
        let late = RetryPolicy::within(hour, SignedDuration::from_secs(-3600));
        assert!(late.until <= Instant::now());
        let short = RetryPolicy::within(hour, SignedDuration::from_secs(60));
        assert!(short.until <= Instant::now() + Duration::from_secs(60));
    }

    #[test]
    fn a_cancelled_request_is_not_retried() {
        let busy = || {
            Ok(Response {
                status: 503,
                code: None,
                date: None,
                retry_after: Some(Duration::from_secs(30)),
                body: Vec::new(),
            })
        };
        let mut tries = 0;
        let tried = RetryPolicy::new(Duration::from_secs(3600)).run_while(
            || false,
            busy,
            |_, attempt| tries = attempt,
        );
        assert!(tried.ambiguous && tried.result.is_ok_and(|answer| answer.is_busy()));
        assert_eq!(tries, 1);
    }
}
