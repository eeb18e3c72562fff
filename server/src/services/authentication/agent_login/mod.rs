//! Login with the agent: for a browser that cannot use the token. The browser makes a request, the agent proves the
//! certificate over mutual TLS and gets a one-time code, and the code is valid only in that browser.
//!
//! Two secrets must meet: the cookie, which never leaves the requesting browser, and the code, which goes to the holder
//! of the token and which we never send to that browser. So neither a link sent to somebody nor a stolen code opens
//! anything (`docs/decisions/0010-login-code-in-the-address.md`).
//!
//! - [`request`]: the browser requests, and follows the progress
//! - [`proof`]: the agent picks up and proves the certificate
//! - [`code`]: a browser presents the code
//! - [`password`]: ログインパスワード, and the session of a login

pub mod code;
pub mod password;
pub mod proof;
pub mod request;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

use jiff::{SignedDuration, Timestamp};

/// Time for the agent after the pick-up: a token is found and a PIN is typed.
pub const PROOF: SignedDuration = SignedDuration::from_mins(5);

/// Time for the browser to present the code: the agent opens it at once.
pub const CODE: SignedDuration = SignedDuration::from_secs(60);

/// Time for the customer to enter the password after that.
pub const PASSWORD: SignedDuration = SignedDuration::from_mins(5);

fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
