//! Modules, tokens, sessions, keys and certificates over PKCS#11 (OASIS PKCS#11 3.1), with the quirks of real tokens.
//!
//! Every call blocks, without a deadline: a vendor's module may hang, so a caller that must not hang calls from a thread that it
//! can abandon. No pool, no prompt, no configuration here.
//!
//! - [`module`]: load once per process, re-initialise
//! - [`tokens`]: list, find and read the tokens of a module
//! - [`token`]: what a token reports about itself
//! - [`selector`]: how a token is chosen
//! - [`setup`]: initialise tokens
//! - [`session`]: open, log in, log out
//! - [`pin_attempts`], [`login`]: whether a PIN may be sent (again), and sending it
//! - [`pin_state`], [`pin_halt`]: tries left, and why a PIN is not sent
//! - `pin_memory`: digests of PINs that were sent before
//! - [`new_key`], [`generate`]: key pairs that cannot leave the token
//! - `templates`: attributes of a new key pair, for strict and for simple tokens
//! - [`key_attributes`], [`attributes`]: whether a private key can leave the token, and reading that
//! - [`keys`]: find by public key, list
//! - [`mechanisms`]: what a token reports about its mechanisms
//! - [`session_key`]: key pairs that vanish with their session, to try what a token accepts
//! - [`public_key`]: public keys from token objects
//! - [`certificate`]: write, list, delete
//! - [`mod@sign`]: signatures by a key
//! - [`mod@agree`]: key agreement by a key, and keys for that alone
//! - `method`: whether host or token hashes and pads, for tokens that lack the usual mechanism
//! - [`space`]: space for a certificate, reserved while its key is made
//! - [`error`], [`mod@classify`]: what failed, and what is worth doing next
//! - `gate`: counts calls inside the library
//! - `raw`: calls that the binding cannot make
//! - `object`: finding objects and reading their attributes
//!
//! Imports go one way, without a cycle (`tests/src/arrows/cycles.rs`).
//!
//! # Example
//! ```no_run
//! use std::path::Path;
//! use std::sync::Mutex;
//! use std::time::Instant;
//! use inkan_pki::algorithm::KeyAlgorithm;
//! use inkan_pki::pkcs11::generate::{NewKey, generate_key_pair};
//! use inkan_pki::pkcs11::keys::find_private_key;
//! use inkan_pki::pkcs11::login::{PinOwner, log_in};
//! use inkan_pki::pkcs11::pin_attempts::{PinAttempts, PinSender};
//! use inkan_pki::pkcs11::{Access, Module, Pkcs11Error, Session, TokenSelector, sign};
//! use inkan_pki::secret::Pin;
//!
//! # fn main() -> Result<(), Pkcs11Error> {
//! let module = Module::load(Path::new("/usr/lib/softhsm/libsofthsm2.so"))?;
//! let token = module.find_token(&TokenSelector::Label("inkan-issuing".into()))?;
//! let session = Session::open(&module, &token, Access::ReadWrite)?;
//! let attempts = PinAttempts::new(PinSender::Command, false, Pin::new("123456"));
//! if let Err(error) = log_in(&session, &Mutex::new(attempts), PinOwner::User, Instant::now) {
//!     // Never send this PIN again: the error shows whether it was wrong, and the token how many tries are left.
//!     eprintln!("{error}: {:?}", module.refresh(&token)?.pin);
//!     return Err(error.into_error(PinOwner::User));
//! }
//! let new_key = NewKey::with_random_id(KeyAlgorithm::EcP256, "customer-ca")?;
//! let made = generate_key_pair(&session, &new_key)?;
//!
//! // Later, in whatever process: the key is found by its public key, never by label or slot.
//! let key = find_private_key(&session, &made.spki_der)?;
//! let signature = sign::sign(&session, &key, key.algorithm.default_scheme(), b"to be signed")?;
//! # let _ = signature;
//! # Ok(())
//! # }
//! ```

pub mod agree;
pub mod attributes;
pub mod certificate;
pub mod classify;
pub mod error;
mod gate;
pub mod generate;
pub mod key_attributes;
pub mod keys;
pub mod login;
pub mod mechanisms;
mod method;
pub mod module;
pub mod new_key;
mod object;
pub mod pin_attempts;
pub mod pin_halt;
mod pin_memory;
pub mod pin_state;
pub mod public_key;
mod raw;
pub mod selector;
pub mod session;
pub mod session_key;
pub mod setup;
pub mod sign;
pub mod space;
mod templates;
pub mod token;
pub mod tokens;

pub use error::{ErrorClass, ErrorKind, Pkcs11Error};
pub use module::{LibraryInfo, Module};
pub use pin_state::PinState;
pub use selector::TokenSelector;
pub use session::{Access, LoginState, Session};
pub use token::TokenInfo;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
pub(crate) mod tests;
