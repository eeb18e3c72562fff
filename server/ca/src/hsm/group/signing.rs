//! One signature: given to one unit, to another one if that one fails, and to another one as well if it does not answer. The
//! first signature that verifies is the result.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Instant;

use super::Inner;
use super::unit::{Choice, InProgress, Unit};
use crate::hsm::error::HsmError;
use crate::hsm::job::{Answer, Pending, SignRequest};
use crate::hsm::shared::SHORTLY;

/// The job at one unit.
#[derive(Debug)]
struct Attempt<'a> {
    unit: InProgress<'a>,
    pending: Pending,
    /// Since when the unit has made no progress, as far as was looked, while the job waits in its queue.
    still_since: Instant,
    progress: u64,
    /// The unit has been told that this job is overdue.
    told: bool,
}

/// What happened first.
enum Event<'a> {
    Answered(InProgress<'a>, Answer),
    /// Time has passed.
    Looked,
}

pub(super) struct Signing<'a> {
    group: &'a Inner,
    request: SignRequest<'a>,
    attempts: Vec<Attempt<'a>>,
    /// Units that have or had the job.
    tried: Vec<usize>,
    /// The error of a unit that has failed; the one after which a repetition is possible first.
    failure: Option<HsmError>,
    turn: usize,
}

impl<'a> Signing<'a> {
    pub(super) fn new(group: &'a Inner, request: SignRequest<'a>) -> Self {
        Self {
            turn: group.turn(),
            group,
            request,
            attempts: Vec::new(),
            tried: Vec::new(),
            failure: None,
        }
    }

    pub(super) async fn run(mut self) -> Answer {
        // What is found by its label must be the same key everywhere.
        let _ = self.group.agreed(self.request.key);
        if self.group.is_sealed() {
            self.group.first.pool.metrics().refused(&HsmError::Sealed);
            return Err(HsmError::Sealed);
        }
        loop {
            if !self.give(Choice::Refusing) {
                let unknown = || HsmError::UnknownKey(self.request.key.to_owned());
                return Err(self.failure.unwrap_or_else(unknown));
            }
            while !self.attempts.is_empty() {
                match self.next().await {
                    Event::Answered(job, Ok(signature)) => {
                        job.unit().answered();
                        return Ok(signature);
                    }
                    Event::Answered(job, Err(error)) => self.failed(job.unit(), error),
                    Event::Looked if self.request.expires <= Instant::now() => {
                        return Err(self.expired());
                    }
                    Event::Looked => self.hedge(),
                }
            }
        }
    }

    /// Gives the job to the best unit that has not had it and is at least this good; false if there is none.
    fn give(&mut self, at_least: Choice) -> bool {
        while let Some((n, unit)) = self.best(at_least) {
            self.tried.push(n);
            match unit.pool.submit(&self.request) {
                Ok(pending) => {
                    self.attempts.push(Attempt {
                        unit: unit.begin(),
                        pending,
                        still_since: Instant::now(),
                        progress: unit.pool.progress(),
                        told: false,
                    });
                    return true;
                }
                Err(error) => self.failed(unit, error),
            }
        }
        false
    }

    fn best(&self, at_least: Choice) -> Option<(usize, &'a Unit)> {
        let group = self.group;
        let count = 1 + group.additional.len();
        let all = group.units().enumerate();
        let rated = all.filter_map(|(n, unit)| {
            let choice = unit.choice(self.request.key)?;
            let suits = choice <= at_least && !self.tried.contains(&n);
            let turn = n.wrapping_add(self.turn) % count;
            suits.then_some(((choice, unit.in_progress(), turn), (n, unit)))
        });
        let best = rated.min_by_key(|(rating, _)| *rating);
        best.map(|(_, chosen)| chosen)
    }

    fn failed(&mut self, unit: &Unit, error: HsmError) {
        unit.pool.metrics().refused(&error);
        let sooner = |known: &HsmError| error.retry_after() < known.retry_after();
        if self.failure.as_ref().is_none_or(sooner) {
            self.failure = Some(error);
        }
    }

    fn expired(&mut self) -> HsmError {
        for attempt in &self.attempts {
            let unit = attempt.unit.unit();
            unit.pool.metrics().refused(&HsmError::Deadline);
        }
        HsmError::Deadline
    }

    /// Another unit may have the job as well, if one of those that have it does not work on it.
    fn hedge(&mut self) {
        let now = Instant::now();
        let mut overdue = false;
        for attempt in &mut self.attempts {
            if attempt.due(self.group) > now || attempt.has_progressed(now) {
                continue;
            }
            overdue = true;
            // Looked at again after the same time, if it still has no answer.
            attempt.still_since = now;
            if !std::mem::replace(&mut attempt.told, true) {
                attempt.unit.unit().overdue();
            }
        }
        if overdue {
            let _ = self.give(Choice::Recovering);
        }
    }

    /// The next answer, or the next moment to look.
    async fn next(&mut self) -> Event<'a> {
        let until = self.look_at();
        let attempts = &mut self.attempts;
        let answered = poll_fn(|context| {
            for (n, attempt) in attempts.iter_mut().enumerate() {
                if let Poll::Ready(answer) = Pin::new(&mut attempt.pending.answer).poll(context) {
                    return Poll::Ready((n, answer));
                }
            }
            Poll::Pending
        });
        match tokio::time::timeout_at(until.into(), answered).await {
            Ok((n, answer)) => {
                let attempt = self.attempts.swap_remove(n);
                // Without an answer: its worker has ended.
                let answer = answer.unwrap_or(Err(HsmError::Unavailable {
                    retry_after: SHORTLY,
                }));
                Event::Answered(attempt.unit, answer)
            }
            Err(_) => Event::Looked,
        }
    }

    /// When the caller stops waiting, or before that when a job is overdue and there is another unit.
    fn look_at(&self) -> Instant {
        let having = self.group.units().filter(|unit| unit.has(self.request.key));
        if having.count() <= self.tried.len() {
            return self.request.expires;
        }
        let due = self.attempts.iter().map(|attempt| attempt.due(self.group));
        due.fold(self.request.expires, Instant::min)
    }
}

impl Attempt<'_> {
    /// When it is overdue, as things are now.
    fn due(&self, group: &Inner) -> Instant {
        let called = self.pending.called.get().copied();
        let since = called.map_or(self.still_since, |called| called.max(self.still_since));
        since + group.hedge_after
    }

    /// The job waits because the unit has others, and it works on those.
    fn has_progressed(&mut self, now: Instant) -> bool {
        let progress = self.unit.unit().pool.progress();
        if self.pending.called.get().is_some() || progress == self.progress {
            return false;
        }
        (self.still_since, self.progress) = (now, progress);
        true
    }
}
