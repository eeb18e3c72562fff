//! An opened token in the process of its driver.

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::secret::Pin;

use super::host::Launch;
use super::limits::Limits;
use super::message::{Call, Reply, Request, WirePin};
use super::process::Process;
use crate::config::modules::ModuleEntry;
use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::abilities::{Abilities, Admin, NewKey};
use crate::keystore::content::{Content, KeyEntry, KeyRef};
use crate::keystore::places::Found;
use crate::keystore::view::{PinState, TokenView};

/// The tokens that a module sees, asked in a process that ends with the answer.
///
/// # Errors
/// What the module says; [`TokenError::Hung`], [`TokenError::DriverCrashed`], [`TokenError::DriverGarbled`].
pub fn tokens(launch: &Launch, entry: &ModuleEntry) -> Result<Vec<Found>, TokenError> {
    let mut process = Process::start(launch, entry)?;
    let request = Request::Tokens(entry.clone());
    match process.ask(&request, request.limit(&launch.limits, false))? {
        Reply::Tokens(tokens) => Ok(tokens),
        _ => Err(beside_the_point(entry)),
    }
}

fn beside_the_point(entry: &ModuleEntry) -> TokenError {
    TokenError::DriverGarbled {
        driver: entry.path.clone(),
        detail: "an answer to another question".to_owned(),
    }
}

/// An opened token; its driver's process ends with this value.
#[derive(Debug)]
pub struct RemoteStore {
    process: Process,
    limits: Limits,
    entry: ModuleEntry,
    view: TokenView,
    abilities: Abilities,
    pin_pad: bool,
}

impl RemoteStore {
    /// Opens a token that was found in this module.
    ///
    /// # Errors
    /// As [`tokens`]; [`TokenError::Removed`] when it is not there any more.
    pub fn open(launch: &Launch, entry: &ModuleEntry, found: &Found) -> Result<Self, TokenError> {
        let mut process = Process::start(launch, entry)?;
        let request = Request::Open(entry.clone(), Box::new(found.clone()));
        match process.ask(&request, request.limit(&launch.limits, false))? {
            Reply::Opened(abilities) => Ok(Self {
                process,
                limits: launch.limits,
                entry: entry.clone(),
                view: found.view.clone(),
                abilities,
                pin_pad: found.pin.pin_pad,
            }),
            _ => Err(beside_the_point(entry)),
        }
    }

    fn ask<T>(&mut self, call: Call, take: impl Fn(Reply) -> Option<T>) -> Result<T, TokenError> {
        let request = Request::Call(call);
        let limit = request.limit(&self.limits, self.pin_pad);
        let reply = self.process.ask(&request, limit)?;
        take(reply).ok_or_else(|| beside_the_point(&self.entry))
    }

    fn done(&mut self, call: Call) -> Result<(), TokenError> {
        self.ask(call, |reply| matches!(reply, Reply::Done).then_some(()))
    }
}

fn wire(pin: &Pin) -> WirePin {
    WirePin(pin.clone())
}

/// The reply of one kind.
macro_rules! only {
    ($kind:ident) => {
        |reply| match reply {
            Reply::$kind(value) => Some(value),
            _ => None,
        }
    };
}

impl KeyStore for RemoteStore {
    fn view(&self) -> &TokenView {
        &self.view
    }

    fn abilities(&self) -> Abilities {
        self.abilities
    }

    fn needs_login(&mut self) -> Result<bool, TokenError> {
        self.ask(Call::NeedsLogin, only!(Flag))
    }

    fn pin_state(&mut self) -> Result<PinState, TokenError> {
        self.ask(Call::PinState, only!(Pin))
    }

    fn login(&mut self, pin: &Pin) -> Result<(), TokenError> {
        self.done(Call::Login(wire(pin)))
    }

    fn login_pin_pad(&mut self) -> Result<(), TokenError> {
        self.done(Call::LoginPinPad)
    }

    fn administration(&mut self) -> Result<Option<Admin>, TokenError> {
        self.ask(Call::Administration, only!(Admin))
    }

    fn administer(&mut self, secret: &Pin) -> Result<(), TokenError> {
        self.done(Call::Administer(wire(secret)))
    }

    fn content(&mut self) -> Result<Content, TokenError> {
        self.ask(Call::Content, only!(Content))
    }

    fn confined(&mut self, key: &KeyRef) -> Result<bool, TokenError> {
        self.ask(Call::Confined(key.clone()), only!(Flag))
    }

    fn generate(&mut self, new: &NewKey) -> Result<KeyEntry, TokenError> {
        self.ask(Call::Generate(new.clone()), only!(Key))
    }

    fn offered_schemes(
        &mut self,
        algorithm: KeyAlgorithm,
    ) -> Result<Vec<SignatureScheme>, TokenError> {
        self.ask(Call::OfferedSchemes(algorithm), only!(Schemes))
    }

    fn schemes(&mut self, key: &KeyRef) -> Result<Vec<SignatureScheme>, TokenError> {
        self.ask(Call::Schemes(key.clone()), only!(Schemes))
    }

    fn sign(
        &mut self,
        key: &KeyRef,
        scheme: SignatureScheme,
        message: &[u8],
    ) -> Result<Vec<u8>, TokenError> {
        let call = Call::Sign {
            key: key.clone(),
            scheme,
            message: message.to_vec(),
        };
        self.ask(call, only!(Signature))
    }

    fn write_certificate(
        &mut self,
        key: Option<&KeyRef>,
        der: &[u8],
        label: &str,
    ) -> Result<(), TokenError> {
        self.done(Call::WriteCertificate {
            key: key.cloned(),
            der: der.to_vec(),
            label: label.to_owned(),
        })
    }

    fn delete_certificate(&mut self, der: &[u8]) -> Result<(), TokenError> {
        self.done(Call::DeleteCertificate(der.to_vec()))
    }

    fn delete_key(&mut self, key: &KeyRef) -> Result<(), TokenError> {
        self.done(Call::DeleteKey(key.clone()))
    }

    fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<(), TokenError> {
        self.done(Call::ChangePin {
            old: wire(old),
            new: wire(new),
        })
    }

    fn change_pin_pad(&mut self) -> Result<(), TokenError> {
        self.done(Call::ChangePinPad)
    }

    fn unblock_state(&mut self) -> Result<PinState, TokenError> {
        self.ask(Call::UnblockState, only!(Pin))
    }

    fn unblock(&mut self, puk: &Pin, new: &Pin) -> Result<(), TokenError> {
        self.done(Call::Unblock {
            puk: wire(puk),
            new: wire(new),
        })
    }
}
