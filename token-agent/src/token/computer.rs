//! The tokens of this computer: those that the token drivers (PKCS#11 modules) see, and PIV cards in readers.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::doubles;
use crate::config::modules::ModuleEntry;
use crate::driver::limits::Limits;
use crate::driver::{self, HostProgram, Launch, RemoteStore};
use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::places::{Found, Place, Places, Survey};
use crate::pcsc::Watch;
use crate::piv::look::look;
use crate::piv::store::PivStore;

/// Most tokens shown.
pub const MAX_TOKENS: usize = 64;

/// How often drivers are asked again whose tokens come and go without a word from the system.
const ANYWAY: Duration = Duration::from_secs(5);

/// Drivers, each in a process of its own, and readers.
#[derive(Debug)]
pub struct Computer {
    modules: Vec<ModuleEntry>,
    piv: bool,
    /// None when this program does not know its own file.
    launch: Option<Launch>,
    watch: Mutex<Watching>,
}

#[derive(Debug)]
struct Watching {
    /// Begun with the first wait.
    watch: Option<Watch>,
    looked: Instant,
}

impl Computer {
    /// With these drivers, run by the program that runs now; `piv`: with PIV cards in readers too.
    #[must_use]
    pub fn new(modules: Vec<ModuleEntry>, piv: bool) -> Self {
        Self {
            modules,
            piv,
            launch: HostProgram::this().ok().map(launch),
            watch: Mutex::new(Watching {
                watch: None,
                looked: Instant::now(),
            }),
        }
    }

    /// With other deadlines.
    #[must_use]
    pub fn limited(mut self, limits: Limits) -> Self {
        if let Some(launch) = &mut self.launch {
            launch.limits = limits;
        }
        self
    }

    /// With drivers that do not get these environment variables to see.
    #[must_use]
    pub fn hiding(mut self, variables: Vec<String>) -> Self {
        if let Some(launch) = &mut self.launch {
            launch.hidden = variables;
        }
        self
    }

    /// With another program to run the drivers in: one whose `main` calls
    /// [`host_if_asked`](crate::driver::host_if_asked).
    #[must_use]
    pub fn hosted(mut self, host: HostProgram) -> Self {
        match &mut self.launch {
            Some(launch) => launch.host = host,
            None => self.launch = Some(launch(host)),
        }
        self
    }

    fn launch(&self) -> Result<&Launch, TokenError> {
        self.launch.as_ref().ok_or_else(|| TokenError::Failed {
            operation: "start driver process".to_owned(),
            detail: "the program does not know its own file".to_owned(),
        })
    }

    /// Readers and all drivers at once: the slowest does not add to the others.
    fn ask_all(&self) -> (Survey, Survey) {
        let ask = |entry| driver::tokens(self.launch()?, entry);
        thread::scope(|scope| {
            let cards = self.piv.then(|| scope.spawn(look));
            let asked: Vec<_> = self
                .modules
                .iter()
                .map(|entry| scope.spawn(move || ask(entry)))
                .collect();
            let mut drivers = Survey::default();
            for answer in asked {
                match answer.join().unwrap_or(Err(TokenError::Removed)) {
                    Ok(tokens) => drivers.tokens.extend(tokens),
                    Err(blank @ TokenError::NotInitialised { .. }) => drivers.instead.push(blank),
                    Err(error) => drivers.failures.push(error),
                }
            }
            let cards = cards.and_then(|cards| cards.join().ok());
            (cards.unwrap_or_default(), drivers)
        })
    }
}

fn launch(host: HostProgram) -> Launch {
    Launch {
        host,
        limits: Limits::default(),
        hidden: Vec::new(),
    }
}

impl Places for Computer {
    fn look(&self) -> Survey {
        let (mut survey, mut drivers) = self.ask_all();
        doubles::remove(&mut drivers.tokens, &survey.tokens, &self.modules);
        doubles::keep_first(&mut drivers.tokens);
        survey.tokens.extend(drivers.tokens);
        survey.tokens.truncate(MAX_TOKENS);
        // A driver that somebody chose and that fails is told before readers that may not be needed.
        survey.failures.splice(0..0, drivers.failures);
        survey.instead.extend(drivers.instead);
        if self.modules.is_empty() && !self.piv {
            survey.failures.push(TokenError::NoModule);
        }
        survey
    }

    fn changed_within(&self, limit: Duration) -> bool {
        let mut watching = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = watching
            .watch
            .get_or_insert_with(Watch::new)
            .changed_within(limit);
        let due = !self.modules.is_empty() && watching.looked.elapsed() > ANYWAY;
        if changed || due {
            watching.looked = Instant::now();
        }
        changed || due
    }

    fn open(&self, found: &Found) -> Result<Box<dyn KeyStore>, TokenError> {
        match &found.place {
            Place::Reader { name } => {
                let store = PivStore::open(name)?;
                // Another card may have been put in meanwhile.
                if store.view().serial != found.view.serial {
                    return Err(TokenError::Removed);
                }
                Ok(Box::new(store))
            }
            Place::Module { path, .. } => {
                let entry = self.modules.iter().find(|entry| entry.path == *path);
                let entry = entry.ok_or(TokenError::Removed)?;
                let store = RemoteStore::open(self.launch()?, entry, found)?;
                Ok(Box::new(store))
            }
        }
    }

    fn try_module(&self, entry: &ModuleEntry) -> Result<(), TokenError> {
        match driver::tokens(self.launch()?, entry) {
            Ok(_) | Err(TokenError::NotInitialised { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
