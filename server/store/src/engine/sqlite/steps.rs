//! The steps of a transaction at which a test ends the process, to see what is left.

use std::sync::LazyLock;
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

/// `<step>:<how often>`: the process is to die there.
pub(crate) const VARIABLE: &str = "INKAN_TEST_DIES_AT";

static DEATH: LazyLock<Option<(String, AtomicU32)>> = LazyLock::new(|| {
    let named = std::env::var(VARIABLE).ok()?;
    let (step, times) = named.split_once(':')?;
    Some((step.to_owned(), AtomicU32::new(times.parse().ok()?)))
});

/// Kills this process, as a power failure would, at the step that the environment names.
pub(super) fn reached(step: Step) {
    let Some((named, left)) = DEATH.as_ref() else {
        return;
    };
    if *named == format!("{step:?}") && left.fetch_sub(1, Ordering::SeqCst) == 1 {
        let me = rustix::process::getpid();
        let _ = rustix::process::kill_process(me, rustix::process::Signal::KILL);
    }
}
