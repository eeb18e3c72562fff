//! Login with the agent, in the browser. The cookie of the request stays in the browser; the code comes from the agent.
//!
//! - [`wait`]: BLGI003, from the request to the agent's proof
//! - [`code`]: the address that the agent opens
//! - [`password`]: BLGI002 on this listener

pub mod code;
pub mod password;
pub mod wait;

/// Cookie that binds a login to the browser that requested it. It has its own name, so that no other page replaces it.
const LOGIN_COOKIE: &str = "__Host-inkan-login";

/// BLGI003.
const WAIT: &str = "/login/agent";

/// BLGI002 after the code.
const PASSWORD: &str = "/login/agent/password";
