//! Does what the plan says, once, and records it. A complete environment can be added to by a longer plan.
//!
//! Every step is recorded as started before it is done. So after a break-off at any point `apply`
//! can be called again: what is on record as done is left alone, what was started is recognised if
//! it is there exactly as planned, and whatever else is there is refused before anything is touched.
//!
//! - `error`: why it stopped
//! - `ceremony`: from opening to completion, step by step
//! - `extend`: whether a plan is the recorded one and more
//! - `inspect`: what is in the way, before anything is touched
//! - `hsm`: module, PINs, sessions
//! - `token`, `key`, `certificate`: the steps
//! - `terms`: what is settled before a certificate is signed

mod ceremony;
mod certificate;
mod error;
mod extend;
pub(crate) mod hsm;
mod inspect;
mod key;
mod terms;
mod token;

use jiff::Timestamp;

pub use ceremony::Ceremony;
pub(crate) use ceremony::lock;
pub(crate) use certificate::MAX_CERTIFICATE_FILE_OCTETS;
pub(crate) use error::is_pin;
pub use error::{ApplyError, Difference, Obstacle};

use crate::spec::Spec;
use crate::transcript::{Line, Transcript};

/// Does all steps of a specification and gives their transcript.
///
/// `now` is the time of the call: certificates begin five minutes before it, lines are stamped with
/// it plus the time that has passed since.
/// `terminal` says whether officers may be asked for PINs. `on_line` is called with each line after
/// it was written.
///
/// # Errors
/// [`ApplyError`]; [`ApplyError::Complete`] when all was done before.
pub fn apply(
    spec: &Spec,
    now: Timestamp,
    terminal: bool,
    on_line: &mut dyn FnMut(&Line),
) -> Result<Transcript, ApplyError> {
    let mut ceremony = Ceremony::open(spec, now, terminal, on_line)?;
    while ceremony.step()? {}
    Ok(ceremony.into_transcript())
}
