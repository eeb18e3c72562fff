//! A renewal is authenticated by the certificate it replaces.

use super::Job;
use super::key::EnrolmentKey;
use crate::error::{Failure, TokenError};
use crate::http::client::Channel;
use crate::keystore::content::{Content, KeyEntry, ParsedCertificate};
use crate::operations::mutual;
use crate::operations::select::{issued_by, newest, within_validity};

/// A channel with the user's current certificate of this bank.
///
/// # Errors
/// [`TokenError::NoCertificate`] if it is not on this token.
pub(super) fn channel(job: &Job<'_>, new: &EnrolmentKey) -> Result<Channel, Failure> {
    let content = job.token.content()?;
    let (present, key) = present(job, &content, new).ok_or(TokenError::NoCertificate)?;
    mutual::channel(
        job.context,
        job.ui,
        job.bank,
        &job.token,
        &present.stored.der,
        &key,
    )
}

/// The user's certificate of this bank other than the new one, and its key: the certificate that is renewed.
pub(super) fn present(
    job: &Job<'_>,
    content: &Content,
    new: &EnrolmentKey,
) -> Option<(ParsedCertificate, KeyEntry)> {
    let now = job.clock.now();
    let login_id = job.picked.login_id.as_str();
    let meant = |c: &ParsedCertificate| match &job.renewing {
        Some(der) => c.stored.der == *der,
        None => within_validity(c, now),
    };
    newest(content, |c| {
        issued_by(c, job.bank)
            && meant(c)
            && c.summary.common_name.rsplit(' ').next() == Some(login_id)
            && c.summary.spki_der != new.entry.spki_der
    })
}
