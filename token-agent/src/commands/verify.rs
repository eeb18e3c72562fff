//! `verify`: does the bank take the certificate on the token?

use inkan_pki::pkcs11::session::Access;

use super::context::Context;
use super::mutual;
use super::select::{issued_by, newest};
use crate::cli::Verify;
use crate::config::banks;
use crate::error::{Failure, TokenError};
use crate::http::certificate::login_page;
use crate::http::client::Channel;
use crate::http::probe::handshake;
use crate::output::outcome::Outcome;
use crate::token::content::Content;

/// Shows the certificate to the bank's certificate listener.
///
/// # Errors
/// [`BankError::NotAccepted`](crate::error::BankError::NotAccepted) or
/// [`BankError::Alert`](crate::error::BankError::Alert) when the bank does not take it.
pub fn run(args: &Verify, context: &Context) -> Result<Outcome, Failure> {
    let bank = banks::find(&context.config, &args.bank)?;
    let asker = context.asker(false, Some(&args.pin));
    let token = context.one_token(&args.token, &asker)?;
    let thread = context.unlock(&token, Access::ReadOnly, &asker)?;
    let content = thread.call(Content::read)?;
    let certificate = match &args.serial {
        Some(serial) => newest(&content, |c| c.summary.serial.eq_ignore_ascii_case(serial)),
        None => newest(&content, |c| issued_by(c, &bank)).or_else(|| newest(&content, |_| true)),
    };
    let certificate = certificate.ok_or(TokenError::NoCertificate)?;
    let summary = &certificate.summary;
    let tls = mutual::config(
        context,
        &bank,
        &thread,
        &certificate.stored.der,
        &summary.spki_der,
    )?;
    handshake(&bank.certificate, tls.clone())?;
    let channel = Channel::new(&bank.certificate, tls, true, context.reporter.lang)?;
    login_page(&channel)?;
    Ok(Outcome::Accepted {
        bank: bank.name.clone(),
        common_name: summary.common_name.clone(),
        serial: summary.serial.clone(),
    })
}
