//! The course of a guided ceremony.

use inkan_pki::pkcs11::session::PinOwner;
use jiff::Timestamp;

use super::custodians::Custodians;
use super::dialogue::Dialogue;
use super::error::GuidedError;
use super::hand_over::HandOver;
use super::spoken::Spoken;
use crate::apply::{ApplyError, Ceremony};
use crate::plan::{Plan, plan};
use crate::spec::Spec;
use crate::transcript::{Details, Event, Line, Transcript};

/// As [`apply`](crate::apply::apply), with the officers at a terminal. `now` is the time of the call.
///
/// # Errors
/// [`GuidedError`]. After a break, call it again: it resumes at the same step.
pub fn apply_guided(
    spec: &Spec,
    now: Timestamp,
    dialogue: &mut dyn Dialogue,
    on_line: &mut dyn FnMut(&Line),
) -> Result<Transcript, GuidedError> {
    let custodians = Custodians::new(spec.custodians())?;
    let plan = plan(spec);
    let recorded = Transcript::load(&spec.transcript_path()).map_err(ApplyError::from)?;
    if let Some(recorded) = &recorded
        && recorded.is_complete()
        && recorded.plan_sha256() == Some(plan.sha256.as_str())
    {
        return Err(ApplyError::Complete(spec.transcript_path()).into());
    }
    let done = recorded.as_ref().map_or(0, |recorded| {
        let steps = plan.steps.iter();
        steps
            .filter(|step| recorded.done(&step.id).is_some())
            .count()
    });
    let plan_ahead = Spoken::Opening {
        plan: &plan,
        done,
        now,
    };
    dialogue.say(&plan_ahead)?;
    custodians.welcome(dialogue)?;
    let agreed = custodians.two_confirm(dialogue, Spoken::PlanAndClock)?;

    let mut pins = HandOver {
        custodians: &custodians,
        dialogue,
        entries: Vec::new(),
        stopped: None,
    };
    let opened = Ceremony::open_with(spec, now, &mut pins, on_line);
    let HandOver {
        dialogue,
        entries,
        stopped,
        ..
    } = pins;
    let mut ceremony = match stopped {
        Some(stopped) => return Err(stopped),
        None => opened?,
    };
    for person in spec.custodians() {
        let details = [("name", person.name.as_str()), ("role", &person.role)];
        ceremony.record(Event::Present, "", with(&details))?;
    }
    for entry in &entries {
        let owner = match entry.owner {
            PinOwner::User => "user",
            PinOwner::Officer => "security officer",
        };
        let step = format!("pin-entry:{}", entry.token);
        let details = [("name", entry.by.as_str()), ("pin", owner)];
        ceremony.record(Event::PinEntered, &step, with(&details))?;
    }
    ceremony.record(Event::Confirmed, "", both(&agreed))?;
    steps(&mut ceremony, &plan, &custodians, dialogue)?;
    let transcript = ceremony.into_transcript();
    dialogue.say(&Spoken::Finished {
        head: transcript.head(),
    })?;
    Ok(transcript)
}

/// Each step: announced, confirmed, recorded as confirmed, done.
fn steps(
    ceremony: &mut Ceremony<'_>,
    plan: &Plan,
    custodians: &Custodians<'_>,
    dialogue: &mut dyn Dialogue,
) -> Result<(), GuidedError> {
    while let Some(step) = ceremony.next_step().cloned() {
        let number = plan.steps.iter().position(|one| one.id == step.id);
        dialogue.say(&Spoken::StepAhead {
            step: &step,
            number: number.unwrap_or_default() + 1,
            of: plan.steps.len(),
        })?;
        match custodians.two_confirm(dialogue, Spoken::Confirm) {
            Ok(names) => ceremony.record(Event::Confirmed, &step.id, both(&names))?,
            Err(error) => {
                if let Some(why) = error.pause() {
                    ceremony.record(Event::Paused, &step.id, with(&[("reason", why)]))?;
                    // The terminal may be gone; the break is recorded nevertheless.
                    let _ = dialogue.say(&Spoken::BreakRecorded);
                }
                return Err(error.before(&step.id));
            }
        }
        while ceremony.next_step().is_some_and(|next| next.id == step.id) {
            ceremony.step()?;
        }
    }
    // Records the end.
    while ceremony.step()? {}
    Ok(())
}

fn both(names: &[String; 2]) -> Details {
    with(&[("name_1", names[0].as_str()), ("name_2", &names[1])])
}

fn with(details: &[(&str, &str)]) -> Details {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    details.iter().map(owned).collect()
}
