//! Memory that is not written to swap: whole pages of its own, locked while they exist, zeroized before they are released.
//!
//! The operating system may refuse (`RLIMIT_MEMLOCK`). The secret is then kept in ordinary memory, zeroized all the same, and
//! [`all_locked`] says so.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use region::LockGuard;
use zeroize::{Zeroize, Zeroizing};

/// At least a page of every system on which this runs, so that no other value is in the same page: unlocking it would unlock
/// them too.
#[cfg(target_arch = "x86_64")]
const PAGE: usize = 4096;
#[cfg(not(target_arch = "x86_64"))]
const PAGE: usize = 65536;

/// False once the system has refused to lock a page.
static ALL_LOCKED: AtomicBool = AtomicBool::new(true);

/// Whether every secret of this process so far is in locked memory.
#[must_use]
pub fn all_locked() -> bool {
    ALL_LOCKED.load(Ordering::Relaxed)
}

#[cfg_attr(target_arch = "x86_64", repr(align(4096)))]
#[cfg_attr(not(target_arch = "x86_64"), repr(align(65536)))]
struct Page([u8; PAGE]);

/// Secret bytes in locked memory. Clones share it.
#[derive(Clone)]
pub struct LockedBytes(Arc<Kept>);

enum Kept {
    Page {
        /// Declared before the page, so that it is unlocked while it still exists.
        _lock: Option<LockGuard>,
        page: Box<Page>,
        length: usize,
    },
    /// Longer than a page: no PIN, and no key.
    Long(Zeroizing<Vec<u8>>),
}

impl LockedBytes {
    /// A copy of these bytes. The caller zeroizes the original.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        let mut page = Box::new(Page([0; PAGE]));
        let lock = region::lock(page.0.as_ptr(), PAGE);
        if lock.is_err() {
            ALL_LOCKED.store(false, Ordering::Relaxed);
        }
        Self(Arc::new(match page.0.get_mut(..secret.len()) {
            Some(kept) => {
                kept.copy_from_slice(secret);
                Kept::Page {
                    _lock: lock.ok(),
                    page,
                    length: secret.len(),
                }
            }
            None => Kept::Long(Zeroizing::new(secret.to_vec())),
        }))
    }

    /// The bytes themselves. Borrow them for the one call that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        match &*self.0 {
            Kept::Page { page, length, .. } => page.0.get(..*length).unwrap_or_default(),
            Kept::Long(bytes) => bytes,
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Self::Page { page, .. } = self {
            page.0.zeroize();
        }
    }
}

impl fmt::Debug for LockedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LockedBytes(..)")
    }
}

/// Secret text in locked memory. Clones share it.
#[derive(Clone)]
pub(super) struct LockedText(LockedBytes);

impl From<String> for LockedText {
    fn from(text: String) -> Self {
        let text = Zeroizing::new(text);
        Self(LockedBytes::new(text.as_bytes()))
    }
}

impl std::ops::Deref for LockedText {
    type Target = str;

    fn deref(&self) -> &str {
        // It was made from text.
        std::str::from_utf8(self.0.expose()).unwrap_or_default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Kilobytes that the system reports as locked for this process.
    #[cfg(target_os = "linux")]
    fn locked_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|l| l.strip_prefix("VmLck:"));
        let number = line.unwrap().trim().trim_end_matches(" kB");
        number.parse().unwrap()
    }

    // One test: other tests of this process lock pages as well, and nextest runs each in a process of its own.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_page_is_locked_while_a_clone_exists_and_debug_shows_nothing() {
        let before = locked_kib();
        let secret = LockedBytes::new(b"secret");
        let clone = secret.clone();
        assert!(all_locked(), "raise `ulimit -l`");
        let during = locked_kib();
        assert!(during > before, "{before} {during}");
        drop(secret);
        assert_eq!(clone.expose(), b"secret");
        assert_eq!(format!("{clone:?}"), "LockedBytes(..)");
        drop(clone);
        assert!(locked_kib() < during);
    }

    #[test]
    fn the_empty_and_the_long_are_kept_whole() {
        assert!(LockedBytes::new(b"").expose().is_empty());
        let long = vec![7; PAGE + 1];
        assert_eq!(LockedBytes::new(&long).expose(), long);
        assert_eq!(&*LockedText::from("caf\u{e9}".to_owned()), "caf\u{e9}");
    }
}
