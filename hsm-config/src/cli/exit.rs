//! Exit codes: what a script may rely on.

use std::process::ExitCode;

use inkan_hsm_config::apply::ApplyError;
use inkan_hsm_config::list::ListError;
use inkan_hsm_config::verify::VerifyError;

/// How the program ends. Wrong usage ends with 2, most of it by the command line parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok = 0,
    Output = 1,
    Usage = 2,
    Spec = 3,
    Hsm = 4,
    Pin = 5,
    Complete = 6,
    InTheWay = 7,
    Findings = 8,
    File = 9,
    Transcript = 10,
    Incomplete = 11,
}

pub(crate) const HELP: &str = "\
Exit codes:
   0  done, or nothing found
   1  output could not be written
   2  wrong usage of the command line
   3  the specification cannot be used: file, field and remedy are said
   4  the HSM failed or refused
   5  a PIN could not be read or was refused (tried once)
   6  apply: the environment is complete already; nothing was changed
   7  apply, crl: something is in the way, is gone or differs; it is left alone
   8  verify: something was found
   9  a file could not be read or written, or another apply is at work
  10  the transcript is missing, changed or broken
  11  transcript, crl: the ceremony was not completed";

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
            ApplyError::OtherPlan { .. } | ApplyError::InTheWay(_) => Self::InTheWay,
            ApplyError::Hsm(..) | ApplyError::Certificate(..) => Self::Hsm,
            ApplyError::Busy(_) | ApplyError::File(..) | ApplyError::Random => Self::File,
        }
    }

    pub(crate) fn of_list(error: &ListError) -> Self {
        match error {
            ListError::Apply(error) => Self::of_apply(error),
            ListError::Incomplete => Self::Incomplete,
            ListError::NotARoot(_)
            | ListError::NotIssued { .. }
            | ListError::Revoked { .. }
            | ListError::Days(_) => Self::Usage,
            ListError::RootOver => Self::InTheWay,
        }
    }

    pub(crate) fn of_verify(error: &VerifyError) -> Self {
        match error {
            _ if error.is_pin() => Self::Pin,
            VerifyError::Spec(_) => Self::Spec,
            VerifyError::Pin(..) => Self::Pin,
            VerifyError::Hsm(..) => Self::Hsm,
            VerifyError::Random => Self::File,
        }
    }
}
