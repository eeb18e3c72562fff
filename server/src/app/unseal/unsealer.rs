//! What requests do. One at a time: the shares, the PIN and their audit rows change together.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use inkan_hsm_config::catalogue;
use inkan_hsm_config::share_ceremony::pending_path;
use inkan_hsm_config::shares::{SetError, Share, ShareFault, ShareSet};
use inkan_hsm_config::unseal::{Collector, Outcome, Request, Response};
use inkan_pki::pkcs11::pin_attempts::{PinHalt, PinProvided};
use jiff::SignedDuration;
use tokio::sync::Mutex;

use crate::ca::hsm::{HsmPhase, HsmPool};
use crate::clock::Clock;
use crate::services::operations::sealing::{SealEvent, UnsealProgress};
use crate::services::{RequestContext, Services};

/// How long a response to the last share waits for the HSM.
const LOGIN: Duration = Duration::from_secs(20);
/// How long sealing waits for sessions to be left.
const LEAVE: Duration = Duration::from_secs(5);

/// The shares entered so far, and where the PIN goes.
pub struct Unsealer {
    services: Services,
    clock: Clock,
    /// The token's id in the specification, and the file of its set.
    token: String,
    set: PathBuf,
    /// The other HSMs whose PIN is the same, by name.
    copies: Vec<String>,
    limit: Duration,
    pub(super) collector: Mutex<Option<Collector>>,
}

/// Why a request was refused.
pub(super) struct Refusal {
    pub(super) code: &'static str,
    word: Option<usize>,
}

impl From<&'static str> for Refusal {
    fn from(code: &'static str) -> Self {
        Self { code, word: None }
    }
}

/// What the last share led to.
pub(super) enum Step {
    More,
    Opened,
}

impl Unsealer {
    pub(super) fn new(
        services: Services,
        clock: Clock,
        (token, set): (String, PathBuf),
        copies: Vec<String>,
        limit: Duration,
    ) -> Self {
        Self {
            services,
            clock,
            token,
            set,
            copies,
            limit,
            collector: Mutex::new(None),
        }
    }

    /// The first HSM, which decides whether the server is sealed.
    pub(super) fn pool(&self) -> &HsmPool {
        self.services.authority().pool()
    }

    /// The HSMs that officers unseal, the first one first.
    fn pools(&self) -> impl Iterator<Item = &HsmPool> {
        let hsms = self.services.authority().hsms();
        let copies = self.copies.iter().filter_map(|name| hsms.unit(name));
        std::iter::once(self.pool()).chain(copies)
    }

    /// Does what is asked.
    pub(super) async fn answer(&self, request: Request) -> Response {
        match request {
            Request::Status => self.response(Outcome::Status).await,
            Request::Seal => {
                self.seal(&self.own_context(), "socket").await;
                self.response(Outcome::Sealed).await
            }
            Request::Unseal(share) => {
                match self.unseal(&self.own_context(), None, share.expose()).await {
                    Ok(Step::More) => self.response(Outcome::Accepted).await,
                    Ok(Step::Opened) => self.opened().await,
                    Err(refusal) => Response {
                        code: Some(refusal.code.to_owned()),
                        word: refusal.word,
                        ..self.response(Outcome::Refused).await
                    },
                }
            }
        }
    }

    /// The answer to something that is no request.
    pub(super) async fn refuse(&self, code: &'static str) -> Response {
        Response {
            code: Some(code.to_owned()),
            ..self.response(Outcome::Refused).await
        }
    }

    /// The server itself, for what comes through the socket: who is there shows only in the share.
    pub(super) fn own_context(&self) -> RequestContext {
        RequestContext::system(self.clock.now())
    }

