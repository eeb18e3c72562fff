//! One unit, and whether it answers: a unit that leaves a job without an answer gets no other while that lasts.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::hsm::pool::HsmPool;
use crate::hsm::shared::lock;
use crate::hsm::state::HsmPhase;

/// Whether jobs are answered in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// As far as is known.
    Answering,
    /// A job is overdue. The unit had made this much progress then.
    Overdue { progress: u64 },
    /// It has made progress since: the next job shows whether it signs.
    OnTrial,
}

/// How good a choice a unit is for a job; less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Choice {
    /// It signs.
    Up,
    /// It opens new sessions; jobs wait for them.
    Recovering,
    /// It leaves jobs without an answer.
    Overdue,
    /// It refuses.
    Refusing,
}

#[derive(Debug)]
pub(super) struct Unit {
    pub(super) pool: HsmPool,
    /// Jobs given to it whose callers wait.
    in_progress: AtomicUsize,
    standing: Mutex<Standing>,
}

impl Unit {
    pub(super) fn new(pool: HsmPool) -> Self {
        Self {
            pool,
            in_progress: AtomicUsize::new(0),
            standing: Mutex::new(Standing::Answering),
        }
    }

    pub(super) fn name(&self) -> &str {
        self.pool.metrics().unit()
    }

    /// Whether this key is one of its keys.
    pub(super) fn has(&self, key_id: &str) -> bool {
        self.pool.key(key_id).is_some()
    }

    /// `None` for a key that it does not have.
    pub(super) fn choice(&self, key_id: &str) -> Option<Choice> {
        let key = self.pool.key(key_id)?;
        Some(if self.pool.refusal(key).is_some() {
            Choice::Refusing
        } else if !self.may_have_another() {
            Choice::Overdue
        } else if self.pool.phase() == HsmPhase::Up {
            Choice::Up
        } else {
            Choice::Recovering
        })
    }

    pub(super) fn in_progress(&self) -> usize {
        self.in_progress.load(Ordering::Relaxed)
    }

    /// Counts a job until the result is dropped.
    pub(super) fn begin(&self) -> InProgress<'_> {
        self.in_progress.fetch_add(1, Ordering::Relaxed);
        InProgress(self)
    }

    /// Whether a job of it is overdue.
    pub(super) fn is_overdue(&self) -> bool {
        !matches!(*lock(&self.standing), Standing::Answering)
    }

    fn may_have_another(&self) -> bool {
        let mut standing = lock(&self.standing);
        if let Standing::Overdue { progress } = *standing
            && progress != self.pool.progress()
        {
            *standing = Standing::OnTrial;
        }
        match *standing {
            Standing::Answering => true,
            Standing::OnTrial => self.in_progress() == 0,
            Standing::Overdue { .. } => false,
        }
    }

    /// It has left a job without an answer for too long.
    pub(super) fn overdue(&self) {
        let progress = self.pool.progress();
        let before = std::mem::replace(&mut *lock(&self.standing), Standing::Overdue { progress });
        self.pool.metrics().overdue();
        if before == Standing::Answering {
            tracing::warn!(
                unit = self.name(),
                "hsm does not answer in time; others sign"
            );
        }
    }

    /// It has signed.
    pub(super) fn answered(&self) {
        let before = std::mem::replace(&mut *lock(&self.standing), Standing::Answering);
        if before != Standing::Answering {
            tracing::info!(unit = self.name(), "hsm answers again");
        }
    }
}

/// One job of a unit.
#[derive(Debug)]
pub(super) struct InProgress<'a>(&'a Unit);

impl<'a> InProgress<'a> {
    pub(super) fn unit(&self) -> &'a Unit {
        self.0
    }
}

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        self.0.in_progress.fetch_sub(1, Ordering::Relaxed);
    }
}
