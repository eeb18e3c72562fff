//! One kind of token under test: how it is opened, its secrets, and what other programs can do to it.

use std::fmt::Debug;
use std::path::PathBuf;
use std::time::Duration;

use inkan_agent::config::modules::ModuleEntry;
use inkan_agent::driver::HostProgram;
use inkan_agent::driver::limits::Limits;
use inkan_agent::keystore::KeyStore;
use inkan_agent::keystore::discovery::TokenProvider;
use inkan_agent::token::local::LocalTokens;
use inkan_agent::token::open_token::OpenToken;
use inkan_pki::secret::Pin;
use inkan_tests::modules::TestModule;
use inkan_tests::{Outcome, programs};

use super::check::Check;
use super::verdict::Known;

/// The time limit for one signature: as long as a hanging module is waited for.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A kind of token.
#[derive(Debug)]
pub(crate) struct TokenUnderTest {
    /// Head of its column.
    pub(crate) name: &'static str,
    /// The provider that finds it.
    pub(crate) provider: Box<dyn TokenProvider>,
    /// Label or serial number.
    pub(crate) wanted: String,
    /// The user's current PIN.
    pub(crate) pin: Pin,
    /// Whether it has none: the operating system has identified the user.
    pub(crate) without_pin: bool,
    /// PUK or security officer's PIN.
    pub(crate) unblock: Option<Pin>,
    /// The secret required in addition to the PIN for a change.
    pub(crate) admin: Option<Pin>,
    /// The PKCS#11 module, to check the same token with another program.
    pub(crate) module: Option<(PathBuf, Option<String>)>,
    /// What others do to it.
    pub(crate) external: Box<dyn ExternalActions>,
    /// What it cannot do, and why.
    pub(crate) known: &'static [(Check, Known)],
    /// The checks that take minutes, and run only for the whole table.
    pub(crate) slow: &'static [Check],
}

/// What is done to a token other than by the agent.
pub(crate) trait ExternalActions: Debug {
    /// Removes it. `false` if it is of a kind that cannot be removed.
    fn pull(&mut self) -> Outcome<bool>;

    /// Inserts it again.
    fn put_back(&mut self) -> Outcome;

    /// Arranges for it to be removed at its next signature. `false` if that is impossible.
    fn pull_while_signing(&mut self) -> Outcome<bool> {
        Ok(false)
    }

    /// Generates a key that requires the PIN for each use, by another program. `false` if its keys never do.
    fn make_always_authenticate_key(&mut self, pin: &Pin) -> Outcome<bool>;
}

impl TokenUnderTest {
    /// A PKCS#11 module as the agent uses it. Call it at the start of a test that runs in a separate process.
    pub(crate) fn module(module: TestModule, known: &'static [(Check, Known)]) -> Outcome<Self> {
        module.use_in_this_process();
        Ok(Self {
            name: module.name,
            provider: Box::new(local(module.entry())?),
            wanted: module.label.clone(),
            pin: Pin::new(module.pin.as_str()),
            without_pin: false,
            unblock: module.so_pin.as_deref().map(Pin::new),
            admin: None,
            module: Some((module.path.clone(), module.parameters.clone())),
            external: Box::new(module),
            known,
            slow: &[],
        })
    }

    /// Opens the token again, without a login.
    pub(crate) fn open(&self) -> Outcome<OpenToken> {
        let discovery = self.provider.find_tokens();
        if let Some(failure) = discovery.failures.first() {
            return Err(format!("{failure:?}").into());
        }
        let found = discovery
            .named(&self.wanted)
            .map_err(|e| format!("{e:?}"))?;
        let store = self.provider.open(found).map_err(|e| format!("{e:?}"))?;
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

    /// Authenticates with the additional secret, if the token requires one.
    pub(crate) fn become_admin(&self, token: &OpenToken) -> Outcome {
        let wanted = token.with(KeyStore::required_admin);
        if wanted.map_err(|e| format!("{e:?}"))?.is_none() {
            return Ok(());
        }
        let secret = self.admin.as_ref().ok_or("it requires more than the PIN")?;
        let proven = token.with(|store| store.authenticate_admin(secret));
        Ok(proven.map_err(|e| format!("{e:?}"))?)
    }
}

/// How the agent uses this module: in a separate process for each opened token, with deadlines.
pub(crate) fn local(module: ModuleEntry) -> Outcome<LocalTokens> {
    let limits = Limits {
        usual: TIMEOUT,
        ..Limits::default()
    };
    let host = HostProgram(programs::built("inkan-agent")?);
    Ok(LocalTokens::new(Some(host), vec![module], false).with_limits(limits))
}

impl ExternalActions for TestModule {
    fn pull(&mut self) -> Outcome<bool> {
        Self::pull(self)
    }

    fn put_back(&mut self) -> Outcome {
        Self::put_back(self)
    }

    fn make_always_authenticate_key(&mut self, pin: &Pin) -> Outcome<bool> {
        Self::make_always_authenticate_key(self, pin.expose())
    }
}
