//! Everything that is said to the officers, without prose. Sentences are in [`catalogue::spoken`](crate::catalogue::spoken).

use inkan_pki::pkcs11::session::PinOwner;
use jiff::Timestamp;

use crate::plan::{Plan, Step};
use crate::spec::Custodian;

/// Something that is said or asked.
#[derive(Debug)]
pub enum Spoken<'a> {
    /// How the ceremony will go; the plan, how many of its steps are recorded as done, the time now.
    Opening {
        /// The plan.
        plan: &'a Plan,
        /// Steps recorded as done.
        done: usize,
        /// What the clock of this machine shows.
        now: Timestamp,
    },
    /// Is this custodian present?
    Presence(&'a Custodian),
    /// This custodian is present.
    Welcome(&'a Custodian),
    /// What was typed is not this custodian's name or initials.
    NotThisPerson(&'a Custodian),
    /// Do plan and clock agree with the paper and the clock on the wall? Asks for the first or second person.
    PlanAndClock(Turn),
    /// Nobody who is present has this name or these initials.
    NobodyPresent,
    /// This person has confirmed already.
    ConfirmedAlready(&'a str),
    /// Who enters this PIN?
    WhoEnters {
        /// Label of the token.
        token: &'a str,
        /// Whose PIN.
        owner: PinOwner,
    },
    /// Only this person at the keyboard now; the others look away.
    HandOver {
        /// Label of the token.
        token: &'a str,
        /// Whose PIN.
        owner: PinOwner,
        /// Who enters it.
        by: &'a str,
        /// The others who are present.
        others: &'a [&'a str],
        /// The PIN is about to be set.
        new: bool,
    },
    /// The two entries differ, or nothing was entered; the PIN is asked for again. It was not sent.
    EnterAgain,
    /// The PIN of this token comes from another source than the keyboard.
    PinFromSource {
        /// Label of the token.
        token: &'a str,
        /// Whose PIN.
        owner: PinOwner,
    },
    /// The PIN is entered; the others may look again.
    Entered,
    /// The next step, its number from 1, and how many there are.
    StepAhead {
        /// The step.
        step: &'a Step,
        /// Its number.
        number: usize,
        /// All steps.
        of: usize,
    },
    /// Confirm this step; the first or second person.
    Confirm(Turn),
    /// A break is recorded.
    BreakRecorded,
    /// All steps are done; the last hash of the transcript.
    Finished {
        /// Hex.
        head: &'a str,
    },
}

/// Which of the two persons who confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The first.
    First,
    /// Another one.
    Second,
}
