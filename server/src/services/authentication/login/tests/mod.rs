//! Who is authorised, who is not, and what each response shows.
//!
//! - [`by_password`]: BLGI001, BSMS001, locks
//! - [`apart`]: failures without the certificate, and with a login ID that does not exist
//! - [`with_acquisition`]: BSMS001 with a second password
//! - [`by_certificate`]: every state of a certificate, BLGI002, sessions

mod apart;
mod by_certificate;
mod by_password;
mod with_acquisition;
