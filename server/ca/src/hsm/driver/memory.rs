//! How much memory the process uses, and when that is too much. The bound is the configured one, but at least twice what the process
//! used once it served: a bound that is too low must not replace one process after another.

use rustix::param::page_size;
use rustix::process::Pid;

/// Memory in use, in bytes (`/proc/PID/statm`); `None` where the system does not show it.
pub(super) fn in_use(pid: Pid) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{}/statm", pid.as_raw_nonzero())).ok()?;
    let pages: u64 = text.split_whitespace().nth(1)?.parse().ok()?;
    pages.checked_mul(u64::try_from(page_size()).ok()?)
}

/// One process's memory, as measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Memory {
    first: Option<u64>,
    pub(super) last: Option<u64>,
}

impl Memory {
    /// Takes a measurement; true if it is beyond the bound.
    pub(super) fn measured(&mut self, in_use: Option<u64>, limit: u64) -> bool {
        self.last = in_use;
        let Some(bytes) = in_use else { return false };
        let first = *self.first.get_or_insert(bytes);
        bytes > limit.max(first.saturating_mul(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_the_limit_or_twice_the_first_measurement() {
        let mut small = Memory::default();
        assert!(!small.measured(Some(10), 100));
        assert!(!small.measured(Some(100), 100));
        assert!(small.measured(Some(101), 100));
        assert!(!small.measured(None, 100));
        let mut large = Memory::default();
        assert!(!large.measured(Some(300), 100), "the limit is too low");
        assert!(!large.measured(Some(600), 100));
        assert!(large.measured(Some(601), 100));
    }

    #[test]
    fn this_process_uses_memory() {
        let bytes = in_use(rustix::process::getpid());
        assert!(bytes.is_some_and(|bytes| bytes > 100_000), "{bytes:?}");
    }
}
