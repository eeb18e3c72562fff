//! The letter with 証明書取得用パスワード for a grant, if the bank uses it.

use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Command, Empty};
use super::contracts::Grant;
use crate::http::failure::Failure;

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

/// `POST /api/v1/grants/{id}/letter`.
pub async fn letter(command: Command<Empty>) -> Result<GrantWithLetter, Failure> {
    let accounts = command.accounts();
    let letter = accounts.issue_acquisition_letter(command.context(), &command.call.id);
    let letter = letter.await?;
    Ok(GrantWithLetter {
        grant: (&letter.grant).into(),
        contract_id: letter.contract.id,
        letter: Some(GrantLetter {
            acquisition_password: letter.password.expose().to_owned(),
        }),
    })
}
