//! The tokens of this computer: those of the token drivers (PKCS#11 modules), PIV cards in readers, and the keys that
//! Windows keeps.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::duplicates;
use crate::config::modules::ModuleEntry;
use crate::driver::limits::Limits;
use crate::driver::{self, HostProgram, Launch, RemoteStore, Source};
use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::discovery::{Discovery, FoundToken, TokenLocation, TokenProvider};
use crate::pcsc::Watch;
use crate::piv::discovery::find_cards;
use crate::piv::store::PivStore;

/// Maximum number of tokens.
pub const MAX_TOKENS: usize = 64;

/// How often to query drivers whose tokens change without a notification of the system.
const REFRESH_INTERVAL: Duration = Duration::from_secs(5);

/// Drivers, each in a separate process, and readers.
#[derive(Debug)]
pub struct LocalTokens {
    modules: Vec<ModuleEntry>,
    piv: bool,
    windows: bool,
    /// `None` if the path of this program is unknown.
    launch: Option<Launch>,
    watch: Mutex<Watching>,
}

#[derive(Debug)]
struct Watching {
    /// Started with the first wait.
    watch: Option<Watch>,
    last_search: Instant,
}

impl LocalTokens {
    /// With these drivers, which run in `host`; `piv`: with PIV cards in readers, too. The `main` of `host` must call
    /// [`serve_if_requested`](crate::driver::serve_if_requested). Without a host no driver can run.
    #[must_use]
    pub fn new(host: Option<HostProgram>, modules: Vec<ModuleEntry>, piv: bool) -> Self {
        Self {
            modules,
            piv,
            windows: false,
            launch: host.map(launch),
            watch: Mutex::new(Watching {
                watch: None,
                last_search: Instant::now(),
            }),
        }
    }

    /// With the keys that the operating system keeps for this user, too, if it keeps any.
    #[must_use]
    pub const fn with_system_store(mut self) -> Self {
        self.windows = cfg!(windows);
        self
    }

    /// With other time limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        if let Some(launch) = &mut self.launch {
            launch.limits = limits;
        }
        self
    }

    /// With environment variables that drivers never receive.
    #[must_use]
    pub fn with_hidden_variables(mut self, variables: Vec<String>) -> Self {
        if let Some(launch) = &mut self.launch {
            launch.hidden = variables;
        }
        self
    }

    fn launch(&self) -> Result<&Launch, TokenError> {
        self.launch.as_ref().ok_or_else(|| TokenError::Failed {
            operation: "start driver process".to_owned(),
            detail: "the program does not know its own file".to_owned(),
        })
    }

    /// Queries readers and all drivers in parallel.
    fn query_all(&self) -> (Discovery, Discovery) {
        let list = |source: Source| driver::tokens(self.launch()?, &source);
        thread::scope(|scope| {
            let cards = self.piv.then(|| scope.spawn(find_cards));
            // The customer's own cards and USB tokens come first.
            let modules = self.modules.iter().cloned().map(Source::Module);
            let windows = self.windows.then_some(Source::WindowsStore);
            let running: Vec<_> = modules
                .chain(windows)
                .map(|source| scope.spawn(move || list(source)))
                .collect();
            let mut drivers = Discovery::default();
            for answer in running {
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

    /// The cards in these readers for which Windows has a minidriver. One without is reported by the search of readers.
    fn cards_of_windows(&self, readers: Vec<String>) -> Vec<FoundToken> {
        let list = |reader| driver::tokens(self.launch()?, &Source::WindowsCard { reader });
        let found = readers.into_iter().filter_map(|reader| list(reader).ok());
        found.flatten().collect()
    }
}

fn launch(host: HostProgram) -> Launch {
    Launch {
        host,
        limits: Limits::default(),
        hidden: Vec::new(),
    }
}

impl TokenProvider for LocalTokens {
    fn find_tokens(&self) -> Discovery {
        let (mut discovery, mut drivers) = self.query_all();
        duplicates::remove(&mut drivers.tokens, &discovery.tokens, &self.modules);
        duplicates::keep_first(&mut drivers.tokens);
        if self.windows {
            let readers = duplicates::unclaimed_readers(&discovery.instead, &drivers.tokens);
            drivers.tokens.extend(self.cards_of_windows(readers));
        }
        discovery.tokens.extend(drivers.tokens);
        discovery.tokens.truncate(MAX_TOKENS);
        // The failure of a configured driver is reported before that of readers that may not be needed.
        discovery.failures.splice(0..0, drivers.failures);
        discovery.instead.extend(drivers.instead);
        if self.modules.is_empty() && !self.piv && !self.windows {
            discovery.failures.push(TokenError::NoModule);
        }
        discovery
    }

    fn wait_for_change(&self, limit: Duration) -> bool {
        let mut watching = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = watching
            .watch
            .get_or_insert_with(Watch::start)
            .wait_for_change(limit);
        let due = !self.modules.is_empty() && watching.last_search.elapsed() > REFRESH_INTERVAL;
        if changed || due {
            watching.last_search = Instant::now();
        }
        changed || due
    }

    fn open(&self, found: &FoundToken) -> Result<Box<dyn KeyStore>, TokenError> {
        match &found.location {
            TokenLocation::Reader { name } => {
                let store = PivStore::open(name)?;
                // Another card may have been inserted in the meantime.
                if store.view().serial != found.view.serial {
                    return Err(TokenError::Removed);
                }
                Ok(Box::new(store))
            }
            TokenLocation::Module { path, .. } => {
                let entry = self.modules.iter().find(|entry| entry.path == *path);
                let entry = entry.ok_or(TokenError::Removed)?;
                let source = Source::Module(entry.clone());
                let store = RemoteStore::open(self.launch()?, &source, found)?;
                Ok(Box::new(store))
            }
            TokenLocation::WindowsStore if self.windows => {
                let store = RemoteStore::open(self.launch()?, &Source::WindowsStore, found)?;
                Ok(Box::new(store))
            }
            TokenLocation::WindowsCard { reader } if self.windows => {
                let reader = reader.clone();
                let source = Source::WindowsCard { reader };
                let store = RemoteStore::open(self.launch()?, &source, found)?;
                Ok(Box::new(store))
            }
            TokenLocation::WindowsStore | TokenLocation::WindowsCard { .. } => {
                Err(TokenError::Removed)
            }
        }
    }

    fn try_module(&self, entry: &ModuleEntry) -> Result<(), TokenError> {
        match driver::tokens(self.launch()?, &Source::Module(entry.clone())) {
            Ok(_) | Err(TokenError::NotInitialised { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
