//! The operation's questions, asked and answered in the window.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use inkan_agent::error::Failure;
use inkan_agent::keystore::places::{Found, Survey};
use inkan_agent::output::event::Event;
use inkan_agent::prompt::Person;
use inkan_agent::prompt::choice::TokenChoice;
use inkan_agent::prompt::question::{
    CertificateChoice, NewPin, PinChange, Question, SecretKind, SecretQuestion,
};
use inkan_pki::secret::{Pin, Secret};

use crate::desk::{Desk, Heard};
use crate::message::Act;
use crate::scene::Scene;
use crate::scene::progress::{Again, Progress};
use crate::scene::secrets::{Secrets, complaint};

/// How long the person is waited for before readers and cards are looked at again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(150);

/// The person in front of the window, for one operation.
#[derive(Debug)]
pub struct AtWindow<'a> {
    desk: &'a Desk,
    progress: Mutex<Progress>,
}

impl<'a> AtWindow<'a> {
    /// Asked and told through `desk`.
    #[must_use]
    pub fn new(desk: &'a Desk) -> Self {
        Self {
            desk,
            progress: Mutex::default(),
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes how far the work is, and shows it.
    fn goes_on(&self, change: impl FnOnce(&mut Progress)) {
        let mut progress = self.progress();
        change(&mut progress);
        let now = progress.clone();
        drop(progress);
        // Somebody who cancelled sees that, until it is over.
        if !self.desk.stop_asked() {
            self.desk.show(Scene::Progress(now));
        }
    }

    /// The page with the question makes way for the work.
    fn answered<T>(&self, answer: T) -> Result<T, Failure> {
        self.goes_on(|_| ());
        Ok(answer)
    }

    /// Secrets from top to bottom, as many as there are fields.
    fn secrets(&self, asked: Secrets) -> Result<Vec<Pin>, Failure> {
        let fields = asked.fields().len();
        match self.desk.ask(Scene::Secrets(Box::new(asked))) {
            Act::Secrets(given) if given.len() == fields => Ok(given),
            _ => Err(Failure::Cancelled),
        }
    }

    /// A new PIN, given twice the same and long enough; with what opens the token, if that is asked for.
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
                complaint: wrong,
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
            wrong = complaint(new, &first, &again);
            if wrong.is_none() {
                return self.answered((opens, first));
            }
        }
    }
}

impl Person for AtWindow<'_> {
    fn tell(&self, event: &Event) {
        match event {
            Event::Request(view) => {
                self.desk.name_bank(&view.bank);
                self.progress().action = Some(view.action);
            }
            // The token is named, and its PIN spoken of, on the page that asks for the PIN.
            Event::Token(_) | Event::PinWarning { .. } => {}
            Event::PinPad(token) => self.desk.show(Scene::PinPad(token.clone())),
            Event::Working(work) => self.goes_on(|progress| {
                progress.doing = Some(*work);
                progress.waiting = None;
            }),
            Event::Progress { step } => self.goes_on(|progress| {
                progress.done.push(*step);
                progress.waiting = None;
            }),
            Event::Waiting { seconds, attempt } => self.goes_on(|progress| {
                progress.waiting = Some(Again {
                    seconds: *seconds,
                    attempt: *attempt,
                });
            }),
        }
    }

    fn agree(&self, question: &Question) -> Result<(), Failure> {
        match self.desk.ask(Scene::Question(Box::new(question.clone()))) {
            Act::Yes => self.answered(()),
            _ => Err(Failure::Cancelled),
        }
    }

    fn choose_token(&self, choice: &TokenChoice<'_>) -> Result<Found, Failure> {
        // The only one needs no question: the page that asks for its PIN names it.
        if let ([only], None) = (choice.first().tokens.as_slice(), choice.wanted()) {
            return Ok(only.clone());
        }
        if choice.wanted().is_some()
            && let Some(named) = choice.only()?
        {
            return Ok(named.clone());
        }
        let mut survey = choice.first().clone();
        self.desk.show(listed(&survey));
        loop {
            match self.desk.wait(BETWEEN_LOOKS) {
                Heard::Act(Act::Token(index)) => {
                    if let Some(found) = survey.tokens.get(index) {
                        return self.answered(found.clone());
                    }
                }
                Heard::Act(_) => return Err(Failure::Cancelled),
                Heard::Link => {}
                Heard::Nothing => {
                    if let Some(now) = choice.next(BETWEEN_LOOKS)
                        && now.tokens != survey.tokens
                    {
                        survey = now;
                        self.desk.show(listed(&survey));
                    }
                }
            }
        }
    }

    fn choose_certificate(&self, choice: &CertificateChoice) -> Result<usize, Failure> {
        let count = choice.entries.len();
        // The only one needs no question.
        if count == 1 {
            return Ok(0);
        }
        match self
            .desk
            .ask(Scene::ChooseCertificate(choice.entries.clone()))
        {
            Act::Token(index) if index < count => self.answered(index),
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

    fn types(&self, _what: SecretKind) -> bool {
        true
    }

    fn types_new_pin(&self) -> bool {
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
        crate::page::open(address).map(|()| false)
    }

    fn wants_to_stop(&self) -> bool {
        self.desk.stop_asked()
    }
}

fn listed(survey: &Survey) -> Scene {
    let tokens = survey.tokens.iter().map(|found| found.view.clone());
    Scene::Choose(tokens.collect())
}
