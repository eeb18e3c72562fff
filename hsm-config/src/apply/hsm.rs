//! The HSM during a ceremony: its module, the PINs read, one session per token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use inkan_pki::pkcs11::error::Pkcs11Error;
use inkan_pki::pkcs11::login::{PinOwner, log_in};
use inkan_pki::pkcs11::module::Module;
use inkan_pki::pkcs11::pin_attempts::{PinAttempts, PinSender};
use inkan_pki::pkcs11::session::{Access, Session};
use inkan_pki::pkcs11::token::TokenInfo;
use inkan_pki::secret::Pin;

use super::error::{ApplyError, Conflict};
use crate::pin_source::{PinError, PinSource, Prompt};
use crate::spec::{ModuleError, Spec, TokenSpec};

/// One PIN of a token that is about to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WantedPin<'a> {
    pub(crate) token: &'a TokenSpec,
    pub(crate) owner: PinOwner,
    pub(crate) source: &'a PinSource,
    /// It is about to be set, so it is entered twice.
    pub(crate) new: bool,
}

impl WantedPin<'_> {
    /// The question at the terminal.
    pub(crate) fn question(&self) -> String {
        let whose = match self.owner {
            PinOwner::User => "PIN",
            PinOwner::Officer => "Security officer's PIN",
        };
        format!("{whose} of token \"{}\"", self.token.label)
    }

    /// Reads it from its source, prompting at the terminal if that is the source.
    pub(crate) fn read(&self) -> Result<Pin, PinError> {
        let question = self.question();
        self.source.read(if self.new {
            Prompt::AskTwice(&question)
        } else {
            Prompt::Ask(&question)
        })
    }
}

/// How a ceremony gets the PINs.
pub(crate) trait PinReader {
    /// Reads one PIN, once.
    fn read(&mut self, wanted: &WantedPin<'_>) -> Result<Pin, PinError>;
}

/// Reads each PIN from its source.
pub(crate) struct FromSources {
    /// Whether officers may be prompted.
    pub(crate) terminal: bool,
}

impl PinReader for FromSources {
    fn read(&mut self, wanted: &WantedPin<'_>) -> Result<Pin, PinError> {
        if self.terminal {
            wanted.read()
        } else {
            wanted.source.read(Prompt::Never)
        }
    }
}

/// Module, PINs and sessions. Sessions stay open until the end: closing the last one logs out.
pub(crate) struct Hsm {
    module: Arc<Module>,
    pins: HashMap<String, Pins>,
    sessions: HashMap<String, Session>,
    shows_pin_flags: bool,
}

/// The PINs of a token and the attempts made with them.
struct Pins {
    user: (Pin, Mutex<PinAttempts>),
    officer: Option<(Pin, Mutex<PinAttempts>)>,
}

impl Hsm {
    pub(crate) fn load(spec: &Spec) -> Result<Self, ApplyError> {
        let module = spec.load_module().map_err(|error| match error {
            ModuleError::Spec(error) => ApplyError::Spec(error),
            ModuleError::Hsm(error) => failed("")(error),
        })?;
        Ok(Self {
            module,
            pins: HashMap::new(),
            sessions: HashMap::new(),
            shows_pin_flags: spec.shows_pin_flags(),
        })
    }

    pub(crate) fn module(&self) -> &Arc<Module> {
        &self.module
    }

    /// Initialised tokens with that label.
    pub(crate) fn tokens(&self, label: &str) -> Result<Vec<TokenInfo>, Pkcs11Error> {
        let mut tokens = self.module.tokens()?;
        tokens.retain(|token| token.readable && token.initialized && token.label == label);
        Ok(tokens)
    }

    /// The only token with that label.
    pub(crate) fn token(&self, step: &str, label: &str) -> Result<TokenInfo, ApplyError> {
        let mut tokens = self.tokens(label).map_err(failed(step))?;
        match (tokens.pop(), tokens.is_empty()) {
            (Some(token), true) => Ok(token),
            (Some(_), false) => Err(conflict(Conflict::TokenAmbiguous(label.to_owned()))),
            (None, _) => Err(conflict(Conflict::TokenMissing(label.to_owned()))),
        }
    }

    /// Reads the PINs of a token from their sources, once. `new`: the PINs are about to be set.
    pub(crate) fn read_pins(
        &mut self,
        token: &TokenSpec,
        new: bool,
        reader: &mut dyn PinReader,
    ) -> Result<(), ApplyError> {
        let mut read = |source: &PinSource, owner| {
            let wanted = WantedPin {
                token,
                owner,
                source,
                new,
            };
            reader
                .read(&wanted)
                .map_err(|e| ApplyError::Pin(token.label.clone(), e))
        };
        let officer = match &token.so_pin {
            Some(source) if new => Some(read(source, PinOwner::Officer)?),
            _ => None,
        };
        let user = read(&token.pin, PinOwner::User)?;
        let with_attempts = |pin: Pin| {
            let attempts = PinAttempts::new(PinSender::Command, self.shows_pin_flags, pin.clone());
            (pin, Mutex::new(attempts))
        };
        let pins = Pins {
            user: with_attempts(user),
            officer: officer.map(with_attempts),
        };
        self.pins.insert(token.id.clone(), pins);
        Ok(())
    }

    /// The security officer's PIN, as read before.
    pub(crate) fn officer_pin(&self, token: &str) -> Option<&Pin> {
        let (pin, _) = self.pins.get(token)?.officer.as_ref()?;
        Some(pin)
    }

    /// The user PIN, as read before.
    pub(crate) fn user_pin(&self, token: &str) -> Option<&Pin> {
        self.pins.get(token).map(|pins| &pins.user.0)
    }

    /// Logs in with a PIN that was read before; it is sent once.
    pub(crate) fn log_in(
        &self,
        step: &str,
        token: &str,
        session: &Session,
        owner: PinOwner,
    ) -> Result<(), ApplyError> {
        let Some(pins) = self.pins.get(token) else {
            return Ok(());
        };
        let attempts = match owner {
            PinOwner::User => Some(&pins.user.1),
            PinOwner::Officer => pins.officer.as_ref().map(|(_, attempts)| attempts),
        };
        let Some(attempts) = attempts else {
            return Ok(());
        };
        log_in(session, attempts, owner, Instant::now)
            .map_err(|error| failed(step)(error.into_error(owner)))
    }

    /// The token's session with its user logged in; opened on first use, with the PIN sent once.
    pub(crate) fn session(
        &mut self,
        step: &str,
        token: &TokenSpec,
    ) -> Result<&Session, ApplyError> {
        if !self.sessions.contains_key(&token.id) {
            let session = self.open(step, token)?;
            self.log_in(step, &token.id, &session, PinOwner::User)?;
            self.sessions.insert(token.id.clone(), session);
        }
        self.sessions
            .get(&token.id)
            .ok_or_else(|| conflict(Conflict::TokenMissing(token.label.clone())))
    }

    /// Another session with the token; the login covers all of them.
    pub(crate) fn open(&self, step: &str, token: &TokenSpec) -> Result<Session, ApplyError> {
        let info = self.token(step, &token.label)?;
        Session::open(&self.module, &info, Access::ReadWrite).map_err(failed(step))
    }
}

pub(crate) fn failed(step: &str) -> impl FnOnce(Pkcs11Error) -> ApplyError {
    let step = step.to_owned();
    move |error| ApplyError::Hsm(step, error)
}

pub(crate) fn conflict(conflict: Conflict) -> ApplyError {
    ApplyError::Conflicts(vec![conflict])
}
