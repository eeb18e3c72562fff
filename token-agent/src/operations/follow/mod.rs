//! Carries out an `inkan:` link: from the bank's page to an active certificate on the token. A login is passed to
//! [`super::login`], an officer's share to [`super::unseal`].
//!
//! An interruption is possible at any point: the next attempt of the same user finds the key and continues with it, so
//! no second key is left.
//!
//! - [`request`]: the picked-up request, checked against the link
//! - [`key`]: the key pair: left over, or new
//! - [`generate`]: a new key pair
//! - `give_up`: replaces an issuance whose key cannot be used
//! - [`certificate_size`]: the estimated size of the certificate
//! - [`trial`]: whether a key supports the required signatures
//! - [`obtain`]: CSR, EST, and which failures make the key useless
//! - [`renewal`]: the old certificate, which authenticates a renewal
//! - [`write`]: stores certificate and chain on the token
//! - [`prove`]: verifies a signature of the token with the certificate
//! - [`activate`]: mutual TLS with the new certificate
//! - [`superseded`]: offers to delete the renewed certificate

mod activate;
mod certificate_size;
mod generate;
mod give_up;
mod key;
mod obtain;
mod prove;
mod renewal;
mod request;
mod superseded;
mod trial;
mod write;

use inkan_pki::messages::link::{Action, Link};
use inkan_pki::messages::request::{PickedUp, ProgressStep};

pub(super) use request::{check, view};

use super::bank_clock::BankClock;
use super::unlock::{choose, unlock};
use super::{Context, login, unseal};
use crate::catalogue::entry;
use crate::clock::Clock;
use crate::config::bank::Bank;
use crate::config::banks;
use crate::error::{BankError, Failure};
use crate::http::client::Response;
use crate::http::portal::Portal;
use crate::http::retry::{RetryOutcome, RetryPolicy};
use crate::keystore::view::TokenView;
use crate::output::event::{Event, Step, Work};
use crate::output::outcome::{Enrolled, Outcome};
use crate::prompt::UserInterface;
use crate::prompt::question::Question;
use crate::token::lock::TokenLock;
use crate::token::open_token::OpenToken;

/// Everything that one request needs.
pub(crate) struct Job<'a> {
    pub(super) context: &'a Context,
    pub(super) ui: &'a dyn UserInterface,
    pub(super) bank: &'a Bank,
    pub(super) portal: &'a Portal,
    pub(super) picked: &'a PickedUp,
    pub(super) token: OpenToken,
    pub(super) view: TokenView,
    /// Held until the end; `None` if no lock is possible.
    pub(super) lock: Option<TokenLock>,
    /// The bank's time.
    pub(super) clock: Clock,
    /// The certificate (DER) to be renewed, if known in advance.
    pub(super) renewing: Option<Vec<u8>>,
}

impl Job<'_> {
    fn step(&self, step: Step) {
        self.ui.notify(&Event::Progress { step });
    }

    fn working(&self, work: Work) {
        self.ui.notify(&Event::Working(work));
    }

    fn waiting(&self, seconds: u64, attempt: u32) {
        self.ui.notify(&Event::Waiting { seconds, attempt });
    }

    /// Checked only where stopping leaves nothing half done.
    fn check_cancelled(&self) -> Result<(), Failure> {
        if self.ui.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        Ok(())
    }

    /// Sends with retries while the bank is busy, but not beyond the request's expiry.
    ///
    /// # Errors
    /// Cancelled while waiting for the bank: an attempt may have been processed, so the key is kept.
    fn send(
        &self,
        exchange: impl FnMut() -> Result<Response, BankError>,
    ) -> Result<RetryOutcome, Failure> {
        let now = self.clock.now();
        let left = self.picked.expires_at.duration_since(now);
        let tried = RetryPolicy::within(self.context.retry_for, left).run_while(
            || !self.ui.is_cancelled(),
            exchange,
            |s, n| self.waiting(s, n),
        );
        if tried.unanswered() {
            self.check_cancelled()?;
        }
        Ok(tried)
    }
}

/// Follows a link.
///
/// # Errors
/// Any failure before the certificate is active. Its code is reported to the waiting page.
pub fn run(link: &str, context: &Context, ui: &dyn UserInterface) -> Result<Outcome, Failure> {
    let link = Link::parse(link)?;
    let bank = banks::find(&context.config, &link.bank)?;
    match link.action {
        Action::Login => return login::run(&link, &bank, context, ui),
        Action::Unseal => return unseal::run(&link, &bank, context, ui),
        Action::Enroll | Action::Renew => {}
    }
    let channel = context.channel(&bank)?;
    let (portal, picked) = Portal::pick_up(channel, &link.request)?;
    let time = BankClock::new(context.clock, portal.bank_time(picked.requested_at));
    let result = request::check(&link, &picked, time.clock.now())
        .map_err(Failure::from)
        .and_then(|()| enrol(context, ui, &bank, &portal, &picked, time));
    if let Err(failure) = &result {
        let code = entry(failure, context.lang).code;
        portal.progress(ProgressStep::Failed, Some(&code));
    }
    result.map(Outcome::Enrolled)
}

fn enrol(
    context: &Context,
    ui: &dyn UserInterface,
    bank: &Bank,
    portal: &Portal,
    picked: &PickedUp,
    time: BankClock,
) -> Result<Enrolled, Failure> {
    let view = request::view(bank, picked, time.off);
    ui.notify(&Event::Request(view.clone()));
    ui.confirm(&Question::Request(view))?;
    let found = choose(context, ui)?;
    let lock = TokenLock::take(&context.config, &found)?;
    let token = unlock(context, ui, &found, true)?;
    portal.progress(ProgressStep::TokenChosen, None);

    complete(&Job {
        context,
        ui,
        bank,
        portal,
        picked,
        token,
        view: found.view,
        lock,
        clock: time.clock,
        renewing: None,
    })
}

/// Continues from an open token to an active certificate on it.
///
/// # Errors
/// Any failure before the certificate is active.
pub(super) fn complete(job: &Job<'_>) -> Result<Enrolled, Failure> {
    let issued = obtain::certificate(job)?;
    job.step(Step::CertificateReceived);
    let chain = obtain::chain(job, &issued.der);
    write::certificate_and_chain(job, &issued, chain)?;
    job.step(Step::CertificateWritten);
    job.portal.progress(ProgressStep::CertificateWritten, None);
    prove::key_fits(job, &issued)?;
    job.step(Step::KeyProved);
    job.working(Work::Signing);
    activate::activate(job, &issued)?;
    job.step(Step::Activated);
    let deleted = match job.picked.action {
        Action::Renew => superseded::offer_deletion(job, &issued),
        Action::Enroll | Action::Login | Action::Unseal => None,
    };

    let summary = issued.summary;
    Ok(Enrolled {
        bank: job.bank.name.clone(),
        organization: summary.organization,
        organizational_unit: summary.organizational_unit,
        common_name: summary.common_name,
        serial: summary.serial,
        not_after: summary.not_after,
        spki_sha256: summary.spki_sha256,
        algorithm: issued.key.entry.algorithm.as_str().to_owned(),
        label: issued.key.label,
        token: job.view.clone(),
        deleted,
    })
}
