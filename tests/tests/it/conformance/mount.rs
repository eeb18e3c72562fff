//! One kind of token under test: where it is opened, its secrets, and what can be done to it from outside.

use std::fmt::Debug;
use std::path::PathBuf;
use std::time::Duration;

use inkan_agent::config::modules::ModuleEntry;
use inkan_agent::driver::HostProgram;
use inkan_agent::driver::limits::Limits;
use inkan_agent::keystore::KeyStore;
use inkan_agent::keystore::places::Places;
use inkan_agent::token::computer::Computer;
use inkan_agent::token::opened::OpenToken;
use inkan_pki::secret::Pin;
use inkan_tests::modules::TestModule;
use inkan_tests::{Outcome, programs};

use super::check::Check;
use super::judge::Known;

/// How long one signature may take: a module that hangs is waited for, for so long.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A kind of token.
#[derive(Debug)]
pub(crate) struct Mount {
    /// Head of its column.
    pub(crate) name: &'static str,
    /// Where it is looked for.
    pub(crate) places: Box<dyn Places>,
    /// Label or serial number.
    pub(crate) wanted: String,
    /// The user's PIN as it is now.
    pub(crate) pin: Pin,
    /// PUK or security officer's PIN.
    pub(crate) unblock: Option<Pin>,
    /// What is asked for beyond the PIN before something is changed.
    pub(crate) admin: Option<Pin>,
    /// The PKCS#11 module, for a look at the same token by somebody else.
    pub(crate) module: Option<(PathBuf, Option<String>)>,
    /// What is done to it from outside.
    pub(crate) outside: Box<dyn Outside>,
    /// What it cannot do, and why.
    pub(crate) known: &'static [(Check, Known)],
    /// What takes it minutes, and is asked only when somebody wants the whole table.
    pub(crate) slow: &'static [Check],
}

/// What is done to a token by others than the agent.
pub(crate) trait Outside: Debug {
    /// Pulls it. `false` when it is of a kind that cannot be pulled.
    fn pull(&mut self) -> Outcome<bool>;

    /// Puts it back in.
    fn put_back(&mut self) -> Outcome;

    /// Arranges for it to be pulled at its next signature. `false` when that cannot be done.
    fn pull_while_signing(&mut self) -> Outcome<bool> {
        Ok(false)
    }

    /// Makes a key that asks for the PIN at each use, by another program. `false` when its keys never do.
    fn make_key_that_asks(&mut self, pin: &Pin) -> Outcome<bool>;
}

impl Mount {
    /// A PKCS#11 module as the agent uses it. Call it first thing in a test that has its process to itself.
    pub(crate) fn module(module: TestModule, known: &'static [(Check, Known)]) -> Outcome<Self> {
        module.use_in_this_process();
        Ok(Self {
            name: module.name,
            places: Box::new(computer(module.entry())?),
            wanted: module.label.clone(),
            pin: Pin::new(module.pin.as_str()),
            unblock: module.so_pin.as_deref().map(Pin::new),
            admin: None,
            module: Some((module.path.clone(), module.parameters.clone())),
            outside: Box::new(module),
            known,
            slow: &[],
        })
    }

    /// Opens the token anew, logged in by nobody.
    pub(crate) fn open(&self) -> Outcome<OpenToken> {
        let survey = self.places.look();
        if let Some(failure) = survey.failures.first() {
            return Err(format!("{failure:?}").into());
        }
        let found = survey.named(&self.wanted).map_err(|e| format!("{e:?}"))?;
        let store = self.places.open(found).map_err(|e| format!("{e:?}"))?;
        Ok(OpenToken::new(store, found.clone()))
    }

    /// Opens it and logs the user in.
    pub(crate) fn open_and_log_in(&self) -> Outcome<OpenToken> {
        let token = self.open()?;
        token
            .with(|store| store.login(&self.pin))
            .map_err(|e| format!("{e:?}"))?;
        self.become_admin(&token)?;
        Ok(token)
    }

    /// Proves what the token asks for beyond the PIN, if it does.
    pub(crate) fn become_admin(&self, token: &OpenToken) -> Outcome {
        let wanted = token.with(KeyStore::administration);
        if wanted.map_err(|e| format!("{e:?}"))?.is_none() {
            return Ok(());
        }
        let secret = self.admin.as_ref().ok_or("it asks for more than the PIN")?;
        let proven = token.with(|store| store.administer(secret));
        Ok(proven.map_err(|e| format!("{e:?}"))?)
    }
}

/// The agent's way to this module: a process of its own for each opened token, with deadlines.
pub(crate) fn computer(module: ModuleEntry) -> Outcome<Computer> {
    let limits = Limits {
        usual: TIMEOUT,
        ..Limits::default()
    };
    let host = HostProgram(programs::built("inkan-agent")?);
    Ok(Computer::new(vec![module], false)
        .hosted(host)
        .limited(limits))
}

impl Outside for TestModule {
    fn pull(&mut self) -> Outcome<bool> {
        Self::pull(self)
    }

    fn put_back(&mut self) -> Outcome {
        Self::put_back(self)
    }

    fn make_key_that_asks(&mut self, pin: &Pin) -> Outcome<bool> {
        Self::make_key_that_asks(self, pin.expose())
    }
}
