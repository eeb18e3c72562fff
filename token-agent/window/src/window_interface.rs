//! The window as the user interface of an operation.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use inkan_agent::error::Failure;
use inkan_agent::keystore::discovery::{Discovery, FoundToken};
use inkan_agent::output::event::Event;
use inkan_agent::prompt::UserInterface;
use inkan_agent::prompt::choice::TokenChoice;
use inkan_agent::prompt::question::{
    CertificateChoice, NewPin, PinChange, Question, SecretKind, SecretQuestion,
};
use inkan_pki::secret::{Pin, Secret};

use crate::message::UserAction;
use crate::ui_channel::{Received, UiChannel};
use crate::view_model::ViewModel;
use crate::view_model::progress::{Progress, RetryNotice};
use crate::view_model::secrets::{Secrets, problem};

/// How long to wait for the user before readers and cards are checked again.
const POLL_INTERVAL: Duration = Duration::from_millis(150);

/// The user interface of one operation.
#[derive(Debug)]
pub struct WindowInterface<'a> {
    ui_channel: &'a UiChannel,
    progress: Mutex<Progress>,
}

impl<'a> WindowInterface<'a> {
    /// Uses `ui_channel`.
    #[must_use]
    pub fn new(ui_channel: &'a UiChannel) -> Self {
        Self {
            ui_channel,
            progress: Mutex::default(),
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Updates the progress and shows it.
    fn update_progress(&self, change: impl FnOnce(&mut Progress)) {
        let mut progress = self.progress();
        change(&mut progress);
        let now = progress.clone();
        drop(progress);
        // After a cancellation the window shows that, until the operation ends.
        if !self.ui_channel.cancelled() {
            self.ui_channel.show(ViewModel::Progress(now));
        }
    }

    /// Replaces the question by the progress.
    fn answered<T>(&self, answer: T) -> Result<T, Failure> {
        self.update_progress(|_| ());
        Ok(answer)
    }

    /// Asks for secrets, one for each field from top to bottom.
    fn secrets(&self, form: Secrets) -> Result<Vec<Pin>, Failure> {
        let fields = form.fields().len();
        match self.ui_channel.ask(ViewModel::Secrets(Box::new(form))) {
            UserAction::Secrets(given) if given.len() == fields => Ok(given),
            _ => Err(Failure::Cancelled),
        }
    }

    /// Asks for a new PIN until both entries match and have a valid length; with the unlocking secret, if requested.
    fn with_new(
        &self,
        present: Option<&SecretQuestion>,
        new: &NewPin,
    ) -> Result<(Option<Pin>, Pin), Failure> {
        let mut wrong = None;
        loop {
            let given = self.secrets(Secrets {
                present: present.cloned(),
                new: Some(new.clone()),
                problem: wrong,
            })?;
            let mut given = given.into_iter();
            let opens = if present.is_some() {
                given.next()
            } else {
                None
            };
            let (Some(first), Some(again)) = (given.next(), given.next()) else {
                return Err(Failure::Cancelled);
            };
            wrong = problem(new, &first, &again);
            if wrong.is_none() {
                return self.answered((opens, first));
            }
        }
    }
}

impl UserInterface for WindowInterface<'_> {
    fn notify(&self, event: &Event) {
        match event {
            Event::Request(view) => {
                self.ui_channel.name_bank(&view.bank);
                self.progress().action = Some(view.action);
            }
            // The page that asks for the PIN shows the token and the warnings.
            Event::Token(_) | Event::PinWarning { .. } => {}
            // The window runs no self-test.
            Event::Checked(_) => {}
            Event::PinPad(token) => self.ui_channel.show(ViewModel::PinPad(token.clone())),
            Event::Working(work) => self.update_progress(|progress| {
                progress.doing = Some(*work);
                progress.waiting = None;
            }),
            Event::Progress { step } => self.update_progress(|progress| {
                progress.done.push(*step);
                progress.waiting = None;
            }),
            Event::Waiting { seconds, attempt } => self.update_progress(|progress| {
                progress.waiting = Some(RetryNotice {
                    seconds: *seconds,
                    attempt: *attempt,
                });
            }),
        }
    }

    fn confirm(&self, question: &Question) -> Result<(), Failure> {
        match self
            .ui_channel
            .ask(ViewModel::Question(Box::new(question.clone())))
        {
            UserAction::Yes => self.answered(()),
            _ => Err(Failure::Cancelled),
        }
    }

    fn choose_token(&self, choice: &TokenChoice<'_>) -> Result<FoundToken, Failure> {
        // The only token needs no question: the page that asks for its PIN shows it.
        if let ([only], None) = (choice.first().tokens.as_slice(), choice.wanted()) {
            return Ok(only.clone());
        }
        if choice.wanted().is_some()
            && let Some(named) = choice.only()?
        {
            return Ok(named.clone());
        }
        let mut discovery = choice.first().clone();
        self.ui_channel.show(listed(&discovery));
        loop {
            match self.ui_channel.wait(POLL_INTERVAL) {
                Received::UserAction(UserAction::Token(index)) => {
                    if let Some(found) = discovery.tokens.get(index) {
                        return self.answered(found.clone());
                    }
                }
                Received::UserAction(_) => return Err(Failure::Cancelled),
                Received::Link => {}
                Received::Nothing => {
                    if let Some(now) = choice.next(POLL_INTERVAL)
                        && now.tokens != discovery.tokens
                    {
                        discovery = now;
                        self.ui_channel.show(listed(&discovery));
                    }
                }
            }
        }
    }

    fn choose_certificate(&self, choice: &CertificateChoice) -> Result<usize, Failure> {
        let count = choice.entries.len();
        // The only certificate needs no question.
        if count == 1 {
            return Ok(0);
        }
        match self
            .ui_channel
            .ask(ViewModel::ChooseCertificate(choice.entries.clone()))
        {
            UserAction::Token(index) if index < count => self.answered(index),
            _ => Err(Failure::Cancelled),
        }
    }

    fn secret(&self, question: &SecretQuestion) -> Result<Pin, Failure> {
        let given = self.secrets(Secrets::one(question.clone()))?;
        match given.into_iter().next() {
            Some(pin) => self.answered(pin),
            None => Err(Failure::Cancelled),
        }
    }

    fn can_retype(&self, _what: SecretKind) -> bool {
        true
    }

    fn can_retype_new_pin(&self) -> bool {
        true
    }

    fn new_pin(&self, question: &NewPin) -> Result<Pin, Failure> {
        let (_, new) = self.with_new(None, question)?;
        Ok(new)
    }

    fn pin_change(&self, present: &SecretQuestion, new: &NewPin) -> Result<PinChange, Failure> {
        match self.with_new(Some(present), new)? {
            (Some(present), new) => Ok(PinChange { present, new }),
            (None, _) => Err(Failure::Cancelled),
        }
    }

    fn open_page(&self, address: &Secret) -> Result<bool, Failure> {
        crate::browser_page::open(address).map(|()| false)
    }

    fn is_cancelled(&self) -> bool {
        self.ui_channel.cancelled()
    }
}

fn listed(discovery: &Discovery) -> ViewModel {
    let tokens = discovery.tokens.iter().map(|found| found.view.clone());
    ViewModel::Choose(tokens.collect())
}
