//! Exit codes: what a script may rely on.

use std::process::ExitCode;

use inkan_hsm_config::apply::ApplyError;
use inkan_hsm_config::crl::CrlError;
use inkan_hsm_config::guided::GuidedError;
use inkan_hsm_config::pin_change::PinChangeError;
use inkan_hsm_config::recovery::RecoveryError;
use inkan_hsm_config::share_ceremony::ShareCeremonyError;
use inkan_hsm_config::shares::SetError;
use inkan_hsm_config::verify::VerifyError;

/// How the program ends. The command line parser returns 2 as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok = 0,
    Output = 1,
    Usage = 2,
    Spec = 3,
    Hsm = 4,
    Pin = 5,
    Complete = 6,
    Conflicts = 7,
    Findings = 8,
    File = 9,
    Transcript = 10,
    Incomplete = 11,
    Share = 12,
    Stopped = 13,
}

pub(crate) const HELP: &str = "\
Exit codes:
   0  done, or no findings
   1  the output could not be written, or there is no terminal
   2  the command line is wrong
   3  the specification cannot be used; the message names file, field and remedy
   4  the HSM failed or refused
   5  a PIN could not be read, was refused, was withheld or got an unclear answer (sent once at most)
   6  apply: the environment is already complete; nothing was changed
   7  apply, crl, pin, backup, restore, adopt: something exists already, is missing or differs; nothing was changed
   8  verify, restore, adopt: there are findings; probe: the device contradicts the specification
   9  a file could not be read or written, or another run is in progress
  10  the transcript is missing, malformed or broken
  11  transcript, record, crl, pin, backup, adopt: the ceremony is not complete
  12  shares, unseal: the share was refused; nothing was changed
  13  apply --guided: the custodians took a break or were not recognised; it resumes when it is run again;
      backup, restore, adopt: not confirmed, nothing was changed";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    pub(crate) fn of_apply(error: &ApplyError) -> Self {
        match error {
            _ if error.is_pin() => Self::Pin,
            ApplyError::Spec(_) => Self::Spec,
            ApplyError::Pin(..) => Self::Pin,
            ApplyError::Transcript(_) => Self::Transcript,
            ApplyError::Complete(_) => Self::Complete,
            ApplyError::OtherPlan { .. }
            | ApplyError::ClockBehind { .. }
            | ApplyError::Conflicts(_) => Self::Conflicts,
            ApplyError::Hsm(..) | ApplyError::Certificate(..) => Self::Hsm,
            ApplyError::Busy(_) | ApplyError::File(..) | ApplyError::Random => Self::File,
        }
    }

    pub(crate) fn of_guided(error: &GuidedError) -> Self {
        match error {
            GuidedError::Apply(error) => Self::of_apply(error),
            GuidedError::TooFewCustodians(_) | GuidedError::SameName(_) => Self::Spec,
            GuidedError::NotRecognised(_) | GuidedError::Break(_) | GuidedError::InputEnded(_) => {
                Self::Stopped
            }
            GuidedError::Terminal(_) => Self::Output,
        }
    }

    pub(crate) fn of_pin_change(error: &PinChangeError) -> Self {
        match error {
            _ if error.is_pin() => Self::Pin,
            PinChangeError::UnknownToken(..) | PinChangeError::Shared(_) => Self::Usage,
            PinChangeError::Incomplete => Self::Incomplete,
            PinChangeError::Apply(error) => Self::of_apply(error),
            // The others were answered above.
            PinChangeError::PinPad(_)
            | PinChangeError::NewPin(_)
            | PinChangeError::Same
            | PinChangeError::Length { .. }
            | PinChangeError::Unclear(_) => Self::Hsm,
        }
    }

    pub(crate) fn of_shares(error: &ShareCeremonyError) -> Self {
        match error {
            _ if error.is_pin() => Self::Pin,
            ShareCeremonyError::Spec(_) => Self::Spec,
            ShareCeremonyError::NoToken(_)
            | ShareCeremonyError::Set(
                SetError::Officers(_)
                | SetError::Threshold(..)
                | SetError::SameName(_)
                | SetError::Name(_),
            ) => Self::Usage,
            ShareCeremonyError::Set(_) => Self::File,
            ShareCeremonyError::Directory(error) => Self::of_apply(error),
            ShareCeremonyError::Transcript(_) | ShareCeremonyError::NotRecorded(_) => {
                Self::Transcript
            }
            ShareCeremonyError::Pending(_)
            | ShareCeremonyError::NothingPending(_)
            | ShareCeremonyError::SetExists(_)
            | ShareCeremonyError::TokenNotFound(_)
            | ShareCeremonyError::OtherToken(..)
            | ShareCeremonyError::NotDelivered => Self::Conflicts,
            // The first two were answered above.
            ShareCeremonyError::Pin(..)
            | ShareCeremonyError::Unclear(..)
            | ShareCeremonyError::OldPinRefused(..)
            | ShareCeremonyError::Hsm(..)
            | ShareCeremonyError::NewPinRefused(..) => Self::Hsm,
        }
    }

    pub(crate) fn of_crl(error: &CrlError) -> Self {
        match error {
            CrlError::Apply(error) => Self::of_apply(error),
            CrlError::Incomplete => Self::Incomplete,
            CrlError::NotARoot(_)
            | CrlError::NotIssued { .. }
            | CrlError::AlreadyRevoked { .. }
            | CrlError::Days(_) => Self::Usage,
            CrlError::RootNotValid => Self::Conflicts,
            CrlError::Unusable(_) => Self::Hsm,
        }
    }

    pub(crate) fn of_recovery(error: &RecoveryError) -> Self {
        match error {
            RecoveryError::Apply(error) => Self::of_apply(error),
            RecoveryError::Verify(error) => Self::of_verify(error),
            RecoveryError::UnknownToken(..)
            | RecoveryError::OtherMeans(_)
            | RecoveryError::Recipient
            | RecoveryError::Custodians(_) => Self::Usage,
            RecoveryError::Incomplete => Self::Incomplete,
            RecoveryError::Identity(..)
            | RecoveryError::DiskFull(_)
            | RecoveryError::File(..)
            | RecoveryError::NotABackup(_)
            | RecoveryError::OtherKey(_)
            | RecoveryError::Damaged(_)
            | RecoveryError::Newer(..)
            | RecoveryError::Store(_)
            | RecoveryError::StoreBackend(..)
            | RecoveryError::Changing(_) => Self::File,
            RecoveryError::Contents(_) | RecoveryError::CopyDiffers(_) => Self::Hsm,
            RecoveryError::TargetExists(_)
            | RecoveryError::NoTokenFiles(..)
            | RecoveryError::TokenNotFound(_)
            | RecoveryError::OtherToken { .. }
            | RecoveryError::KeysMissing(_)
            | RecoveryError::PrivateKeysMissing(..)
            | RecoveryError::OtherEnvironment(..)
            | RecoveryError::OtherTranscript(_)
            | RecoveryError::Superseded(..)
            | RecoveryError::OtherShares(_)
            | RecoveryError::TokenExists(..)
            | RecoveryError::SameToken(_) => Self::Conflicts,
            RecoveryError::Findings(_) => Self::Findings,
        }
    }

    pub(crate) fn of_verify(error: &VerifyError) -> Self {
        match error {
            _ if error.is_pin() => Self::Pin,
            VerifyError::Spec(_) => Self::Spec,
            VerifyError::Pin(..) => Self::Pin,
            VerifyError::Hsm(..) => Self::Hsm,
            VerifyError::Random => Self::File,
            VerifyError::UnknownToken(..) => Self::Usage,
        }
    }
}
