//! Everything `verify` can find, without prose.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::crl::CrlDefect;
use crate::transcript::TranscriptError;

/// A difference from the specification or the transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// There is no transcript.
    TranscriptMissing(PathBuf),
    /// The transcript cannot be trusted.
    Transcript(TranscriptError),
    /// The ceremony was never completed.
    TranscriptIncomplete(PathBuf),
    /// The transcript is of another plan.
    OtherPlan {
        /// Recorded SHA-256, hex.
        recorded: String,
        /// SHA-256 of the plan now, hex.
        planned: String,
    },
    /// This machine's clock is before the last line of the transcript.
    ClockBehind {
        /// When that line was written.
        last: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// The token with this label is meant to be offline and is connected.
    TokenNotOffline(String),
    /// No token has this label.
    TokenMissing(String),
    /// More than one token has this label.
    TokenAmbiguous(String),
    /// The token does not have the recorded serial number.
    TokenReplaced {
        /// Label.
        label: String,
        /// Recorded.
        recorded: String,
        /// Found.
        found: String,
    },
    /// The key is not on its token.
    KeyMissing(String),
    /// More than one key has this label or public key.
    KeyAmbiguous(String),
    /// The key with this label is not the certified or recorded one.
    KeyReplaced(String),
    /// The key has another algorithm.
    KeyAlgorithm {
        /// Label.
        label: String,
        /// In the specification.
        specified: &'static str,
        /// On the token.
        found: &'static str,
    },
    /// The private key is not marked sensitive.
    KeyNotSensitive(String),
    /// The private key can leave the token.
    KeyExtractable(String),
    /// The private key was not generated on the token.
    KeyNotLocal(String),
    /// The private key may not sign.
    KeyMayNotSign(String),
    /// A signature failed; with the HSM's message.
    KeyCannotSign(String, String),
    /// A signature did not verify under the public key.
    KeyWrongSignature(String),
    /// The certificate file is missing.
    CertificateMissing(PathBuf),
    /// The certificate file cannot be read.
    CertificateUnreadable(PathBuf, std::io::ErrorKind),
    /// The file does not hold exactly one certificate.
    CertificateMalformed(PathBuf),
    /// The certificate is not the recorded one.
    CertificateReplaced(PathBuf),
    /// The certificate's subject is not the one of the specification.
    CertificateSubject(PathBuf),
    /// The certificate is not that of a CA with the specified path length and key usage.
    CertificateNotCa(PathBuf),
    /// The certificate is not signed by its issuer.
    CertificateChain(PathBuf),
    /// The certificate is not valid yet.
    CertificateNotYetValid(PathBuf),
    /// The certificate is no longer valid.
    CertificateExpired(PathBuf),
    /// A CRL is recorded, and its file is missing.
    CrlMissing(PathBuf),
    /// The CRL cannot be used.
    CrlUnusable(PathBuf, CrlDefect),
    /// The CRL is not the last recorded one.
    CrlReplaced(PathBuf),
    /// The CRL has expired.
    CrlExpired(PathBuf),
}
