//! The bank files: how many, and whether each can be read.

use super::finding::{Fault, Finding, Obstacle};
use crate::config::banks::Installed;
use crate::error::{Failure, SetupError};
use crate::output::check::CheckId;

pub(super) fn check(installed: &Result<Vec<Installed>, SetupError>) -> Finding {
    let installed = match installed {
        Ok(installed) => installed,
        Err(error) => {
            let cause = Failure::Setup(error.clone()).into();
            return Finding::failed(CheckId::BankFiles, Fault::Setup(cause));
        }
    };
    if installed.is_empty() {
        return Finding::not_possible(CheckId::BankFiles, Obstacle::NoBank);
    }
    let invalid = installed.iter().filter(|(_, bank)| bank.is_err()).count();
    Finding::ok(CheckId::BankFiles)
        .unless((invalid > 0).then_some(Fault::BankFiles))
        .fact("valid", installed.len() - invalid)
        .fact("invalid", invalid)
}
