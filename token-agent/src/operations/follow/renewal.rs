//! A renewal is authenticated by the certificate it replaces.

use super::Job;
use super::key::OurKey;
use crate::error::{Failure, TokenError};
use crate::http::client::Channel;
use crate::keystore::content::{Content, KeyEntry, Readable};
use crate::operations::mutual;
use crate::operations::select::{in_time, issued_by, newest};

/// A channel with the user's present certificate of this bank.
///
/// # Errors
/// [`TokenError::NoCertificate`] when it is not on this token.
pub(super) fn channel(job: &Job<'_>, new: &OurKey) -> Result<Channel, Failure> {
    let content = job.token.content()?;
    let (present, key) = present(job, &content, new).ok_or(TokenError::NoCertificate)?;
    mutual::channel(
        job.context,
        job.person,
        job.bank,
        &job.token,
        &present.stored.der,
        &key,
    )
}

/// The user's certificate of this bank that is not the new one, and its key: what is renewed, and afterwards what was.
pub(super) fn present(
    job: &Job<'_>,
    content: &Content,
    new: &OurKey,
) -> Option<(Readable, KeyEntry)> {
    let now = job.clock.now();
    let login_id = job.picked.login_id.as_str();
    let meant = |c: &Readable| match &job.renewing {
        Some(der) => c.stored.der == *der,
        None => in_time(c, now),
    };
    newest(content, |c| {
        issued_by(c, job.bank)
            && meant(c)
            && c.summary.common_name.rsplit(' ').next() == Some(login_id)
            && c.summary.spki_der != new.entry.spki_der
    })
}
