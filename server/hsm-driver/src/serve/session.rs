//! One connection: a session with the token and the key handles found in it.

use std::collections::HashMap;
use std::os::unix::net::UnixStream;

use inkan_pki::pkcs11::attributes::key_attributes;
use inkan_pki::pkcs11::keys::{PrivateKey, find_private_key, find_private_key_by_label};
use inkan_pki::pkcs11::login::{LoginTarget, PinOwner};
use inkan_pki::pkcs11::sign::{schemes, sign};
use inkan_pki::pkcs11::{Access, ErrorClass, ErrorKind, Pkcs11Error, Session};
use serde_bytes::ByteBuf;

use super::host::Host;
use crate::frame::{FrameError, Link};
use crate::message::{
    Failure, KeyAnswer, KeyReport, MAX_REPLY, MAX_REQUEST, MAX_TEXT, Reply, Request,
};

/// Answers until the connection is closed. False if something else than a request came.
pub(super) fn serve(connection: UnixStream, host: &Host) -> bool {
    let mut link = Link::new(connection);
    let mut connection = Connection {
        host,
        session: None,
        keys: HashMap::new(),
    };
    loop {
        let request = match link.receive(MAX_REQUEST) {
            Ok(request) => request,
            Err(FrameError::Closed | FrameError::Socket(_)) => return true,
            Err(FrameError::TooLong(_) | FrameError::Invalid(_)) => return false,
        };
        let reply = connection
            .answer(request)
            .unwrap_or_else(|error| Reply::Failed(failure(&error)));
        if link.send(&reply, MAX_REPLY).is_err() {
            return true;
        }
    }
}

struct Connection<'a> {
    host: &'a Host,
    session: Option<Session>,
    keys: HashMap<Vec<u8>, PrivateKey>,
}

impl Connection<'_> {
    fn answer(&mut self, request: Request) -> Result<Reply, Pkcs11Error> {
        Ok(match request {
            Request::Load => {
                self.host.load()?;
                Reply::Done
            }
            Request::FindToken(selector) => {
                self.host.find_token(&selector)?;
                Reply::Done
            }
            Request::Open => {
                self.keys.clear();
                let (module, token) = (self.host.module()?, self.host.token()?);
                self.session = Some(Session::open(&module, &token, Access::ReadOnly)?);
                Reply::Done
            }
            Request::LoginState => Reply::Login(self.session()?.login_state()?),
            Request::PinFlags => Reply::Pin(self.session()?.pin_flags(PinOwner::User)?),
            Request::SendPin(pin) => {
                Reply::LoggedIn(self.session()?.send_pin(PinOwner::User, &pin.0)?)
            }
            Request::FindKey { spki, label } => Reply::Key(self.find_key(spki, label)?),
            Request::ReadKey(spki) => {
                let session = self.session()?;
                let key = find_private_key(session, &spki)?;
                Reply::Attributes(KeyReport {
                    attributes: key_attributes(session, &key)?,
                    label: bounded(key.label),
                    algorithm: key.algorithm,
                })
            }
            Request::Schemes(algorithm) => Reply::Schemes(schemes(self.session()?, algorithm)?),
            Request::Sign {
                spki,
                scheme,
                message,
            } => {
                let session = self.session.as_ref().ok_or_else(no_session)?;
                if !self.keys.contains_key(spki.as_slice()) {
                    let key = find_private_key(session, &spki)?;
                    self.keys.insert(spki.to_vec(), key);
                }
                let key = self.keys.get(spki.as_slice()).ok_or_else(no_session)?;
                Reply::Signature(ByteBuf::from(sign(session, key, scheme, &message)?))
            }
            Request::Close => {
                self.keys.clear();
                self.session = None;
                Reply::Done
            }
        })
    }

    /// A key identified by its label alone must have a public key that can be read.
    fn find_key(
        &self,
        spki: Option<ByteBuf>,
        label: Option<String>,
    ) -> Result<KeyAnswer, Pkcs11Error> {
        let session = self.session()?;
        match (spki, label) {
            (Some(spki), label) => match (find_private_key(session, &spki), label) {
                (Ok(_), _) => Ok(KeyAnswer::Found(None)),
                (Err(error), Some(label)) if error.class == ErrorClass::NotFound => {
                    // Distinguishes a replaced key from a missing one.
                    match find_private_key_by_label(session, &label) {
                        Ok(_) => Ok(KeyAnswer::Other),
                        Err(other) if other.class == ErrorClass::Ambiguous => Ok(KeyAnswer::Other),
                        Err(_) => Err(error),
                    }
                }
                (Err(error), _) => Err(error),
            },
            (None, Some(label)) => {
                let found = find_private_key_by_label(session, &label)?;
                Ok(KeyAnswer::Found(Some(ByteBuf::from(found.spki_der))))
            }
            (None, None) => {
                let detail = "a key has neither a public key nor a label".to_owned();
                Err(Pkcs11Error::reported(
                    "find key",
                    ErrorClass::NotFound,
                    detail,
                    false,
                ))
            }
        }
    }

    fn session(&self) -> Result<&Session, Pkcs11Error> {
        self.session.as_ref().ok_or_else(no_session)
    }
}

fn no_session() -> Pkcs11Error {
    let detail = "this connection has no session".to_owned();
    Pkcs11Error::reported("use session", ErrorClass::SessionLost, detail, false)
}

fn failure(error: &Pkcs11Error) -> Failure {
    Failure {
        class: error.class,
        detail: bounded(error.to_string()),
        reached_module: error.reached_module(),
        pin_needed: matches!(*error.kind, ErrorKind::PinNeeded),
    }
}

/// At most as long as a reply allows.
fn bounded(mut text: String) -> String {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}
