//! How each check is made.
//!
//! - [`login`]: found, PIN, tries left
//! - [`keys`]: key pairs and signatures
//! - [`certificates`]: certificates and what belongs to them
//! - [`again`]: opened again; keys that ask each time; what is deleted
//! - [`pins`]: PIN changed, locked, set anew
//! - [`pulled`]: taken away

mod again;
mod certificates;
mod keys;
mod login;
mod pins;
mod pulled;

use inkan_pki::algorithm::KeyAlgorithm;

use super::check::Check;
use super::suite::{Said, Subject};

/// Makes the check.
pub(crate) fn take(subject: &mut Subject, check: Check) -> Said {
    match check {
        Check::Listed => login::listed(subject),
        Check::WrongPin => login::wrong_pin(subject),
        Check::TriesCounted => login::tries_counted(subject),
        Check::WrongPinTold => login::wrong_pin_told(subject),
        Check::Login => login::right_pin(subject),
        Check::Generate(algorithm) => keys::generate(subject, algorithm),
        Check::Confined => keys::confined(subject),
        Check::SignP256 => keys::sign(subject, &[KeyAlgorithm::EcP256], |_| true),
        Check::SignP384 => keys::sign(subject, &[KeyAlgorithm::EcP384], |_| true),
        Check::SignRsaPkcs1 => keys::sign(subject, &keys::RSA, |scheme| !scheme.is_pss()),
        Check::SignRsaPss => keys::sign(subject, &keys::RSA, |scheme| scheme.is_pss()),
        Check::Csr => keys::csr(subject),
        Check::TwoKeys => certificates::two_keys(subject),
        Check::CertificateWritten => certificates::written(subject),
        Check::CertificateFullSize => certificates::full_size(subject),
        Check::CaCertificate => certificates::of_a_ca(subject),
        Check::SameId => certificates::same_id(subject),
        Check::Reopened => again::reopened(subject),
        Check::AsksEachTime => again::asks_each_time(subject),
        Check::CertificateDeleted => again::certificate_deleted(subject),
        Check::KeyDeleted => again::key_deleted(subject),
        Check::PinChanged => pins::changed(subject),
        Check::ShortPinRefused => pins::short_refused(subject),
        Check::PinLocks => pins::locks(subject),
        Check::Unblocked => pins::unblocked(subject),
        Check::WrongUnblockRefused => pins::wrong_unblock(subject),
        Check::PulledWhileSigning => pulled::while_signing(subject),
        Check::Pulled => pulled::while_open(subject),
    }
}
