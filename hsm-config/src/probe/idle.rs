//! A session after an idle time.

use std::sync::Arc;
use std::time::Duration;

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::session_key::generate_session_key;
use inkan_pki::pkcs11::{Access, LoginState, Module, Session, TokenInfo, sign};

use super::report::IdleFacts;

/// Leaves the session alone for so long. `algorithm`: a kind of key that the token makes, when the user is logged in.
pub(super) fn probe(
    module: &Arc<Module>,
    token: &TokenInfo,
    session: &Session,
    algorithm: Option<KeyAlgorithm>,
    seconds: u64,
) -> IdleFacts {
    let key = algorithm.and_then(|algorithm| generate_session_key(session, algorithm).ok());
    std::thread::sleep(Duration::from_secs(seconds));
    let state = session.login_state();
    let signed = key.map(|key| {
        let scheme = key.private.algorithm.default_scheme();
        let signed = sign::sign(session, &key.private, scheme, b"after an idle time").is_ok();
        key.destroy(session);
        signed
    });
    IdleFacts {
        seconds,
        alive: state.is_ok(),
        error: state.as_ref().err().map(ToString::to_string),
        logged_in: algorithm.map(|_| state.is_ok_and(|state| state == LoginState::User)),
        signed,
        reopened: Session::open(module, token, Access::ReadOnly).is_ok(),
    }
}
