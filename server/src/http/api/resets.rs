//! The letter of an approved password reset.

use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Command, Empty};
use super::contracts::Letter;
use crate::http::failure::Failure;
use crate::services::accounts::counter::Handover;

/// An approved reset with its letter.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResetWithLetter {
    /// The contract.
    pub contract_id: String,
    /// The user.
    pub user_id: String,
    /// ログインID.
    #[schema(example = "hanakodt")]
    pub login_id: String,
    /// The temporary passwords, in the first response only. If that was lost, enter another reset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter: Option<Letter>,
}

/// What a request for a letter has led to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum ResetLetter {
    /// The request is recorded. Another person gets the letter by the same request within 24 hours.
    Requested,
    /// The letter is for the person who asked now.
    Issued(ResetWithLetter),
}

/// `POST /api/v1/proposals/{id}/letter`.
pub async fn letter(command: Command<Empty>) -> Result<ResetLetter, Failure> {
    let accounts = command.accounts();
    let letter = accounts
        .issue_reset_letter(command.context(), &command.call.id)
        .await?;
    let Handover::Issued(letter) = letter else {
        return Ok(ResetLetter::Requested);
    };
    Ok(ResetLetter::Issued(ResetWithLetter {
        contract_id: letter.contract.id,
        user_id: letter.user.id,
        login_id: letter.user.login_id,
        letter: Some(Letter {
            login_password: letter.login.expose().to_owned(),
            confirmation_password: letter.confirmation.expose().to_owned(),
        }),
    }))
}
