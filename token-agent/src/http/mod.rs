//! Communication with a bank: it trusts the bank's server CA only, uses https only, follows no redirects, keeps no
//! cookies and bounds responses; through a proxy if one is configured.
//!
//! - [`tls`]: TLS configurations, with and without a client certificate
//! - [`client`]: one HTTP exchange
//! - [`probe`]: a TLS handshake alone
//! - [`portal`]: pick-up, progress, EST enrolment
//! - [`certificate`]: exchanges that need the certificate: activation, renewal, acceptance
//! - [`proxy`]: which proxy to use, and the connection through it
//! - `fault`: why there is no response
//! - [`retry`]: bounded retries

pub mod certificate;
pub mod client;
mod fault;
pub mod portal;
pub mod probe;
pub mod proxy;
pub mod retry;
pub mod tls;
