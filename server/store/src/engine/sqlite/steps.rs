//! The steps of a transaction at which a test ends the process, to see what is left.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The savepoint is open.
    Begun,
    /// A statement has written.
    Written,
    /// The savepoint is released, and nothing of it durable.
    Released,
    /// Before the COMMIT of a group.
    Committing,
    /// It is durable, and nobody knows yet.
    Committed,
    /// Everybody in the group has been told.
    Told,
}

/// Every step, in order.
pub(crate) const STEPS: [Step; 6] = [
    Step::Begun,
    Step::Written,
    Step::Released,
    Step::Committing,
    Step::Committed,
    Step::Told,
];

static DEATH: OnceLock<(Step, AtomicU32)> = OnceLock::new();

/// This process is to die when it reaches `step` for the `times`th time.
pub(crate) fn die_at(step: Step, times: u32) {
    DEATH.get_or_init(|| (step, AtomicU32::new(times)));
}

/// Kills this process, as a power failure would, if this is the step.
pub(super) fn reached(step: Step) {
    if let Some((named, left)) = DEATH.get()
        && *named == step
        && left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        let me = rustix::process::getpid();
        let _ = rustix::process::kill_process(me, rustix::process::Signal::KILL);
    }
}
