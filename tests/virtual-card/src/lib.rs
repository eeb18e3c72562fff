//! A virtual PIV card behind the machine's real pcscd, for tests.
//!
//! For tests only: it panics with a plain sentence if it cannot do what a test needs. It does not depend on the
//! product.
//!
//! The machine has one socket of pcscd, so one test at a time uses it: [`Readers::start`] waits for its turn, starts a
//! pcscd with two virtual readers, and ends it when dropped.
//!
//! - [`readers`]: pcscd with two readers of ours
//! - [`spoil`]: wrong PINs and PUKs on purpose
//! - [`card`]: cards to insert (feature `card`)
//! - `turn`: whose turn it is on this machine
#![allow(
    clippy::panic,
    clippy::expect_used,
    reason = "a test that cannot have its card must stop and say why"
)]

#[cfg(feature = "card")]
pub mod card;
pub mod readers;
pub mod spoil;
mod turn;

#[cfg(feature = "card")]
pub use card::{Card, Model, Moment, Paused, Pull};
pub use readers::{Reader, Readers};

/// The PIN of a new card.
pub const PIN: &str = "123456";
/// The PUK of a new card.
pub const PUK: &str = "12345678";
/// The management key of a new card.
pub const MANAGEMENT_KEY: [u8; 24] = [
    1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8,
];

/// Maximum wait for what takes milliseconds on an idle machine.
pub(crate) const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);

/// Waits until `there` returns a value.
///
/// # Panics
/// If it takes longer than a busy machine would need.
pub(crate) fn wait_for<T>(what: &str, mut there: impl FnMut() -> Option<T>) -> T {
    let started = std::time::Instant::now();
    loop {
        if let Some(found) = there() {
            return found;
        }
        assert!(started.elapsed() < TIMEOUT, "waited in vain: {what}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
