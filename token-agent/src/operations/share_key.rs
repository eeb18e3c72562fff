//! An officer's share key: made on the token, vouched for by the officer's certificate, and tried before anything depends on it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::officer::ShareKeyPoint;
use inkan_pki::officer::key::{self, statement};
use inkan_pki::officer::share::{self, Binding, SealedShare};
use inkan_pki::secret::Secret;
use inkan_pki::signer::Signer as _;

use super::select::{certificates_of_bank, issued_by, why_none};
use super::unlock::{change, choose, signer, unlock};
use super::{Context, entries, new_file};
use crate::config::bank::Bank;
use crate::config::banks;
use crate::error::{Failure, SetupError, TokenError, UsageError};
use crate::keystore::KeyStore;
use crate::keystore::content::{KeyEntry, ParsedCertificate};
use crate::keystore::view::TokenView;
use crate::output::event::{Event, Work};
use crate::output::outcome::{Outcome, ShareKeyMade, ShareOpened, ShareRevealed};
use crate::prompt::UserInterface;
use crate::prompt::question::CertificateChoice;
use crate::token::lock::TokenLock;
use crate::token::open_token::OpenToken;
use crate::token::signer::sign_failure;

/// Largest file of a set, in bytes.
const MAX_SET: u64 = 64 * 1024;
/// What a new key is tried with.
const TRIAL: &str = "TRIAL";

/// Makes the share key, or takes the one that is there, and writes the file about it.
///
/// # Errors
/// [`UsageError::OutExists`] before anything is done; [`TokenError::AgreementSlotTaken`], [`TokenError::ShareNotOpened`];
/// the error that the token reports.
pub fn create(
    bank: &Identifier,
    out: &Path,
    context: &Context,
    ui: &dyn UserInterface,
) -> Result<Outcome, Failure> {
    if out.exists() {
        return Err(new_file::exists(out).into());
    }
    let bank = banks::find(&context.config, bank)?;
    let found = choose(context, ui)?;
    let _lock = TokenLock::take(&context.config, &found)?;
    let token = unlock(context, ui, &found, true)?;
    let (certificate, login_key) = certificate_of(&bank, &token, context, ui)?;
    let present = token.with(KeyStore::share_key)?;
    let already = present.is_some();
    let entry = match present {
        Some(entry) => entry,
        None => {
            ui.notify(&Event::Working(Work::GeneratingKey {
                algorithm: inkan_pki::algorithm::KeyAlgorithm::EcP256,
            }));
            change(&token, ui, KeyStore::generate_share_key)?
        }
    };
    if !token.with(|store| store.confined(&entry.reference))? {
        return Err(TokenError::Extractable.into());
    }
    let share_key = point_of(&entry)?;
    try_out(&token, &share_key)?;

    ui.notify(&Event::Working(Work::Signing));
    let der = &certificate.stored.der;
    let signer = signer(&token, ui, &login_key)?;
    let scheme = *signer.schemes().first().ok_or(TokenError::CannotSign)?;
    let signature = signer
        .sign(scheme, &statement(&share_key, der))
        .map_err(|error| sign_failure(&error))?;
    new_file::write(
        out,
        key::write(&share_key, der, scheme, &signature).as_bytes(),
    )?;
    Ok(Outcome::ShareKey(ShareKeyMade {
        file: out.display().to_string(),
        fingerprint: share_key.fingerprint(),
        common_name: certificate.summary.common_name,
        already,
        token: found.view,
    }))
}

/// Opens the share of a set (its public file) with the token, and returns the code that shows it.
///
/// # Errors
/// [`UsageError::NotASet`]; [`TokenError::NoShareKey`] if no share is sealed to this token's key; [`TokenError::ShareNotOpened`].
pub fn confirm(set: &Path, context: &Context, ui: &dyn UserInterface) -> Result<Outcome, Failure> {
    let own = own_share(set, context, ui)?;
    Ok(Outcome::ShareOpened(ShareOpened {
        code: share::code(&own.binding, own.share.expose()),
        set: own.binding.set,
        officer: own.binding.officer,
        token: own.token,
    }))
}

/// Opens the share of a set with the token, and returns it, for a ceremony that needs the shares in force.
///
/// # Errors
/// As [`confirm`].
pub fn reveal(set: &Path, context: &Context, ui: &dyn UserInterface) -> Result<Outcome, Failure> {
    let own = own_share(set, context, ui)?;
    Ok(Outcome::ShareRevealed(ShareRevealed {
        officer: own.binding.officer,
        share: own.share,
    }))
}

