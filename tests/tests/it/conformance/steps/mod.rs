//! How each check is made.
//!
//! - [`login`]: discovery, PIN, tries left
//! - [`keys`]: key pairs and signatures
//! - [`certificates`]: certificates and what belongs to them
//! - [`reopened`]: opened again; keys that require the PIN for each use; deletion
//! - [`pins`]: PIN changed, locked, unblocked
//! - [`pulled`]: the token is removed

mod certificates;
mod keys;
mod login;
mod pins;
mod pulled;
mod reopened;

use inkan_pki::algorithm::KeyAlgorithm;

use super::check::Check;
use super::suite::{CheckResult, Subject};
use super::verdict::Observation;

/// Makes the check.
pub(crate) fn take(subject: &mut Subject, check: Check) -> CheckResult {
    if subject.target.without_pin && check.is_about_pin() {
        return Ok(Observation::NoMeaning);
    }
    match check {
        Check::Listed => login::listed(subject),
        Check::WrongPin => login::wrong_pin(subject),
        Check::TriesCounted => login::tries_counted(subject),
        Check::WrongPinReported => login::wrong_pin_reported(subject),
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
        Check::Reopened => reopened::reopened(subject),
        Check::AlwaysAuthenticate => reopened::always_authenticate(subject),
        Check::CertificateDeleted => reopened::certificate_deleted(subject),
        Check::KeyDeleted => reopened::key_deleted(subject),
        Check::PinChanged => pins::changed(subject),
        Check::ShortPinRefused => pins::short_refused(subject),
        Check::PinLocks => pins::locks(subject),
        Check::Unblocked => pins::unblocked(subject),
        Check::WrongUnblockRefused => pins::wrong_unblock(subject),
        Check::PulledWhileSigning => pulled::while_signing(subject),
        Check::Pulled => pulled::while_open(subject),
    }
}
