//! An opened token in its driver's process.

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::officer::{AgreedSecret, ShareKeyPoint};
use inkan_pki::secret::Pin;

use super::host::Launch;
use super::limits::Limits;
use super::message::{Call, Reply, Request, WirePin};
use super::process::Process;
use super::source::Source;
use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::capabilities::{Admin, Capabilities, NewKey};
use crate::keystore::content::{Content, KeyEntry, KeyRef};
use crate::keystore::discovery::FoundToken;
use crate::keystore::view::{PinState, TokenView};

/// Lists the tokens of a source in a process that exits afterwards.
///
/// # Errors
/// The source's error; [`TokenError::TimedOut`], [`TokenError::DriverCrashed`], [`TokenError::InvalidDriverResponse`].
pub fn tokens(launch: &Launch, source: &Source) -> Result<Vec<FoundToken>, TokenError> {
    let mut process = Process::start(launch, source)?;
    let request = Request::Tokens(source.clone());
    match process.call(&request, request.limit(&launch.limits, false))? {
        Reply::Tokens(tokens) => Ok(tokens),
        _ => Err(unexpected_reply(source)),
    }
}

fn unexpected_reply(source: &Source) -> TokenError {
    TokenError::InvalidDriverResponse {
        driver: source.path(),
        detail: "a reply to another request".to_owned(),
    }
}

/// An opened token. Dropping it ends its driver's process.
#[derive(Debug)]
pub struct RemoteStore {
    process: Process,
    limits: Limits,
    source: Source,
    view: TokenView,
    capabilities: Capabilities,
    /// The use of a key may wait for a user.
    asks: bool,
}

impl RemoteStore {
    /// Opens a token that was found in this source.
    ///
    /// # Errors
    /// As [`tokens`]; [`TokenError::Removed`] if the token is no longer present.
    pub fn open(launch: &Launch, source: &Source, found: &FoundToken) -> Result<Self, TokenError> {
        let mut process = Process::start(launch, source)?;
        let request = Request::Open(source.clone(), Box::new(found.clone()));
        match process.call(&request, request.limit(&launch.limits, false))? {
            Reply::Opened(capabilities) => Ok(Self {
                process,
                limits: launch.limits,
                source: source.clone(),
                view: found.view.clone(),
                capabilities,
                asks: found.pin.pin_pad || source.asks(),
            }),
            _ => Err(unexpected_reply(source)),
        }
    }

    fn call<T>(&mut self, call: Call, take: impl Fn(Reply) -> Option<T>) -> Result<T, TokenError> {
        let request = Request::Call(call);
        let limit = request.limit(&self.limits, self.asks);
        let reply = self.process.call(&request, limit)?;
        take(reply).ok_or_else(|| unexpected_reply(&self.source))
    }

    fn done(&mut self, call: Call) -> Result<(), TokenError> {
        self.call(call, |reply| matches!(reply, Reply::Done).then_some(()))
    }
}

fn wire(pin: &Pin) -> WirePin {
    WirePin(pin.clone())
}

/// Extracts the value of one kind of reply.
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

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn needs_login(&mut self) -> Result<bool, TokenError> {
        self.call(Call::NeedsLogin, only!(Flag))
    }

    fn pin_state(&mut self) -> Result<PinState, TokenError> {
        self.call(Call::PinState, only!(Pin))
    }

    fn login(&mut self, pin: &Pin) -> Result<(), TokenError> {
        self.done(Call::Login(wire(pin)))
    }

    fn login_pin_pad(&mut self) -> Result<(), TokenError> {
        self.done(Call::LoginPinPad)
    }

    fn required_admin(&mut self) -> Result<Option<Admin>, TokenError> {
        self.call(Call::Administration, only!(Admin))
    }

    fn authenticate_admin(&mut self, secret: &Pin) -> Result<(), TokenError> {
        self.done(Call::Administer(wire(secret)))
    }

    fn content(&mut self) -> Result<Content, TokenError> {
        self.call(Call::Content, only!(Content))
    }

    fn confined(&mut self, key: &KeyRef) -> Result<bool, TokenError> {
        self.call(Call::Confined(key.clone()), only!(Flag))
    }

    fn generate(&mut self, new: &NewKey) -> Result<KeyEntry, TokenError> {
        self.call(Call::Generate(new.clone()), only!(Key))
    }

    fn offered_schemes(
        &mut self,
        algorithm: KeyAlgorithm,
    ) -> Result<Vec<SignatureScheme>, TokenError> {
        self.call(Call::OfferedSchemes(algorithm), only!(Schemes))
    }

    fn schemes(&mut self, key: &KeyRef) -> Result<Vec<SignatureScheme>, TokenError> {
        self.call(Call::Schemes(key.clone()), only!(Schemes))
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
        self.call(call, only!(Signature))
    }

    fn share_key(&mut self) -> Result<Option<KeyEntry>, TokenError> {
        self.call(Call::ShareKey, only!(ShareKey))
    }

    fn generate_share_key(&mut self) -> Result<KeyEntry, TokenError> {
        self.call(Call::GenerateShareKey, only!(Key))
    }

    fn agree(&mut self, key: &KeyRef, peer: &ShareKeyPoint) -> Result<AgreedSecret, TokenError> {
        let call = Call::Agree {
            key: key.clone(),
            peer: peer.clone(),
        };
        self.call(call, |reply| match reply {
            Reply::Agreed(secret) => Some(secret.0),
            _ => None,
        })
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

    fn repair_link(&mut self, key: &KeyRef, der: &[u8]) -> Result<bool, TokenError> {
        let call = Call::RepairLink {
            key: key.clone(),
            der: der.to_vec(),
        };
        self.call(call, only!(Flag))
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
        self.call(Call::UnblockState, only!(Pin))
    }

    fn unblock(&mut self, puk: &Pin, new: &Pin) -> Result<(), TokenError> {
        self.done(Call::Unblock {
            puk: wire(puk),
            new: wire(new),
        })
    }
}