/// The share of this token, opened.
struct OwnShare {
    binding: Binding,
    share: Secret,
    token: TokenView,
}

fn own_share(set: &Path, context: &Context, ui: &dyn UserInterface) -> Result<OwnShare, Failure> {
    let shares = read_set(set)?;
    let found = choose(context, ui)?;
    let token = unlock(context, ui, &found, false)?;
    let entry = token.with(KeyStore::share_key)?;
    let share_key = point_of(&entry.ok_or(TokenError::NoShareKey)?)?;
    let mut own = shares.into_iter();
    let own = own.find(|(_, share)| share.share_key == share_key);
    let (binding, share) = own.ok_or(TokenError::NoShareKey)?;
    let share = open(&token, ui, &binding, &share)?;
    Ok(OwnShare {
        binding,
        share,
        token: found.view,
    })
}

/// Opens a share with the token's share key.
///
/// # Errors
/// [`TokenError::NoShareKey`] if it is sealed to another key; [`TokenError::ShareNotOpened`].
pub(super) fn open(
    token: &OpenToken,
    ui: &dyn UserInterface,
    binding: &Binding,
    share: &SealedShare,
) -> Result<Secret, TokenError> {
    ui.notify(&Event::Working(Work::OpeningShare));
    let entry = token.with(KeyStore::share_key)?;
    let entry = entry.ok_or(TokenError::NoShareKey)?;
    if point_of(&entry)? != share.share_key {
        return Err(TokenError::NoShareKey);
    }
    let agreed = token.with(|store| store.agree(&entry.reference, &share.enc))?;
    share
        .open(&agreed, binding)
        .ok_or(TokenError::ShareNotOpened)
}

fn point_of(entry: &KeyEntry) -> Result<ShareKeyPoint, TokenError> {
    ShareKeyPoint::of_spki(&entry.spki_der).map_err(|_| TokenError::NoShareKey)
}

/// Seals something to the key and opens it: a token that cannot is found out before a share depends on it.
fn try_out(token: &OpenToken, share_key: &ShareKeyPoint) -> Result<(), Failure> {
    let binding = Binding {
        set: TRIAL.to_owned(),
        index: 0,
        officer: TRIAL.to_owned(),
    };
    let sealed = SealedShare::seal(share_key, &binding, TRIAL)
        .ok_or_else(|| Failure::Internal("no random numbers".to_owned()))?;
    let entry = token.with(KeyStore::share_key)?;
    let entry = entry.ok_or(TokenError::NoShareKey)?;
    let agreed = token.with(|store| store.agree(&entry.reference, &sealed.enc))?;
    let opened = sealed.open(&agreed, &binding);
    match opened.filter(|opened| opened.expose() == TRIAL) {
        Some(_) => Ok(()),
        None => Err(TokenError::ShareNotOpened.into()),
    }
}

/// The officer's certificate of this bank, and its key.
pub(super) fn certificate_of(
    bank: &Bank,
    token: &OpenToken,
    context: &Context,
    ui: &dyn UserInterface,
) -> Result<(ParsedCertificate, KeyEntry), Failure> {
    let content = token.content()?;
    let mut pairs = certificates_of_bank(&content, bank, context.clock.now());
    if pairs.is_empty() {
        return Err(why_none(&content, |c| issued_by(c, bank)).into());
    }
    let banks = std::slice::from_ref(bank);
    let entry = |c| entries::certificate(c, &content, true, banks, context);
    let chosen = ui.choose_certificate(&CertificateChoice {
        token: token.found().view.clone(),
        entries: pairs.iter().map(|(c, _)| entry(c)).collect(),
    })?;
    if chosen >= pairs.len() {
        return Err(Failure::Cancelled);
    }
    Ok(pairs.swap_remove(chosen))
}

fn read_set(path: &Path) -> Result<Vec<(Binding, SealedShare)>, Failure> {
    let unreadable = |error: std::io::Error| SetupError::Unreadable {
        path: path.to_owned(),
        detail: error.to_string(),
    };
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(MAX_SET).read_to_string(&mut text))
        .map_err(unreadable)?;
    let shares = share::of_set(&text).filter(|shares| !shares.is_empty());
    shares.ok_or_else(|| {
        let path = path.to_owned();
        UsageError::NotASet { path }.into()
    })
}
