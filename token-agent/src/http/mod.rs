//! Talking to a bank: its server CA and nothing else, https only, no redirects, no cookies, small answers; through a proxy
//! where one is set.
//!
//! - [`tls`]: TLS configurations, with and without a client certificate
//! - [`client`]: one exchange, and what its failure means
//! - [`probe`]: a handshake alone
//! - [`portal`]: pick-up, progress, EST enrolment
//! - [`certificate`]: what needs the certificate: activation, renewal, asking whether it is taken
//! - [`proxy`]: which proxy, and what it says
//! - `fault`: why there is no answer
//! - [`patience`]: trying again within a limit

pub mod certificate;
pub mod client;
mod fault;
pub mod patience;
pub mod portal;
pub mod probe;
pub mod proxy;
pub mod tls;
