//! A renewal is authenticated by the certificate it replaces.

use super::Job;
use super::key::OurKey;
use crate::error::{Failure, TokenError};
use crate::http::client::Channel;
use crate::operations::mutual;
use crate::operations::select::{in_time, issued_by, newest};

/// A channel with the user's present certificate of this bank.
///
/// # Errors
/// [`TokenError::NoCertificate`] when it is not on this token.
pub(super) fn channel(job: &Job<'_>, new: &OurKey) -> Result<Channel, Failure> {
    let content = job.token.content()?;
    let now = job.context.clock.now();
    let login_id = job.picked.login_id.as_str();
    let present = newest(&content, |c| {
        issued_by(c, job.bank)
            && in_time(c, now)
            && c.summary.common_name.rsplit(' ').next() == Some(login_id)
            && c.summary.spki_der != new.entry.spki_der
    });
    let (present, key) = present.ok_or(TokenError::NoCertificate)?;
    mutual::channel(
        job.context,
        job.person,
        job.bank,
        &job.token,
        &present.stored.der,
        &key,
    )
}
