//! A grant: stopped at once, and the letter with its 証明書取得用パスワード, if the bank uses it.

use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Command, Empty};
use super::contracts::Grant;
use super::users::Note;
use crate::http::failure::Failure;
use crate::services::accounts::counter::Handover;

/// A grant that was stopped.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stopped {
    /// The grant.
    pub grant_id: String,
    /// The contract.
    pub contract_id: String,
}

/// The printed password; it is stored nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantLetter {
    /// 証明書取得用パスワード.
    #[schema(example = "Xk7pRt4mQz")]
    pub acquisition_password: String,
}

/// A grant with its letter.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantWithLetter {
    /// The grant.
    pub grant: Grant,
    /// The contract.
    pub contract_id: String,
    /// The password, in the first response only. If that was lost, request a new letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter: Option<GrantLetter>,
}

/// What a request for a letter has led to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum AcquisitionLetter {
    /// The request is recorded. Another person gets the letter by the same request within 24 hours.
    Requested,
    /// The letter is for the person who asked now.
    Issued(Box<GrantWithLetter>),
}

/// `POST /api/v1/grants/{id}/stop`.
pub async fn stop(command: Command<Note>) -> Result<Stopped, Failure> {
    let (accounts, form) = (command.accounts(), command.body.form());
    let stopped = accounts.stop_grant(command.context(), &command.call.id, &form);
    let grant = stopped.await?;
    Ok(Stopped {
        grant_id: grant.id,
        contract_id: grant.contract_id,
    })
}

/// `POST /api/v1/grants/{id}/letter`.
pub async fn letter(command: Command<Empty>) -> Result<AcquisitionLetter, Failure> {
    let accounts = command.accounts();
    let letter = accounts.issue_acquisition_letter(command.context(), &command.call.id);
    let letter = letter.await?;
    let Handover::Issued(letter) = letter else {
        return Ok(AcquisitionLetter::Requested);
    };
    Ok(AcquisitionLetter::Issued(Box::new(GrantWithLetter {
        grant: (&letter.grant).into(),
        contract_id: letter.contract.id,
        letter: Some(GrantLetter {
            acquisition_password: letter.password.expose().to_owned(),
        }),
    })))
}
