//! `open`: follows a link from the bank's page to an active certificate on the token.
//!
//! Can break off anywhere: the next try with the same user finds the key and goes on with it, so no second one is left.
//!
//! - [`request`]: what was picked up, checked against the link
//! - [`key`]: the key pair: a new one, or the one of a try that broke off
//! - [`obtain`]: CSR, EST, and which failures mean that the key is not needed any more
//! - [`renewal`]: the old certificate, which authenticates a renewal
//! - [`write`]: certificate and chain onto the token
//! - [`prove`]: a signature by the token against the certificate
//! - [`activate`]: mutual TLS with the new certificate

mod activate;
mod key;
mod obtain;
mod prove;
mod renewal;
mod request;
mod write;

use std::time::Duration;

use inkan_pki::messages::link::Link;
use inkan_pki::messages::request::{PickedUp, ProgressStep};
use inkan_pki::pkcs11::session::Access;

use super::context::Context;
use crate::catalogue::{entry, talk};
use crate::cli::Open;
use crate::config::bank::Bank;
use crate::config::banks;
use crate::error::Failure;
use crate::http::client::Channel;
use crate::http::patience::Patience;
use crate::http::portal::Portal;
use crate::http::tls;
use crate::output::event::{Event, Step};
use crate::output::outcome::{Enrolled, Outcome};
use crate::token::lock::TokenLock;
use crate::token::thread::TokenThread;

/// Everything one request needs.
pub(crate) struct Job<'a> {
    context: &'a Context,
    bank: &'a Bank,
    portal: &'a Portal,
    picked: &'a PickedUp,
    thread: TokenThread,
    /// Held to the end; `None` where there can be none.
    lock: Option<TokenLock>,
    /// Seconds the customer waits for a busy bank, never beyond the request's end.
    patience: Duration,
}

impl Job<'_> {
    fn step(&self, step: Step) {
        self.context.reporter.event(&Event::Progress { step });
    }

    fn waiting(&self, seconds: u64, attempt: u32) {
        self.context
            .reporter
            .event(&Event::Waiting { seconds, attempt });
    }

    fn patience(&self) -> Patience {
        let left = self
            .picked
            .expires_at
            .duration_since(self.context.clock.now());
        Patience::new(self.patience.min(left.unsigned_abs()))
    }
}

/// Follows a link.
///
/// # Errors
/// Whatever kept the certificate from becoming active; the waiting page is told the code.
pub fn run(args: &Open, context: &Context) -> Result<Outcome, Failure> {
    let link = Link::parse(&args.link)?;
    let bank = banks::find(&context.config, &link.bank)?;
    let tls = tls::config(&bank.server_ca, context.clock, None)?;
    let channel = Channel::new(&bank.portal, tls, false, context.reporter.lang)?;
    let (portal, picked) = Portal::pick_up(channel, &link.request)?;
    let result = request::check(&link, &picked, context.clock.now())
        .map_err(Failure::from)
        .and_then(|()| enrol(args, context, &bank, &portal, &picked));
    if let Err(failure) = &result {
        let code = entry(failure, context.reporter.lang).code;
        portal.progress(ProgressStep::Failed, Some(&code));
    }
    result.map(Outcome::Enrolled)
}

fn enrol(
    args: &Open,
    context: &Context,
    bank: &Bank,
    portal: &Portal,
    picked: &PickedUp,
) -> Result<Enrolled, Failure> {
    let asker = context.asker(args.yes, Some(&args.pin));
    context
        .reporter
        .event(&Event::Request(request::view(bank, picked)));
    asker.consent(talk::consent(asker.lang))?;
    let token = context.one_token(&args.token, &asker)?;
    let lock = TokenLock::take(&context.config, &token)?;
    let thread = context.unlock(&token, Access::ReadWrite, &asker)?;
    portal.progress(ProgressStep::TokenChosen, None);

    let patience = Duration::from_secs(args.patience);
    let job = Job {
        context,
        bank,
        portal,
        picked,
        thread,
        lock,
        patience,
    };
    let issued = obtain::certificate(&job)?;
    job.step(Step::CertificateReceived);
    let chain = obtain::chain(&job, &issued.der);
    write::certificate_and_chain(&job, &issued, chain)?;
    job.step(Step::CertificateWritten);
    portal.progress(ProgressStep::CertificateWritten, None);
    prove::key_fits(&job, &issued)?;
    job.step(Step::KeyProved);
    activate::activate(&job, &issued)?;
    job.step(Step::Activated);

    let summary = issued.summary;
    Ok(Enrolled {
        bank: bank.name.clone(),
        organization: summary.organization,
        organizational_unit: summary.organizational_unit,
        common_name: summary.common_name,
        serial: summary.serial,
        not_after: summary.not_after,
        spki_sha256: summary.spki_sha256,
        algorithm: issued.key.algorithm.as_str().to_owned(),
        label: issued.key.label,
        token: token.view(),
    })
}
