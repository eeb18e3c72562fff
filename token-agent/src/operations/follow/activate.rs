//! Activation: the bank sees the new certificate in a TLS connection that only the token's key can establish.

use super::Job;
use super::obtain::Issued;
use crate::error::{BankError, Failure, ResponseError};
use crate::http::certificate::{activate as send, activated};
use crate::http::portal::refused;
use crate::operations::mutual;

/// Activates the certificate. Safe to repeat.
///
/// # Errors
/// The error that the token or the bank reports.
pub(super) fn activate(job: &Job<'_>, issued: &Issued) -> Result<(), Failure> {
    let channel = mutual::channel(
        job.context,
        job.ui,
        job.bank,
        &job.token,
        &issued.der,
        &issued.key.entry,
    )?;
    let answer = job.send(|| send(&channel))?.result?;
    if answer.is_busy() {
        return Err(BankError::Busy.into());
    }
    if let Some(refusal) = answer.refusal("activate")? {
        return Err(refused(refusal).into());
    }
    if activated(&answer)?
        .serial
        .eq_ignore_ascii_case(&issued.summary.serial)
    {
        Ok(())
    } else {
        Err(ResponseError::OtherActivated.into())
    }
}
