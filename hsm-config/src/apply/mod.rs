//! Does the steps of the plan, once, and records them. A longer plan can extend a complete environment.
//!
//! Every step is recorded as started before it is done. So `apply` can be called again after an interruption at any
//! point: a step that is recorded as done stays as it is, the result of a started step is recognised if it is exactly
//! as planned, and anything else is a conflict, found before anything is changed.
//!
//! - `error`: why it stopped
//! - `ceremony`: one run, step by step
//! - `extend`: whether a plan contains the recorded one and more
//! - `inspect`: conflicts, before anything is changed
//! - `hsm`: module, PINs, sessions
//! - `token`, `key`, `certificate`: the steps
//! - `planned_fields`: serial number and validity, recorded before a certificate is signed

mod ceremony;
mod certificate;
mod error;
mod extend;
pub(crate) mod hsm;
mod inspect;
mod key;
mod planned_fields;
mod token;

use jiff::Timestamp;

pub use ceremony::Ceremony;
pub(crate) use ceremony::{clock, completed, lock};
pub(crate) use certificate::MAX_CERTIFICATE_FILE_BYTES;
pub(crate) use error::is_pin;
pub use error::{ApplyError, Conflict, Difference};

use crate::spec::Spec;
use crate::transcript::{Line, Transcript};

/// Does all steps of a specification and returns their transcript.
///
/// `now` is the time of the call: certificates are valid from five minutes before it, and lines carry it plus the time since.
/// `terminal`: officers may be prompted for PINs. `on_line` is called with each line after it was written.
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
