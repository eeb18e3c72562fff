//! Contracts: search, details, and the letter with temporary passwords. New ones are entered as proposals.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::{Asked, Command, Empty, NoQuery};
use super::page::{Place, page};
use super::refusal::{ApiProblem, QueryFault};
use super::users::UserLine;
use super::word;
use crate::http::failure::Failure;
use crate::http::problem::HttpProblem;
use crate::services::accounts::counter::Handover;
use crate::services::paging::{ContractPlace, ContractSearch};
use crate::services::records;

/// A contract.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contract {
    /// Id.
    #[schema(example = "0f8fad5bd9cb469fa16570867728950e")]
    pub id: String,
    /// 支店番号, three digits.
    #[schema(example = "100")]
    pub branch: String,
    /// 科目.
    pub account_type: word::AccountType,
    /// 口座番号, seven digits.
    #[schema(example = "1234567")]
    pub account: String,
    /// 企業名.
    #[schema(example = "Oozora Shoji KK")]
    pub company_name: String,
    /// 企業名(カナ), half-width.
    #[schema(example = "OOZORA SHOJI")]
    pub company_kana: String,
    /// How its users log in.
    pub method: word::Method,
    /// Whether it is active or cancelled.
    pub status: word::ContractStatus,
    /// Incremented by every change that an approver must have seen.
    pub version: i64,
    /// Time when it was recorded.
    pub created_at: Timestamp,
}

impl From<&records::Contract> for Contract {
    fn from(row: &records::Contract) -> Self {
        Self {
            id: row.id.clone(),
            branch: row.branch.clone(),
            account_type: row.account_type.into(),
            account: row.account.clone(),
            company_name: row.company_name.clone(),
            company_kana: row.company_kana.clone(),
            method: row.method.into(),
            status: row.status.into(),
            version: row.version,
            created_at: row.created_at,
        }
    }
}

page! {
    /// Contracts.
    ContractPage of Contract
}

/// A grant: valid for one certificate.
#[derive(Debug, Serialize, ToSchema)]
pub struct Grant {
    /// Id.
    pub id: String,
    /// The proposal that was approved.
    pub proposal_id: String,
    /// Its user: the one whom the approver was shown.
    pub user_id: Option<String>,
    /// State.
    pub state: word::GrantState,
    /// Time of the approval.
    pub created_at: Timestamp,
    /// From when it can be used; absent: at once.
    pub usable_at: Option<Timestamp>,
    /// 取得期限.
    pub expires_at: Timestamp,
    /// Time of its use.
    pub used_at: Option<Timestamp>,
}

impl From<&records::Grant> for Grant {
    fn from(row: &records::Grant) -> Self {
        Self {
            id: row.id.clone(),
            proposal_id: row.application_id.clone(),
            user_id: row.user_id.clone(),
            state: row.state.into(),
            created_at: row.created_at,
            usable_at: row.usable_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
        }
    }
}

/// A contract with its grants and users.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContractDetail {
    /// The contract.
    pub contract: Contract,
    /// Its users by login ID.
    pub users: Vec<UserLine>,
    /// Its grants, newest first.
    pub grants: Vec<Grant>,
}

/// The printed passwords; they are stored nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct Letter {
    /// 仮ログインパスワード.
    #[schema(example = "Xk7pRt4mQz")]
    pub login_password: String,
    /// 仮確認用パスワード.
    #[schema(example = "b9NwHs3fVc")]
    pub confirmation_password: String,
}

/// A contract with its letter.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContractWithLetter {
    /// The contract.
    pub contract: Contract,
    /// The temporary passwords, in the first response only. If that was lost, request a new letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter: Option<Letter>,
}

/// What a request for a letter has led to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum ContractLetter {
    /// The request is recorded. Another person gets the letter by the same request within 24 hours.
    Requested,
    /// The letter is for the person who asked now.
    Issued(ContractWithLetter),
}

/// The search: one of `name`, `kana`, `account` (with or without `branch`) and `login_id`, or none.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// A part of 企業名.
    name: Option<String>,
    /// A part of 企業名(カナ).
    kana: Option<String>,
    /// 口座番号.
    account: Option<String>,
    /// 支店番号, together with `account`.
    branch: Option<String>,
    /// ログインID of one of the users.
    login_id: Option<String>,
    /// Start of the page: `next` of the previous page.
    cursor: Option<String>,
    /// Lines of a page.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

impl Search {
    fn place(&self) -> Result<Place, Failure> {
        let Self {
            name,
            kana,
            account,
            login_id,
            branch,
            ..
        } = self;
        let asked = [name, kana, account, login_id];
        let lonely = branch.is_some() && account.is_none();
        let several = asked.iter().filter(|one| one.is_some()).count() > 1;
        let fault = match (several, lonely) {
            (true, _) => Some(QueryFault::OneSearch),
            (false, true) => Some(QueryFault::BranchAlone),
            (false, false) => None,
        };
        if let Some(fault) = fault {
            return Err(HttpProblem::Api(ApiProblem::QueryInvalid(fault)).into());
        }
        let asked = asked.map(|one| one.as_deref().unwrap_or_default());
        let asked = [&asked[..], &[branch.as_deref().unwrap_or_default()]].concat();
        Place::read("contracts", &asked, 3, self.limit, self.cursor.as_deref())
    }
}

/// `GET /api/v1/contracts`.
pub async fn list(asked: Asked<Search>) -> Result<ContractPage, Failure> {
    let place = asked.query.place()?;
    let after = match place.after.as_deref() {
        Some([branch, account_type, account]) => ContractPlace {
            branch: branch.clone(),
            account_type: account_type.clone(),
            account: account.clone(),
        },
        _ => ContractPlace::default(),
    };
    let query = &asked.query;
    let search = ContractSearch {
        name: query.name.clone(),
        kana: query.kana.clone(),
        account: query.account.clone(),
        branch: query.branch.clone(),
        login_id: query.login_id.clone(),
    };
    let found = asked
        .accounts()
        .contracts_after(&search, &after, place.fetch().into())
        .await?;
    let (found, next) = place.cut(found, |one| {
        let place = ContractPlace::from(one);
        vec![place.branch, place.account_type, place.account]
    });
    let items = found.iter().map(Contract::from).collect();
    Ok(ContractPage { items, next })
}

/// `GET /api/v1/contracts/{id}`.
pub async fn read(asked: Asked<NoQuery>) -> Result<ContractDetail, Failure> {
    let overview = asked.accounts().contract_overview(&asked.call.id).await?;
    let users = overview.users.iter();
    Ok(ContractDetail {
        contract: (&overview.contract).into(),
        users: users
            .map(|(user, newest)| UserLine::of(user, newest.as_ref()))
            .collect(),
        grants: overview.grants.iter().map(Grant::from).collect(),
    })
}

/// `POST /api/v1/contracts/{id}/letter`.
pub async fn letter(command: Command<Empty>) -> Result<ContractLetter, Failure> {
    let accounts = command.accounts();
    let letter = accounts
        .issue_letter(command.context(), &command.call.id)
        .await?;
    let Handover::Issued(letter) = letter else {
        return Ok(ContractLetter::Requested);
    };
    Ok(ContractLetter::Issued(ContractWithLetter {
        contract: (&letter.contract).into(),
        letter: Some(Letter {
            login_password: letter.login.expose().to_owned(),
            confirmation_password: letter.confirmation.expose().to_owned(),
        }),
    }))
}
