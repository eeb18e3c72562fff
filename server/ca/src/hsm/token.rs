//! A session with the token, in the process that has loaded the module. Each function is one call with one deadline, and keeps
//! nothing.

use std::cell::RefCell;
use std::sync::Arc;

use inkan_hsm_driver::message::{KeyAnswer, Reply, Request, WirePin};
use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::pkcs11::login::{LoginOutcome, LoginTarget, PinOwner};
use inkan_pki::pkcs11::{ErrorKind, LoginState, PinState, Pkcs11Error, TokenSelector};
use inkan_pki::secret::Pin;
use serde_bytes::ByteBuf;

use super::driver::{Connection, Driver};
use super::key::Key;
use super::key_view::KeySeen;
use super::state::KeyFound;

/// Extracts the value of one kind of reply.
macro_rules! only {
    ($kind:ident) => {
        |reply| match reply {
            Reply::$kind(value) => Some(value),
            _ => None,
        }
    };
}

fn done(reply: Reply) -> Option<()> {
    matches!(reply, Reply::Done).then_some(())
}

/// A connection with its session, which is closed with it.
#[derive(Debug)]
pub(super) struct TokenSession {
    connection: RefCell<Connection>,
}

impl TokenSession {
    /// Loads the module, unless that is done. There is no session yet.
    pub(super) fn load(driver: &Arc<Driver>) -> Result<Self, Pkcs11Error> {
        let mut connection = Connection::open(driver)?;
        connection.call("load module", &Request::Load, done)?;
        Ok(Self {
            connection: RefCell::new(connection),
        })
    }

    /// Finds the token in which this and all later sessions of the process are opened.
    pub(super) fn find_token(&self, selector: &TokenSelector) -> Result<(), Pkcs11Error> {
        self.call("find token", &Request::FindToken(selector.clone()), done)
    }

    /// Opens the session.
    pub(super) fn begin(&self) -> Result<(), Pkcs11Error> {
        self.call("open session", &Request::Open, done)
    }

    /// A connection with a session, once the token has been found.
    pub(super) fn open(driver: &Arc<Driver>) -> Result<Self, Pkcs11Error> {
        let session = Self {
            connection: RefCell::new(Connection::open(driver)?),
        };
        session.begin()?;
        Ok(session)
    }

    /// Closes the session.
    pub(super) fn close(self) {
        // Whatever the answer, it is closed with the connection.
        let _ = self.call("close session", &Request::Close, done);
    }

    /// Signs with the key whose public key is `spki`.
    pub(super) fn sign(
        &self,
        spki: Vec<u8>,
        scheme: SignatureScheme,
        message: &[u8],
    ) -> Result<Vec<u8>, Pkcs11Error> {
        let request = Request::Sign {
            spki: ByteBuf::from(spki),
            scheme,
            message: ByteBuf::from(message),
        };
        self.call("sign", &request, only!(Signature))
            .map(ByteBuf::into_vec)
    }

    /// A round trip that needs session, login and token: finds the first existing key.
    pub(super) fn exercise(&self, keys: &[Key]) -> Result<(), Pkcs11Error> {
        let ready = keys
            .iter()
            .find(|key| key.found() == KeyFound::Ready)
            .and_then(Key::spki);
        match ready {
            Some(spki) => {
                let request = Request::FindKey {
                    spki: Some(ByteBuf::from(spki)),
                    label: None,
                };
                self.call("keep alive", &request, only!(Key)).map(drop)
            }
            None => self.login_state().map(drop),
        }
    }

    /// Whether the token has a configured key. A key identified by its label alone must keep the public key that it had at
    /// first.
    pub(super) fn find_key(&self, key: &Key) -> Result<(KeyFound, Option<Vec<u8>>), Pkcs11Error> {
        let request = Request::FindKey {
            spki: key.spki().map(ByteBuf::from),
            label: key.config.label.clone(),
        };
        Ok(match self.call("find key", &request, only!(Key))? {
            KeyAnswer::Found(spki) => (KeyFound::Ready, spki.map(ByteBuf::into_vec)),
            KeyAnswer::Other => (KeyFound::Wrong, None),
        })
    }

    /// What the token reports about an existing key.
    pub(super) fn read_key(&self, spki: Vec<u8>) -> Result<KeySeen, Pkcs11Error> {
        let request = Request::ReadKey(ByteBuf::from(spki));
        let report = self.call("read key attributes", &request, only!(Attributes))?;
        Ok(KeySeen {
            label: report.label,
            algorithm: report.algorithm,
            attributes: report.attributes,
        })
    }

    /// The schemes that the token offers for keys of this type.
    pub(super) fn schemes(
        &self,
        algorithm: KeyAlgorithm,
    ) -> Result<Vec<SignatureScheme>, Pkcs11Error> {
        self.call(
            "list mechanisms",
            &Request::Schemes(algorithm),
            only!(Schemes),
        )
    }

    fn call<T>(
        &self,
        operation: &'static str,
        request: &Request,
        take: impl FnOnce(Reply) -> Option<T>,
    ) -> Result<T, Pkcs11Error> {
        self.connection.borrow_mut().call(operation, request, take)
    }
}

impl LoginTarget for TokenSession {
    fn login_state(&self) -> Result<LoginState, Pkcs11Error> {
        self.call("read session", &Request::LoginState, only!(Login))
    }

    fn pin_flags(&self, _owner: PinOwner) -> Result<PinState, Pkcs11Error> {
        self.call("read token", &Request::PinFlags, only!(Pin))
    }

    fn send_pin(&self, _owner: PinOwner, pin: &Pin) -> Result<LoginOutcome, Pkcs11Error> {
        let request = Request::SendPin(WirePin(pin.clone()));
        self.call("log in", &request, only!(LoggedIn))
    }

    /// Keys that require the PIN for each use are refused: only the login needs it.
    fn keep_pin(&self, _owner: PinOwner, _pin: &Pin) {}
}

/// The key requires the PIN at each use, which workers do not have.
pub(super) fn pin_is_wanted(error: &Pkcs11Error) -> bool {
    matches!(*error.kind, ErrorKind::PinNeeded)
}
