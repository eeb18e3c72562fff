//! Login with the agent: for a browser that does not know the token. The browser asks, the agent proves the certificate
//! over mutual TLS and gets a one-time code, and the code is worth something only in the browser that asked.
//!
//! Two secrets must meet: the cookie, which never leaves the browser that asked, and the code, which is given to whoever
//! holds the token and never to that browser by us. So neither a link sent to somebody nor a code carried off opens
//! anything (`docs/decisions/0010-login-code-in-the-address.md`).
//!
//! - [`request`]: the browser asks, and sees how far it is
//! - [`proof`]: the agent picks up and proves the certificate
//! - [`code`]: a browser brings the code
//! - [`password`]: ログインパスワード, and the session of a login

pub mod code;
pub mod password;
pub mod proof;
pub mod request;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

use jiff::{SignedDuration, Timestamp};

/// How long the agent has after picking up: a token is found and a PIN is typed.
pub const PROOF: SignedDuration = SignedDuration::from_mins(5);

/// How long the browser has to bring the code: the agent opens it at once.
pub const CODE: SignedDuration = SignedDuration::from_secs(60);

/// How long the customer has for the password after that.
pub const PASSWORD: SignedDuration = SignedDuration::from_mins(5);

fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
