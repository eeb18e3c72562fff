//! The line of the transcript about a set that was put in force. It names the officers, and no secret.

use jiff::Timestamp;

use super::ShareCeremonyError as Error;
use crate::shares::ShareSet;
use crate::spec::Spec;
use crate::transcript::{Details, Event, Later, Transcript};

/// Checks before anything is changed that the transcript can be continued; `None` where there is none.
pub(super) fn transcript(spec: &Spec) -> Result<Option<Transcript>, Error> {
    Transcript::load(&spec.transcript_path()).map_err(Error::Transcript)
}

/// Records a set that is in force.
pub(super) fn in_force(
    transcript: Option<Transcript>,
    set: &ShareSet,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(mut transcript) = transcript else {
        return Ok(());
    };
    let officers = set.officers();
    let mut details = Details::from([
        ("serial".to_owned(), set.token_serial().to_owned()),
        ("set".to_owned(), set.id().grouped()),
        (
            "needed".to_owned(),
            format!("{} of {}", set.threshold(), officers.len()),
        ),
    ]);
    for officer in officers {
        details.insert(format!("name_{:02}", officer.index), officer.name.clone());
    }
    let step = transcript.next_step(Later::PinShares, set.token());
    transcript
        .append(now, Event::Done, &step, details)
        .map_err(Error::NotRecorded)?;
    Ok(())
}
