//! The jobs that wait. Those for the status of certificates go first, and have a part that issuing cannot fill.

use std::sync::Mutex;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::error::HsmError;
use super::job::{Job, Priority};
use super::shared::{SHORTLY, lock};

/// Status jobs in a row after which a worker takes one that issues, if one waits.
const IN_A_ROW: u32 = 8;

#[derive(Debug)]
pub(super) struct Queue {
    status: (Sender<Job>, Receiver<Job>),
    issuing: (Sender<Job>, Receiver<Job>),
    /// Jobs that failed once on a session that is being abandoned. Withheld from the other workers, which have the same
    /// fault but have not met it yet.
    aside: Mutex<Vec<Job>>,
    /// The same jobs once there are new sessions; taken before all others.
    second_try: (Sender<Job>, Receiver<Job>),
}

impl Queue {
    /// For `issuing` jobs that wait, and a quarter more for the status of certificates.
    pub(super) fn new(issuing: usize, workers: usize) -> Self {
        Self {
            status: bounded((issuing / 4).max(1)),
            issuing: bounded(issuing),
            aside: Mutex::default(),
            second_try: bounded(workers),
        }
    }

    /// # Errors
    /// [`HsmError::Busy`] if it is full.
    pub(super) fn put(&self, job: Job) -> Result<(), HsmError> {
        let job = match job.priority {
            Priority::Issuing => job,
            Priority::Status => match self.status.0.try_send(job) {
                Ok(()) => return Ok(()),
                // More of them than usual: they may use the rest as well.
                Err(error) => error.into_inner(),
            },
        };
        self.issuing.0.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => HsmError::Busy,
            TrySendError::Disconnected(_) => HsmError::Stopped,
        })
    }

    /// Jobs of the first try.
    pub(super) fn len(&self) -> usize {
        self.status.1.len() + self.issuing.1.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many may wait.
    pub(super) fn capacity(&self) -> usize {
        let of = |queue: &Receiver<Job>| queue.capacity().unwrap_or(0);
        of(&self.status.1) + of(&self.issuing.1)
    }

    /// Jobs that waited through a recovery.
    pub(super) fn second_try(&self) -> &Receiver<Job> {
        &self.second_try.1
    }

    /// From which a worker takes its next job, first to last.
    pub(super) fn in_order(&self, turn: &Turn) -> [&Receiver<Job>; 2] {
        if turn.status_in_a_row < IN_A_ROW {
            [&self.status.1, &self.issuing.1]
        } else {
            [&self.issuing.1, &self.status.1]
        }
    }

    /// Keeps a job for the next sessions, once.
    pub(super) fn set_aside(&self, mut job: Job) {
        if job.tried {
            return job.answer(Err(HsmError::Unavailable {
                retry_after: SHORTLY,
            }));
        }
        job.tried = true;
        // At most one for each worker: a worker that set one aside has left its session.
        lock(&self.aside).push(job);
    }

    /// There are new sessions.
    pub(super) fn resume_aside(&self) {
        for job in self.take_aside() {
            if let Err(full) = self.second_try.0.try_send(job) {
                full.into_inner().answer(Err(HsmError::Unavailable {
                    retry_after: SHORTLY,
                }));
            }
        }
    }

    /// Answers every job with this error.
    pub(super) fn refuse_all(&self, refusal: &HsmError) {
        for job in self.take_aside() {
            job.answer(Err(refusal.clone()));
        }
        for queue in [&self.second_try.1, &self.status.1, &self.issuing.1] {
            while let Ok(job) = queue.try_recv() {
                job.answer(Err(refusal.clone()));
            }
        }
    }

    fn take_aside(&self) -> Vec<Job> {
        std::mem::take(&mut *lock(&self.aside))
    }
}

/// Whose turn it is at one worker.
#[derive(Debug, Default)]
pub(super) struct Turn {
    status_in_a_row: u32,
}

impl Turn {
    /// This job was taken.
    pub(super) fn took(&mut self, priority: Priority) {
        self.status_in_a_row = match priority {
            Priority::Status => self.status_in_a_row.saturating_add(1),
            Priority::Issuing => 0,
        };
    }
}
