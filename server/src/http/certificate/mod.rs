//! Screens of the certificate listener. A request reaches them only with the registered certificate, which is checked
//! for each request ([`gate`]).
//!
//! - [`gate`]: the certificate of the connection, against its current state
//! - [`login`]: BLGI002, BTOP001, log out

pub mod gate;
pub mod login;
