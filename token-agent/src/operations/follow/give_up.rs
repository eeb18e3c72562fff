//! The bank has signed for a key that cannot be used here: on another token, or on this one and of no use. Where the person
//! agrees, that issue is given up, and the same application is good for another key.
//!
//! The bank decides: it gives up only what was never in use, and nothing after that brings it into use. So it is asked first;
//! a break-off after it leaves a key without a certificate, which the next try finds refused and takes away.

use inkan_pki::messages::link::Action;
use inkan_pki::messages::request::{GiveUpReason, Resume};

use super::Job;
use crate::error::{BankError, Failure};
use crate::http::portal::refused;
use crate::output::event::{Step, Work};
use crate::prompt::question::Question;

/// Offers it; true when the issue is given up. Not where it cannot be: a renewal has rules of its own, and the bank's staff get new
/// codes.
///
/// # Errors
/// What the bank says.
pub(super) fn offer(job: &Job<'_>, resume: &Resume, reason: GiveUpReason) -> Result<bool, Failure> {
    if job.picked.action != Action::Enroll || job.picked.staff.is_some() {
        return Ok(false);
    }
    let question = Question::GiveUp {
        token: job.view.clone(),
        serial: resume.serial.clone(),
        reason,
    };
    match job.person.agree(&question) {
        Ok(()) => {}
        // What is to be done then is said of the key.
        Err(Failure::Cancelled) => return Ok(false),
        Err(error) => return Err(error),
    }
    job.working(Work::AskingBank);
    let answer = job
        .send(|| job.portal.give_up(&resume.serial, reason))?
        .result?;
    if answer.is_busy() {
        return Err(BankError::Busy.into());
    }
    if let Some(refusal) = answer.refusal("give-up")? {
        return Err(refused(refusal).into());
    }
    job.step(Step::IssueGivenUp);
    Ok(true)
}
