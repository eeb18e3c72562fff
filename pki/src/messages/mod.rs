//! The messages between bank and agent (`docs/protocol.md`, field by field).
//!
//! Not here: how they travel (HTTP, TLS), and any sentence for people.
//!
//! - [`link`]: the `inkan:` link that starts the agent
//! - [`identifier`]: the only characters an id in a link may have
//! - [`request`]: picking a request up, progress, activation
//! - [`login`]: login with the agent: picking up, the one-time code, and where it is opened
//! - [`unseal`]: unsealing the HSM with an officer's token
//! - [`problem`]: an error answer with a stable code
//! - [`bank`]: the file that describes a bank to the agent

pub mod bank;
pub mod identifier;
pub mod link;
pub mod login;
pub mod problem;
pub mod request;
pub mod unseal;
