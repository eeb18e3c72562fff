//! Modules, tokens, sessions, keys and certificates over PKCS#11 (OASIS PKCS#11 3.1), with the quirks of real tokens.
//!
//! Blocking, and with no deadline of its own: a vendor's module may hang for as long as it likes, so whoever must not hang
//! calls from a thread that can be left behind. No pool, no prompt, no configuration here.
//!
//! - [`module`]: load once per process, list and find tokens, re-initialise
//! - [`token`]: what a token says about itself
//! - [`setup`]: initialise tokens
//! - [`session`]: open, log in, log out
//! - [`pin_attempts`], [`login`]: whether a PIN may be sent (again), and sending it
//! - [`generate`]: key pairs that cannot leave the token
//! - [`attributes`]: how a private key is kept
//! - [`keys`]: find by public key, list
//! - [`public_key`]: public keys out of token objects
//! - [`certificate`]: write, list, delete
//! - [`mod@sign`]: signatures by a key
//! - [`room`]: room for a certificate, held while its key is made
//! - [`error`], [`mod@classify`]: what failed, and what is worth doing next
//! - `method`: who hashes and who pads, for tokens that lack the usual mechanism
//! - `ladder`: what is said about a new key pair, to tokens that want it said and to tokens that do not
//! - `pin_memory`: PINs that were sent before, as digests
//! - `gate`, `raw`, `object`, `ecdsa`: who is inside the library; calls the binding cannot make; finding and reading
//!   objects; r‖s to DER
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
//!     // Never again with this PIN: the error says whether it was wrong or locked, the token what is left.
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

pub mod attributes;
pub mod certificate;
pub mod classify;
mod ecdsa;
pub mod error;
mod gate;
pub mod generate;
pub mod keys;
mod ladder;
pub mod login;
mod method;
pub mod module;
mod object;
pub mod pin_attempts;
mod pin_memory;
pub mod public_key;
mod raw;
pub mod room;
pub mod session;
pub mod setup;
pub mod sign;
pub mod token;

pub use error::{ErrorClass, ErrorKind, Pkcs11Error};
pub use module::{LibraryInfo, Module};
pub use session::{Access, LoginState, Session};
pub use token::{PinState, TokenInfo, TokenSelector};

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
pub(crate) mod tests;
