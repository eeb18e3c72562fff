//! The bank has issued a certificate for a key that cannot be used here: it is on another token, or cannot sign. With
//! the user's consent that issuance is given up, and the same application can be used for another key.
//!
//! The bank decides: it gives up only a certificate that was never in use, and never activates it afterwards. So the
//! bank is contacted first. An interruption after that leaves a key without a certificate; the next attempt finds that the
//! bank refuses it and deletes it.

use inkan_pki::messages::link::Action;
use inkan_pki::messages::request::{GiveUpReason, Resume};

use super::Job;
use crate::error::{BankError, Failure};
use crate::http::portal::refused;
use crate::output::event::{Step, Work};
use crate::prompt::question::Question;

/// Offers to give up the issuance; returns true if it was given up. Not available for a renewal, which has its own
/// rules, or for the bank's staff, who get new codes.
///
/// # Errors
/// The error that the bank reports.
pub(super) fn offer(job: &Job<'_>, resume: &Resume, reason: GiveUpReason) -> Result<bool, Failure> {
    if job.picked.action != Action::Enroll || job.picked.staff.is_some() {
        return Ok(false);
    }
    let question = Question::GiveUp {
        token: job.view.clone(),
        serial: resume.serial.clone(),
        reason,
    };
    match job.ui.confirm(&question) {
        Ok(()) => {}
        // The error about the key then states what to do.
        Err(Failure::Cancelled) => return Ok(false),
        Err(error) => return Err(error),
    }
    job.working(Work::RequestingCertificate);
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