    /// Takes one share, from the socket or the console. `number`: the employee number of the person who sends it; a share is then taken
    /// from nobody but its officer.
    pub(super) async fn unseal(
        &self,
        context: &RequestContext,
        number: Option<&str>,
        text: &str,
    ) -> Result<Step, Refusal> {
        let mut collector = self.collector.lock().await;
        if !self.pool().is_sealed() {
            return Err("not-sealed".into());
        }
        let share = match Share::read(text) {
            Ok(share) => share,
            Err(fault) => return Err(self.refused(context, collector.as_ref(), &fault).await),
        };
        let current = match collector.take() {
            Some(current) if current.have() > 0 => current,
            // Read anew for each attempt: the set may have been replaced.
            _ => Collector::new(self.load()?, self.limit),
        };
        let current = collector.insert(current);
        let checked = match current.check(&share) {
            Ok(officer) if number.is_some() && officer.staff.as_deref() != number => {
                Err("share-other-officer")
            }
            Ok(officer) => Ok(officer.name.clone()),
            Err(refused) => Err(refused.code()),
        };
        let officer = match checked {
            Ok(officer) => officer,
            Err(code) => {
                let _ = self
                    .record(context, Some(current), SealEvent::ShareRefused { code })
                    .await;
                return Err(code.into());
            }
        };
        let accepted = SealEvent::ShareAccepted {
            officer,
            have: current.have() + 1,
            need: usize::from(current.set().threshold()),
        };
        self.record(context, Some(current), accepted).await?;
        // Checked above.
        let _ = current.add(Instant::now(), share);
        let step = if current.is_complete() {
            // Whatever comes of it: this attempt is over, and its shares are forgotten.
            let complete = collector.take();
            self.open(context, complete).await.map(|()| Step::Opened)
        } else {
            Ok(Step::More)
        };
        self.report(collector.as_ref());
        step
    }

    /// The HSM gets the PIN.
    async fn open(
        &self,
        context: &RequestContext,
        complete: Option<Collector>,
    ) -> Result<(), Refusal> {
        let Some(complete) = complete else {
            return Ok(());
        };
        let pin = match complete.open() {
            Ok(pin) => pin,
            Err(error) => {
                self.log(&error);
                let code = "share-set-changed";
                let _ = self
                    .record(context, Some(&complete), SealEvent::ShareRefused { code })
                    .await;
                return Err(code.into());
            }
        };
        let officers = complete.officers();
        self.record(context, Some(&complete), SealEvent::Unsealed { officers })
            .await?;
        for pool in self.pools().skip(1) {
            if let PinProvided::Withheld(halt) = pool.provide_pin(pin.clone()) {
                self.withheld(context, &complete, halt).await;
            }
        }
        match self.pool().provide_pin(pin) {
            PinProvided::Taken => {
                tracing::info!(set = complete.set().id().grouped(), "unsealed");
                Ok(())
            }
            PinProvided::Withheld(halt) => {
                self.withheld(context, &complete, halt).await;
                Err("pin-withheld".into())
            }
        }
    }

    async fn withheld(&self, context: &RequestContext, complete: &Collector, halt: PinHalt) {
        let code = halt.code();
        tracing::error!(code, "the PIN of these shares is not sent again");
        let _ = self
            .record(context, Some(complete), SealEvent::PinWithheld { code })
            .await;
    }

    /// The response after the last share: once the HSM has accepted or refused the PIN.
    pub(super) async fn opened(&self) -> Response {
        let settled = |phase| !matches!(phase, HsmPhase::Sealed | HsmPhase::Recovering);
        // If not: the state tells.
        let until = Instant::now() + LOGIN;
        for pool in self.pools() {
            let left = until.saturating_duration_since(Instant::now());
            let _ = pool.until(left, settled).await;
        }
        let outcome = match self.pool().state().phase {
            HsmPhase::Up => Outcome::Unsealed,
            _ => Outcome::Opened,
        };
        self.response(outcome).await
    }

    pub(super) fn load(&self) -> Result<ShareSet, Refusal> {
        let unusable = |error: &SetError| {
            self.log(error);
            Refusal::from("share-set-unusable")
        };
        // One of two sets opens the token, and a wrong one would cost a try.
        if pending_path(&self.set).exists() {
            return Err("share-pending".into());
        }
        let set = ShareSet::load(&self.set).map_err(|error| unusable(&error))?;
        if set.token() != self.token {
            return Err(unusable(&SetError::Malformed(self.set.clone(), "token")));
        }
        Ok(set)
    }

    fn log(&self, error: &SetError) {
        let explanation = catalogue::share_set(error);
        tracing::error!(
            code = explanation.code,
            "{} {}",
            explanation.sentence,
            explanation.next
        );
    }

