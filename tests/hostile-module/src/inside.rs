//! Which calls are inside the real module. What `C_Finalize` does while another thread is in a call is undefined
//! (PKCS#11 2.40, 5.4): a module may then hang or crash, and a test of a lost library would see that instead.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Longer than any call that ends; one that hangs on an order is not waited for.
const LONGEST: Duration = Duration::from_secs(5);

#[derive(Default)]
pub(crate) struct Inside {
    calls: Mutex<Calls>,
    changed: Condvar,
}

#[derive(Default)]
struct Calls {
    inside: u32,
    /// One call wants to be alone; no other begins until it has been.
    closed: bool,
}

/// A call that is inside until this is dropped.
pub(crate) struct Call<'a>(&'a Inside);

impl Inside {
    pub(crate) fn enter(&self) -> Call<'_> {
        let calls = self.wait_while(self.calls(), |calls| calls.closed);
        self.change(calls, |calls| calls.inside += 1);
        Call(self)
    }

    /// Does this in a call while no other is inside.
    pub(crate) fn alone(&self, work: impl FnOnce()) {
        let calls = self.wait_while(self.calls(), |calls| calls.closed);
        self.change(calls, |calls| calls.closed = true);
        drop(self.wait_while(self.calls(), |calls| calls.inside > 1));
        work();
        self.change(self.calls(), |calls| calls.closed = false);
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while<'a>(
        &self,
        calls: MutexGuard<'a, Calls>,
        waits: impl Fn(&mut Calls) -> bool,
    ) -> MutexGuard<'a, Calls> {
        let waited = self.changed.wait_timeout_while(calls, LONGEST, waits);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn change(&self, mut calls: MutexGuard<'_, Calls>, change: impl FnOnce(&mut Calls)) {
        change(&mut calls);
        drop(calls);
        self.changed.notify_all();
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let inside = self.0;
        inside.change(inside.calls(), |calls| calls.inside -= 1);
    }
}
