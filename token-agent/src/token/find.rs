//! Token drivers, the tokens behind them, and choosing one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use inkan_pki::pkcs11::module::Module;
use inkan_pki::pkcs11::token::{PinState, TokenInfo};

use super::fault::token_error;
use crate::error::TokenError;
use crate::keystore::view::{TokenKind, TokenView};

/// Most tokens looked at.
pub const MAX_TOKENS: usize = 64;

/// Longest wait for one driver to say which tokens it sees.
const DISCOVERY: Duration = Duration::from_secs(30);

/// A token in a reader.
#[derive(Debug, Clone)]
pub struct Found {
    /// The module that speaks to it.
    pub module: Arc<Module>,
    /// What it says about itself.
    pub info: TokenInfo,
}

impl Found {
    /// For people and JSON.
    #[must_use]
    pub fn view(&self) -> TokenView {
        let TokenInfo {
            label,
            serial,
            manufacturer,
            model,
            ..
        } = &self.info;
        let model = [manufacturer.as_str(), model.as_str()]
            .join(" ")
            .trim()
            .to_owned();
        TokenView {
            label: label.clone(),
            serial: serial.clone(),
            model,
            kind: TokenKind::Pkcs11,
            reader: None,
            driver: self
                .module
                .path()
                .file_stem()
                .map(|n| n.to_string_lossy().into_owned())
                .unwrap_or_default(),
        }
    }
}

/// The initialised tokens of all modules. A module that fails is passed over while another one has tokens.
///
/// # Errors
/// [`TokenError::NoModule`], [`TokenError::Module`], [`TokenError::NoToken`].
pub fn tokens(modules: &[PathBuf]) -> Result<Vec<Found>, TokenError> {
    if modules.is_empty() {
        return Err(TokenError::NoModule);
    }
    let mut found = Vec::new();
    let mut failure = None;
    for path in modules {
        match within(DISCOVERY, path, tokens_of) {
            Ok(tokens) => found.extend(tokens),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    found.truncate(MAX_TOKENS);
    match (found.is_empty(), failure) {
        (false, _) => Ok(found),
        (true, Some(failure)) => Err(failure),
        (true, None) => Err(TokenError::NoToken),
    }
}

/// Runs `ask` on a thread of its own for `limit` at most: a driver can hang as soon as it is loaded.
fn within<T: Send + 'static>(
    limit: Duration,
    path: &Path,
    ask: impl FnOnce(&Path) -> Result<T, TokenError> + Send + 'static,
) -> Result<T, TokenError> {
    let (done, result) = sync_channel(1);
    let path = path.to_owned();
    thread::Builder::new()
        .name("driver".to_owned())
        .spawn(move || {
            // Whoever asked may have stopped waiting.
            let _ = done.send(ask(&path));
        })
        .map_err(|e| TokenError::Failed {
            operation: "start thread".to_owned(),
            detail: e.to_string(),
        })?;
    match result.recv_timeout(limit) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Err(TokenError::Hung),
        Err(RecvTimeoutError::Disconnected) => Err(TokenError::Removed),
    }
}

fn tokens_of(path: &Path) -> Result<Vec<Found>, TokenError> {
    let module = Module::load(path).map_err(|e| TokenError::Module {
        path: path.to_owned(),
        detail: e.kind.to_string(),
    })?;
    let tokens = module.tokens().map_err(|e| token_error(&e))?;
    let usable = tokens
        .into_iter()
        .filter(|info| info.readable && info.initialized);
    Ok(usable
        .map(|info| Found {
            module: Arc::clone(&module),
            info,
        })
        .collect())
}

/// Those whose label or serial number is `wanted`; all, if nothing is.
///
/// # Errors
/// [`TokenError::NotFound`]; [`TokenError::Ambiguous`] when more than one fits.
pub fn wanted(found: Vec<Found>, wanted: Option<&str>) -> Result<Vec<Found>, TokenError> {
    let Some(wanted) = wanted else {
        return Ok(found);
    };
    let fits = |f: &Found| f.info.serial == wanted || f.info.label == wanted;
    let fitting: Vec<_> = found.into_iter().filter(fits).collect();
    match fitting.len() {
        0 => Err(TokenError::NotFound {
            wanted: wanted.to_owned(),
        }),
        1 => Ok(fitting),
        _ => Err(TokenError::Ambiguous {
            wanted: wanted.to_owned(),
        }),
    }
}

/// What the token says already before anything is tried with it.
///
/// # Errors
/// [`TokenError::WriteProtected`] (if it is to be written to), [`TokenError::NotInitialised`], [`TokenError::PinLocked`].
pub fn fit_for_use(token: &TokenInfo, write: bool) -> Result<(), TokenError> {
    if write && token.write_protected {
        return Err(TokenError::WriteProtected);
    }
    match token.pin {
        PinState::Locked => Err(TokenError::PinLocked),
        PinState::NotSet if !token.pin_pad => Err(TokenError::NotInitialised {
            token: token.label.clone(),
        }),
        PinState::NotSet | PinState::Unknown | PinState::CountLow | PinState::FinalTry => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_that_hangs_is_given_up() {
        let path = Path::new("driver.so");
        let hang = |_: &Path| {
            thread::sleep(Duration::from_secs(60));
            Ok(())
        };
        let result = within(Duration::from_millis(20), path, hang);
        assert!(matches!(result, Err(TokenError::Hung)));
        let found = within(Duration::from_secs(30), path, |p| Ok(p.to_owned()));
        assert_eq!(found.unwrap(), path);
    }
}
