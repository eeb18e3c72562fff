//! What an `inkan:` link asks for: from the bank's page to an active certificate on the token; a login is handed to
//! [`super::login`].
//!
//! Can break off anywhere: the next try with the same user finds the key and goes on with it, so no second one is left.
//!
//! - [`request`]: what was picked up, checked against the link
//! - [`key`]: the key pair: a new one, or the one of a try that broke off
//! - [`make`]: a new key pair
//! - `give_up`: an issue whose key cannot be used is replaced by one with another key
//! - [`room`]: how much room the certificate needs
//! - [`trial`]: whether a key can sign what will be asked of it
//! - [`obtain`]: CSR, EST, and which failures mean that the key is not needed any more
//! - [`renewal`]: the old certificate, which authenticates a renewal
//! - [`write`]: certificate and chain onto the token
//! - [`prove`]: a signature by the token against the certificate
//! - [`activate`]: mutual TLS with the new certificate
//! - [`old`]: after a renewal, what it replaced

mod activate;
mod give_up;
mod key;
mod make;
mod obtain;
mod old;
mod prove;
mod renewal;
mod request;
mod room;
mod trial;
mod write;

use inkan_pki::messages::link::{Action, Link};
use inkan_pki::messages::request::{PickedUp, ProgressStep};

pub(super) use request::{check, view};

use super::bank_clock::BankClock;
use super::unlock::{choose, unlock};
use super::{Context, login};
use crate::catalogue::entry;
use crate::clock::Clock;
use crate::config::bank::Bank;
use crate::config::banks;
use crate::error::{BankError, Failure};
use crate::http::client::Answer;
use crate::http::patience::{Patience, Tried};
use crate::http::portal::Portal;
use crate::keystore::view::TokenView;
use crate::output::event::{Event, Step, Work};
use crate::output::outcome::{Enrolled, Outcome};
use crate::prompt::Person;
use crate::prompt::question::Question;
use crate::token::lock::TokenLock;
use crate::token::opened::OpenToken;

/// Everything one request needs.
pub(crate) struct Job<'a> {
    pub(super) context: &'a Context,
    pub(super) person: &'a dyn Person,
    pub(super) bank: &'a Bank,
    pub(super) portal: &'a Portal,
    pub(super) picked: &'a PickedUp,
    pub(super) token: OpenToken,
    pub(super) view: TokenView,
    /// Held to the end; `None` where there can be none.
    pub(super) lock: Option<TokenLock>,
    /// The bank's time.
    pub(super) clock: Clock,
    /// The certificate (DER) to be renewed, where that is known beforehand.
    pub(super) renewing: Option<Vec<u8>>,
}

impl Job<'_> {
    fn step(&self, step: Step) {
        self.person.tell(&Event::Progress { step });
    }

    fn working(&self, work: Work) {
        self.person.tell(&Event::Working(work));
    }

    fn waiting(&self, seconds: u64, attempt: u32) {
        self.person.tell(&Event::Waiting { seconds, attempt });
    }

    /// Looked at only while stopping leaves nothing half done.
    fn still_wanted(&self) -> Result<(), Failure> {
        if self.person.wants_to_stop() {
            return Err(Failure::Cancelled);
        }
        Ok(())
    }

    /// Sends as long as the customer waits for a busy bank, never beyond the request's end.
    ///
    /// # Errors
    /// Cancelled while the bank was waited for: then nobody knows whether a try got through, and the key stays.
    fn send(&self, exchange: impl FnMut() -> Result<Answer, BankError>) -> Result<Tried, Failure> {
        let now = self.clock.now();
        let left = self.picked.expires_at.duration_since(now);
        let tried = Patience::within(self.context.patience, left).run_while(
            || !self.person.wants_to_stop(),
            exchange,
            |s, n| self.waiting(s, n),
        );
        if tried.unanswered() {
            self.still_wanted()?;
        }
        Ok(tried)
    }
}

/// Follows a link.
///
/// # Errors
/// Whatever kept the certificate from becoming active; the waiting page is told the code.
pub fn run(link: &str, context: &Context, person: &dyn Person) -> Result<Outcome, Failure> {
    let link = Link::parse(link)?;
    let bank = banks::find(&context.config, &link.bank)?;
    if link.action == Action::Login {
        return login::run(&link, &bank, context, person);
    }
    let channel = context.channel(&bank)?;
    let (portal, picked) = Portal::pick_up(channel, &link.request)?;
    let time = BankClock::new(context.clock, portal.bank_time(picked.requested_at));
    let result = request::check(&link, &picked, time.clock.now())
        .map_err(Failure::from)
        .and_then(|()| enrol(context, person, &bank, &portal, &picked, time));
    if let Err(failure) = &result {
        let code = entry(failure, context.lang).code;
        portal.progress(ProgressStep::Failed, Some(&code));
    }
    result.map(Outcome::Enrolled)
}

fn enrol(
    context: &Context,
    person: &dyn Person,
    bank: &Bank,
    portal: &Portal,
    picked: &PickedUp,
    time: BankClock,
) -> Result<Enrolled, Failure> {
    let view = request::view(bank, picked, time.off);
    person.tell(&Event::Request(view.clone()));
    person.agree(&Question::Request(view))?;
    let found = choose(context, person)?;
    let lock = TokenLock::take(&context.config, &found)?;
    let token = unlock(context, person, &found, true)?;
    portal.progress(ProgressStep::TokenChosen, None);

    go_on(&Job {
        context,
        person,
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

/// From an open token to an active certificate on it.
///
/// # Errors
/// Whatever kept it from that.
pub(super) fn go_on(job: &Job<'_>) -> Result<Enrolled, Failure> {
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
        Action::Renew => old::offer(job, &issued),
        Action::Enroll | Action::Login => None,
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