    /// A share that cannot be read.
    async fn refused(
        &self,
        context: &RequestContext,
        collector: Option<&Collector>,
        fault: &ShareFault,
    ) -> Refusal {
        let code = fault.code();
        let _ = self
            .record(context, collector, SealEvent::ShareRefused { code })
            .await;
        let word = match fault {
            ShareFault::Word(word) => Some(word.number),
            _ => None,
        };
        Refusal { code, word }
    }

    /// Writes the audit row; without it, nothing is done.
    async fn record(
        &self,
        context: &RequestContext,
        collector: Option<&Collector>,
        event: SealEvent,
    ) -> Result<(), Refusal> {
        let set = collector.map(|collector| collector.set().id().grouped());
        let set = set.unwrap_or_default();
        let recorded = self.services.record_seal_event(context, &set, &event).await;
        recorded.map_err(|error| {
            tracing::error!(%error, ?event, "the audit log cannot be written");
            "not-recorded".into()
        })
    }

    /// Forgets the PIN and all shares, then writes the audit row: sealing does not wait for a database.
    pub(super) async fn seal(&self, context: &RequestContext, cause: &'static str) {
        let mut collector = self.collector.lock().await;
        let shares = collector.take();
        let nothing = self.pool().is_sealed() && shares.as_ref().is_none_or(|s| s.have() == 0);
        // The first one first: from then on none signs.
        for pool in self.pools() {
            if !pool.seal(LEAVE).await {
                tracing::warn!("an hsm is sealed, but a call into it has not returned");
            }
        }
        if !nothing {
            let _ = self
                .record(context, shares.as_ref(), SealEvent::Sealed { cause })
                .await;
        }
        self.report(None);
    }

    /// Forgets the shares of an attempt that took too long.
    pub(super) async fn watch_time(&self) {
        let mut collector = self.collector.lock().await;
        if let Some(over) = collector.take_if(|c| c.is_over(Instant::now())) {
            let officers = over.officers();
            tracing::warn!(
                ?officers,
                "unsealing took too long: the shares are forgotten"
            );
            let _ = self
                .record(
                    &self.own_context(),
                    Some(&over),
                    SealEvent::TimedOut { officers },
                )
                .await;
        }
        self.report(collector.as_ref());
    }

    /// Publishes the state before the first request.
    pub(super) async fn publish(&self) {
        self.report(self.collector.lock().await.as_ref());
    }

    /// For the console.
    fn report(&self, collector: Option<&Collector>) {
        let progress = self.pool().is_sealed().then(|| self.progress(collector));
        self.services.report_unsealing(progress.flatten());
    }

    fn progress(&self, collector: Option<&Collector>) -> Option<UnsealProgress> {
        // Without a share it may be of a set that was replaced since.
        let known = collector.filter(|collector| collector.have() > 0);
        let known = known.map(|collector| collector.set().clone());
        let set = known.or_else(|| ShareSet::load(&self.set).ok())?;
        let left = collector.and_then(|collector| collector.left(Instant::now()));
        let left = left.and_then(|left| SignedDuration::try_from(left).ok());
        Some(UnsealProgress {
            set: set.id().grouped(),
            have: collector.map_or(0, Collector::have),
            need: usize::from(set.threshold()),
            officers: collector.map_or_else(Vec::new, Collector::officers),
            until: left.and_then(|left| self.clock.now().checked_add(left).ok()),
        })
    }

    pub(super) async fn response(&self, outcome: Outcome) -> Response {
        let collector = self.collector.lock().await;
        let progress = self.progress(collector.as_ref());
        let left = collector.as_ref().and_then(|c| c.left(Instant::now()));
        let state = self.pool().state();
        Response {
            outcome,
            code: None,
            word: None,
            state: state.phase.as_str().to_owned(),
            pin_halt: state
                .pin_halt
                .filter(|halt| *halt != PinHalt::Sealed)
                .map(|halt| halt.code().to_owned()),
            set: progress.as_ref().map(|progress| progress.set.clone()),
            have: progress.as_ref().map_or(0, |progress| progress.have),
            need: progress.as_ref().map_or(0, |progress| progress.need),
            officers: progress
                .map(|progress| progress.officers)
                .unwrap_or_default(),
            seconds_left: left.map(|left| left.as_secs()),
        }
    }
}
