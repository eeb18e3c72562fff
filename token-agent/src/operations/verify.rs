//! Checks whether the bank accepts the certificate on the token.

use inkan_pki::messages::identifier::Identifier;

use super::select::{issued_by, newest, why_none};
use super::unlock::{choose, unlock};
use super::{Context, mutual};
use crate::config::bank::Bank;
use crate::config::banks;
use crate::error::{Failure, TokenError};
use crate::http::certificate::login_page;
use crate::http::client::Channel;
use crate::http::probe::handshake;
use crate::keystore::content::{Content, KeyEntry, ParsedCertificate};
use crate::keystore::view::TokenKind;
use crate::output::event::{Event, Step};
use crate::output::outcome::Outcome;
use crate::prompt::UserInterface;
use crate::token::open_token::OpenToken;

/// The certificate with this serial number, and its key.
fn named(content: &Content, serial: &str) -> Result<(ParsedCertificate, KeyEntry), TokenError> {
    let is_named = |c: &ParsedCertificate| c.summary.serial.eq_ignore_ascii_case(serial);
    if let Some(pair) = newest(content, is_named) {
        return Ok(pair);
    }
    match why_none(content, is_named) {
        TokenError::NoCertificate if content.parsed_certificates().iter().any(is_named) => {
            Err(TokenError::KeyGone)
        }
        TokenError::NoCertificate => Err(TokenError::NoSuchCertificate {
            serial: serial.to_owned(),
        }),
        lost => Err(lost),
    }
}

/// The bank's newest certificate, and its key; the newest of any CA if the token holds none of the bank. Windows also keeps
/// certificates of other programs and users, which the bank must not see.
fn of_bank(
    content: &Content,
    bank: &Bank,
    kind: TokenKind,
) -> Result<(ParsedCertificate, KeyEntry), TokenError> {
    let fits = |c: &ParsedCertificate| issued_by(c, bank);
    if let Some(pair) = newest(content, fits) {
        return Ok(pair);
    }
    match why_none(content, fits) {
        TokenError::NoCertificate if kind != TokenKind::Windows => {
            newest(content, |_| true).ok_or(TokenError::NoCertificate)
        }
        why => Err(why),
    }
}

/// Repairs the certificate's link to its key. Whether it did. A link that cannot be repaired does not keep the agent from
/// using the key.
///
/// # Errors
/// The error that the token reports.
fn repaired(token: &OpenToken, key: &KeyEntry, der: &[u8]) -> Result<bool, TokenError> {
    match token.with(|store| store.repair_link(&key.reference, der)) {
        Err(
            TokenError::WriteProtected
            | TokenError::CertificateGone
            | TokenError::Unsupported { .. },
        ) => Ok(false),
        other => other,
    }
}

/// Presents a certificate to the bank's certificate listener: the one with this serial number (hex), otherwise the
/// bank's newest, or the newest of any CA if the token is not Windows' and holds none of the bank.
///
/// # Errors
/// [`BankError::NotAccepted`](crate::error::BankError::NotAccepted) or
/// [`BankError::Alert`](crate::error::BankError::Alert) if the bank does not accept it.
pub fn run(
    bank: &Identifier,
    serial: Option<&str>,
    context: &Context,
    ui: &dyn UserInterface,
) -> Result<Outcome, Failure> {
    let bank = banks::find(&context.config, bank)?;
    let found = choose(context, ui)?;
    let token = unlock(context, ui, &found, false)?;
    let content = token.content()?;
    let (certificate, key) = match serial {
        Some(serial) => named(&content, serial)?,
        None => of_bank(&content, &bank, found.view.kind)?,
    };
    let der = &certificate.stored.der;
    if issued_by(&certificate, &bank) && repaired(&token, &key, der)? {
        ui.notify(&Event::Progress {
            step: Step::LinkRepaired,
        });
    }
    let tls = mutual::config(context, ui, &bank, &token, der, &key)?;
    handshake(&bank.certificate, &context.proxies, tls.clone())?;
    let channel = Channel::new(&bank.certificate, &context.proxies, tls, true, context.lang)?;
    login_page(&channel)?;
    Ok(Outcome::Accepted {
        bank: bank.name.clone(),
        common_name: certificate.summary.common_name,
        serial: certificate.summary.serial,
    })
}
