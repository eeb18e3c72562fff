//! Changes the user PIN of a token after its ceremony (`C_SetPIN`), and records it in the transcript.
//!
//! The old PIN is sent once, the new one once more to prove that it works. Both are read before anything is recorded or sent.
//!
//! - `change`: doing it
//! - `error`: why it was not done

mod change;
mod error;

pub use change::{ChangedPin, change_pin};
pub use error::PinChangeError;
