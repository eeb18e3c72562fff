//! A guided ceremony: `apply` for officers who sit together.
//!
//! The custodians of the specification confirm that they are present. Each PIN is entered by one of them alone. Every step is read
//! aloud and confirmed by two of them before it is done, and what they confirmed goes into the transcript. They can take a break
//! at any confirmation; the next run resumes at the same step and records again who is present.
//!
//! What is typed shows who was there; it does not prove it. The signatures on the printed record do.
//!
//! - `dialogue`: trait [`Dialogue`], the officers at a terminal
//! - `spoken`: everything that is said to them, without prose
//! - `custodians`: who is present, and recognising them by name or initials
//! - `hand_over`: PIN entry with one person at the keyboard
//! - `ceremony`: the course of it
//! - `error`: why it stopped

mod ceremony;
mod custodians;
mod dialogue;
mod error;
mod hand_over;
mod spoken;

pub use ceremony::apply_guided;
pub(crate) use custodians::named_custodian;
pub use dialogue::Dialogue;
pub use error::GuidedError;
pub use spoken::{Spoken, Turn};
