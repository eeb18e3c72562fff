//! Trying the same again while the bank is busy or the connection breaks, within a limit.

use std::time::{Duration, Instant};

use crate::error::BankError;
use crate::http::client::Answer;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(15);
const MAX_TRIES: u32 = 40;

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

    /// Calls `exchange` until it has an answer other than busy, or patience ends. `waiting` is told each pause (seconds,
    /// tries so far).
    pub fn run(
        &mut self,
        mut exchange: impl FnMut() -> Result<Answer, BankError>,
        mut waiting: impl FnMut(u64, u32),
    ) -> Tried {
        let mut ambiguous = false;
        loop {
            self.tries += 1;
            let result = exchange();
            let asked = match &result {
                Ok(answer) if answer.is_busy() => answer.retry_after,
                Err(BankError::Unreachable { .. }) => None,
                Err(BankError::Proxy { how, .. }) if how.may_pass() => None,
                _ => return Tried { result, ambiguous },
            };
            // A busy bank may have put the request on record already, a broken connection as well.
            ambiguous = true;
            let pause = asked.unwrap_or(self.pause).max(Duration::from_millis(200));
            self.pause = (self.pause * 2).min(LONGEST);
            if self.tries >= MAX_TRIES || Instant::now() + pause > self.until {
                return Tried { result, ambiguous };
            }
            waiting(pause.as_secs().max(1), self.tries);
            std::thread::sleep(pause);
        }
    }
}
