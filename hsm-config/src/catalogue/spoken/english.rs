//! In English.

use inkan_pki::pkcs11::session::PinOwner;

use crate::catalogue::local_time::local_time;
use crate::catalogue::steps::step;
use crate::guided::{Spoken, Turn};
use crate::language::Language;
use inkan_pki::x509::fingerprint::grouped;

pub(super) fn sentences(what: &Spoken<'_>) -> String {
    match what {
        Spoken::Opening { plan, done, now } => format!(
            "Ceremony of the environment \"{}\" on {}\n\
             {} steps, {done} of them done before.\n\n\
             plan sha256   {}\n\
             clock         {}\n\n\
             Type `break` at any confirmation for a break; the ceremony resumes at the same step.",
            plan.environment,
            plan.product,
            plan.steps.len(),
            grouped(&plan.sha256),
            local_time(*now, Language::English),
        ),
        Spoken::Presence(person) => format!(
            "{}, {}: type your name or your initials ({})",
            person.name,
            person.role,
            person.initials()
        ),
        Spoken::Welcome(person) => format!("{} is present.", person.name),
        Spoken::NotThisPerson(person) => {
            format!(
                "That is neither the name nor the initials of {}.",
                person.name
            )
        }
        Spoken::PlanAndClock(Turn::First) => {
            "Compare the plan's hash with the reviewed paper, and the clock with another clock.\n\
             If both agree, one of you types name or initials"
                .to_owned()
        }
        Spoken::PlanAndClock(Turn::Second) | Spoken::Confirm(Turn::Second) => {
            "Another of you confirms as well".to_owned()
        }
        Spoken::NobodyPresent => {
            "Nobody who is present has this name or these initials.".to_owned()
        }
        Spoken::ConfirmedAlready(name) => {
            format!("{name} has confirmed already; another person must.")
        }
        Spoken::WhoEnters { token, owner } => format!(
            "Who enters the {} of the token \"{token}\"? Name or initials",
            pin(*owner)
        ),
        Spoken::HandOver {
            token,
            owner,
            by,
            others,
            new,
        } => {
            let twice = if *new { " It is entered twice." } else { "" };
            format!(
                "Now only {by} at the keyboard. {}: look away.\n\
                 {by} enters the {} of the token \"{token}\".{twice}\n\
                 Press Enter when everybody is ready",
                others.join(", "),
                pin(*owner)
            )
        }
        Spoken::EnterAgain => {
            "The two entries differ, or are empty. Nothing was sent. Enter the PIN again."
                .to_owned()
        }
        Spoken::PinFromSource { token, owner } => format!(
            "The {} of the token \"{token}\" is not entered here: the specification names another source.",
            pin(*owner)
        ),
        Spoken::Entered => "The PIN is entered. Everybody may look again.".to_owned(),
        Spoken::StepAhead {
            step: ahead,
            number,
            of,
        } => {
            let text = step(&ahead.action, Language::English);
            let irreversible = text.irreversible.unwrap_or("This can be changed later.");
            format!(
                "\nStep {number} of {of}: {}\nWhy: {}\nTake note: {irreversible}",
                text.what, text.why
            )
        }
        Spoken::Confirm(Turn::First) => {
            "Read it aloud. If it shall be done, one of you types name or initials".to_owned()
        }
        Spoken::BreakRecorded => {
            "The break is recorded. Run the same command to resume at this step.".to_owned()
        }
        Spoken::Finished { head } => format!(
            "\nAll steps are done. The last hash of the transcript:\n{}\nPrint the record with `inkan-hsm record`, and sign it.",
            grouped(head)
        ),
    }
}

fn pin(owner: PinOwner) -> &'static str {
    match owner {
        PinOwner::User => "user PIN",
        PinOwner::Officer => "security officer's PIN",
    }
}
