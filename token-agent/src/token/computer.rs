//! The tokens of this computer: those that the token drivers (PKCS#11 modules) see.

use std::thread;
use std::time::Duration;

use crate::config::modules::ModuleEntry;
use crate::driver::limits::Limits;
use crate::driver::{self, HostProgram, RemoteStore};
use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::places::{Found, Place, Places, Survey};

/// Most tokens shown.
pub const MAX_TOKENS: usize = 64;

/// Drivers, each in a process of its own.
#[derive(Debug)]
pub struct Computer {
    modules: Vec<ModuleEntry>,
    limits: Limits,
    host: Option<HostProgram>,
}

impl Computer {
    /// With these drivers, run by the program that runs now.
    #[must_use]
    pub fn new(modules: Vec<ModuleEntry>) -> Self {
        Self {
            modules,
            limits: Limits::default(),
            host: HostProgram::this().ok(),
        }
    }

    /// With other deadlines.
    #[must_use]
    pub fn limited(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// With another program to run the drivers in: one whose `main` calls
    /// [`host_if_asked`](crate::driver::host_if_asked).
    #[must_use]
    pub fn hosted(mut self, host: HostProgram) -> Self {
        self.host = Some(host);
        self
    }

    fn host(&self) -> Result<&HostProgram, TokenError> {
        self.host.as_ref().ok_or_else(|| TokenError::Failed {
            operation: "start driver process".to_owned(),
            detail: "the program does not know its own file".to_owned(),
        })
    }

    fn module(&self, found: &Found) -> Option<&ModuleEntry> {
        let Place::Module { path, .. } = &found.place else {
            return None;
        };
        self.modules.iter().find(|entry| entry.path == *path)
    }

    /// All drivers at once: the slowest does not add to the others.
    fn ask_all(&self) -> Vec<Result<Vec<Found>, TokenError>> {
        let ask = |entry| driver::tokens(self.host()?, &self.limits, entry);
        thread::scope(|scope| {
            let asked: Vec<_> = self
                .modules
                .iter()
                .map(|entry| scope.spawn(move || ask(entry)))
                .collect();
            let answers = asked.into_iter().map(|one| one.join());
            answers
                .map(|answer| answer.unwrap_or(Err(TokenError::Removed)))
                .collect()
        })
    }
}

impl Places for Computer {
    fn look(&self) -> Survey {
        let mut survey = Survey::default();
        if self.modules.is_empty() {
            survey.failures.push(TokenError::NoModule);
        }
        for answer in self.ask_all() {
            match answer {
                Ok(tokens) => survey.tokens.extend(tokens),
                Err(error) => survey.failures.push(error),
            }
        }
        survey.tokens.truncate(MAX_TOKENS);
        survey
    }

    fn changed_within(&self, limit: Duration) -> bool {
        thread::sleep(limit);
        true
    }

    fn open(&self, found: &Found) -> Result<Box<dyn KeyStore>, TokenError> {
        let entry = self.module(found).ok_or(TokenError::Removed)?;
        let store = RemoteStore::open(self.host()?, &self.limits, entry, found)?;
        Ok(Box::new(store))
    }
}
