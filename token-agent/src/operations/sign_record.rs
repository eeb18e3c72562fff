//! An officer's signature of the record of a ceremony, in a file beside it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::officer::signature::{SignatureError, Unsigned};
use inkan_pki::signer::Signer as _;
use inkan_pki::verify::verifies;
use inkan_pki::x509::fingerprint::{grouped, sha256_hex};

use super::share_key::certificate_of;
use super::unlock::{choose, signer, unlock};
use super::{Context, new_file};
use crate::config::banks;
use crate::error::{Failure, SetupError, TokenError, UsageError};
use crate::output::event::{Event, Work};
use crate::output::outcome::{Outcome, RecordSigned};
use crate::prompt::UserInterface;
use crate::token::lock::TokenLock;
use crate::token::signer::sign_failure;

/// Largest record, in bytes.
const MAX_RECORD: u64 = 4 * 1024 * 1024;

/// Signs a file with the token's certificate of this bank, and writes the signature: CMS SignedData without the content (DER).
///
/// # Errors
/// [`UsageError::OutExists`] and [`UsageError::NotARecord`] before anything is done; [`TokenError::CannotSign`] if the token does not
/// offer the usual scheme of its key, or its signature does not verify; the error that the token reports.
pub fn run(
    bank: &Identifier,
    record: &Path,
    out: &Path,
    context: &Context,
    ui: &dyn UserInterface,
) -> Result<Outcome, Failure> {
    if out.exists() {
        return Err(new_file::exists(out).into());
    }
    let content = read(record)?;
    let bank = banks::find(&context.config, bank)?;
    let found = choose(context, ui)?;
    let _lock = TokenLock::take(&context.config, &found)?;
    let token = unlock(context, ui, &found, false)?;
    let (certificate, key) = certificate_of(&bank, &token, context, ui)?;
    let unsigned = Unsigned::new(&content, &certificate.stored.der, context.clock.now());
    let unsigned = unsigned.map_err(|error| unusable(&error))?;
    let (scheme, message) = (
        unsigned.scheme(),
        unsigned.message().map_err(|error| unusable(&error))?,
    );
    ui.notify(&Event::Working(Work::Signing));
    let signer = signer(&token, ui, &key)?;
    if !signer.schemes().contains(&scheme) {
        return Err(TokenError::CannotSign.into());
    }
    let signature = signer
        .sign(scheme, &message)
        .map_err(|error| sign_failure(&error))?;
    if !verifies(&key.spki_der, scheme, &message, &signature) {
        return Err(TokenError::CannotSign.into());
    }
    let signed = unsigned.signed(&signature);
    new_file::write(out, &signed.map_err(|error| unusable(&error))?)?;
    Ok(Outcome::RecordSigned(RecordSigned {
        file: out.display().to_string(),
        digest: grouped(&sha256_hex(&content)),
        common_name: certificate.summary.common_name,
        token: found.view,
    }))
}

fn unusable(error: &SignatureError) -> Failure {
    Failure::Internal(error.to_string())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut content = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(MAX_RECORD + 1).read_to_end(&mut content));
    let length = read.map_err(|error| SetupError::Unreadable {
        path: path.to_owned(),
        detail: error.to_string(),
    })?;
    if length == 0 || length as u64 > MAX_RECORD {
        let path = path.to_owned();
        return Err(UsageError::NotARecord { path }.into());
    }
    Ok(content)
}
