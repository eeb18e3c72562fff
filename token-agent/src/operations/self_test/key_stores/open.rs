//! Opens the key stores that need no PIN, and the token that is named.

use super::super::finding::{Fault, Obstacle, Step, Verdict};
use super::super::private::model;
use super::super::running::Running;
use crate::error::{Failure, TokenError};
use crate::keystore::KeyStore;
use crate::keystore::discovery::FoundToken;
use crate::keystore::view::TokenKind;
use crate::operations::unlock::{open, unlock};
use crate::token::lock::TokenLock;
use crate::token::open_token::OpenToken;

/// A key store.
#[derive(Debug)]
pub(in super::super) struct Store {
    /// Its kind and number.
    pub(super) subject: String,
    /// Its model.
    pub(super) model: String,
    pub(super) state: State,
}

/// Whether it can be used.
#[derive(Debug)]
pub(super) enum State {
    Open {
        token: OpenToken,
        _lock: Option<TokenLock>,
    },
    Closed(Verdict),
}

/// All stores of this computer.
///
/// # Errors
/// Why the named token cannot be used; cancelled.
pub(in super::super) fn all(running: &Running<'_>) -> Result<Vec<Store>, Failure> {
    let discovery = running.context.provider.find_tokens();
    for found in &discovery.tokens {
        running.hide_token(found);
    }
    let wanted = match &running.context.wanted {
        Some(wanted) => {
            running.hide_name(wanted);
            Some(discovery.named(wanted)?)
        }
        None => None,
    };
    let mut stores: Vec<Store> = Vec::new();
    for found in &discovery.tokens {
        let kind = kind(found.view.kind);
        let same = stores
            .iter()
            .filter(|s| s.subject.starts_with(&kind))
            .count();
        let state = if wanted == Some(found) {
            named(running, found)?
        } else {
            without_pin(running, found)
        };
        stores.push(Store {
            subject: format!("{kind} {}", same + 1),
            model: model(&found.view.model),
            state,
        });
    }
    Ok(stores)
}

/// Its name in JSON.
fn kind(kind: TokenKind) -> String {
    let name = serde_json::to_value(kind).ok();
    let name = name.as_ref().and_then(|name| name.as_str());
    name.unwrap_or_default().to_owned()
}

fn named(running: &Running<'_>, found: &FoundToken) -> Result<State, Failure> {
    let lock = TokenLock::take(&running.context.config, found)?;
    Ok(State::Open {
        token: unlock(running.context, running.ui, found, true)?,
        _lock: lock,
    })
}

fn without_pin(running: &Running<'_>, found: &FoundToken) -> State {
    let opened = open(running.context, found)
        .and_then(|token| Ok((token.with(KeyStore::needs_login)?, token)));
    let fault =
        |error: TokenError| State::Closed(Verdict::Failed(Fault::Step(Step::Open, error.into())));
    match opened {
        Err(error) => fault(error),
        Ok((true, _)) => State::Closed(Verdict::NotPossible(Obstacle::NeedsPin)),
        Ok((false, _)) if found.write_protected => {
            State::Closed(Verdict::NotPossible(Obstacle::WriteProtected))
        }
        Ok((false, token)) => match TokenLock::take(&running.context.config, found) {
            Ok(lock) => State::Open { token, _lock: lock },
            Err(error) => fault(error),
        },
    }
}
