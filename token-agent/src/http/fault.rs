//! Maps errors of HTTP, TLS and the system to the reason why there is no response.

use std::error::Error;
use std::io::{self, ErrorKind};

use inkan_pki::signer::SignError;
use rustls_pki_types::UnixTime;

use super::proxy::{Proxy, tunnel};
use crate::config::bank::Origin;
use crate::error::{BankError, TokenError, Unreachable};

/// Maximum length of a TLS error text, in characters.
const MAX_DETAIL: usize = 120;

/// A request that could not be sent or got no response. With a proxy in between, the proxy is probed separately: the
/// HTTP client reports too little of the proxy's response.
pub(super) fn sending(
    error: &reqwest::Error,
    origin: &Origin,
    proxy: Option<&Proxy>,
    mutual: bool,
) -> BankError {
    let how = if error.is_timeout() {
        Unreachable::Timeout
    } else if error.is_connect() {
        Unreachable::Connect
    } else {
        Unreachable::Dropped
    };
    tls(error, origin, mutual)
        .or_else(|| {
            let proxy = proxy.filter(|_| error.is_connect() || error.is_timeout())?;
            tunnel::diagnose(proxy, origin)
        })
        .unwrap_or_else(|| unreachable(origin, how))
}

/// A response or a handshake that was interrupted.
pub(super) fn reading(error: &io::Error, origin: &Origin, mutual: bool) -> BankError {
    let timeout = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
    let how = if timeout {
        Unreachable::Timeout
    } else {
        Unreachable::Dropped
    };
    tls(error, origin, mutual).unwrap_or_else(|| unreachable(origin, how))
}

pub(super) fn unreachable(origin: &Origin, how: Unreachable) -> BankError {
    BankError::Unreachable {
        host: origin.host(),
        how,
    }
}

/// Finds the TLS error, however deeply it is wrapped.
fn tls(error: &(dyn Error + 'static), origin: &Origin, mutual: bool) -> Option<BankError> {
    use rustls::CertificateError as Bad;
    let host = origin.host();
    let dropped = unreachable(origin, Unreachable::Dropped);
    Some(match find(error)? {
        rustls::Error::InvalidCertificate(
            reason @ (Bad::Expired
            | Bad::ExpiredContext { .. }
            | Bad::NotValidYet
            | Bad::NotValidYetContext { .. }),
        ) => BankError::Clock {
            host,
            past: past(reason),
        },
        rustls::Error::InvalidCertificate(reason) => BankError::NotTrusted {
            host,
            detail: format!("{reason:?}").chars().take(MAX_DETAIL).collect(),
        },
        rustls::Error::AlertReceived(alert) if mutual => BankError::Alert {
            alert: format!("{alert:?}"),
        },
        rustls::Error::AlertReceived(_) => dropped,
        // The token's own error is returned through TLS.
        rustls::Error::Other(other) => match other.0.downcast_ref() {
            Some(SignError::Other(error)) => error
                .downcast_ref::<TokenError>()
                .cloned()
                .map_or(dropped, BankError::Token),
            _ => dropped,
        },
        other => BankError::NotTrusted {
            host,
            detail: other.to_string().chars().take(MAX_DETAIL).collect(),
        },
    })
}

/// By how many seconds the clock is outside the validity period.
fn past(reason: &rustls::CertificateError) -> Option<i64> {
    use rustls::CertificateError as Bad;
    let (time, limit) = match reason {
        Bad::ExpiredContext { time, not_after } => (time, not_after),
        Bad::NotValidYetContext { time, not_before } => (time, not_before),
        _ => return None,
    };
    let seconds = |time: &UnixTime| i64::try_from(time.as_secs()).ok();
    seconds(time)?.checked_sub(seconds(limit)?)
}

fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        // The `source` of an `io::Error` skips the error that it wraps.
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    None
}
