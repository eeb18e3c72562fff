//! A customer's user: lock states, certificates, last logins, and the release of a lock.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{Asked, Command, NoQuery};
use super::certificates::Certificate;
use super::proposals::ProposalHead;
use super::word;
use crate::http::failure::Failure;
use crate::services::approvals::{Kind, ProposedChangeForm};
use crate::services::records;

/// Lock state of a password.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lock {
    /// Counted failures.
    pub failures: u32,
    /// 利用一時停止: no tries before this time.
    pub locked_until: Option<Timestamp>,
    /// 利用停止: no tries until it is released.
    pub suspended: bool,
}

impl From<&records::PasswordState> for Lock {
    fn from(state: &records::PasswordState) -> Self {
        Self {
            failures: state.failures,
            locked_until: state.locked_until,
            suspended: state.suspended,
        }
    }
}

/// A user in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserLine {
    /// Id.
    pub id: String,
    /// ログインID.
    #[schema(example = "hanakodt")]
    pub login_id: String,
    /// 利用者名.
    #[schema(example = "Data Hanako")]
    pub name: String,
    /// E-mail address.
    #[schema(example = "hanakodt@oozora.co.jp")]
    pub email: String,
    /// Role inside the contract.
    pub role: word::UserRole,
    /// When the use of this user ended; absent while it continues.
    pub left_at: Option<Timestamp>,
    /// ログインパスワード, entered without a certificate.
    pub login: Lock,
    /// ログインパスワード, entered with the certificate: only this lock blocks logins with the certificate and renewals.
    pub certificate_login: Lock,
    /// 確認用パスワード.
    pub confirmation: Lock,
    /// The newest certificate.
    pub certificate: Option<Certificate>,
}

impl UserLine {
    /// The user with the newest certificate.
    pub fn of(user: &records::User, certificate: Option<&records::Certificate>) -> Self {
        Self {
            id: user.id.clone(),
            login_id: user.login_id.clone(),
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role.into(),
            left_at: user.left_at,
            login: (&user.login).into(),
            certificate_login: (&user.certificate_login).into(),
            confirmation: (&user.confirmation).into(),
            certificate: certificate.map(Certificate::from),
        }
    }
}

/// A login attempt.
#[derive(Debug, Serialize, ToSchema)]
pub struct Login {
    /// When.
    pub at: Timestamp,
    /// Method.
    pub method: word::LoginMethod,
    /// Whether it succeeded.
    pub outcome: word::Outcome,
    /// Code of a refusal; empty if it succeeded.
    pub code: String,
    /// Address of the caller.
    pub address: Option<String>,
}

impl From<&records::Login> for Login {
    fn from(login: &records::Login) -> Self {
        Self {
            at: login.at,
            method: login.method.into(),
            outcome: login.outcome.into(),
            code: login.code.clone(),
            address: login.address.clone(),
        }
    }
}

/// A user with certificates and logins.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserDetail {
    /// The user.
    pub user: UserLine,
    /// The contract.
    pub contract_id: String,
    /// Certificates, newest first.
    pub certificates: Vec<Certificate>,
    /// The last login attempts, newest first.
    pub logins: Vec<Login>,
}

/// `GET /api/v1/users/{id}`.
pub async fn read(asked: Asked<NoQuery>) -> Result<UserDetail, Failure> {
    let (accounts, id) = (asked.accounts(), &asked.call.id);
    let subject = accounts.proposal_subject(Kind::Unlock, id).await?;
    let user = subject.user.as_ref();
    let user = user.ok_or_else(|| Failure::fault(&"subject without user"))?;
    let logins = accounts.login_history(id).await?;
    Ok(UserDetail {
        user: UserLine::of(user, subject.certificates.first()),
        contract_id: user.contract_id.clone(),
        certificates: subject.certificates.iter().map(Certificate::from).collect(),
        logins: logins.iter().map(Login::from).collect(),
    })
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What happened, for the audit log.
    #[schema(example = "The customer called and was identified")]
    pub note: String,
}

impl Note {
    pub(super) fn form(&self) -> ProposedChangeForm {
        ProposedChangeForm {
            note: self.note.clone(),
            ..ProposedChangeForm::default()
        }
    }
}

/// Result of releasing a lock.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unlocked {
    /// Whether it was released at once.
    pub released: bool,
    /// The proposal that a second person must decide, if the user is suspended.
    pub proposal: Option<ProposalHead>,
}

/// `POST /api/v1/users/{id}/unlock`.
pub async fn unlock(command: Command<Note>) -> Result<Unlocked, Failure> {
    let (accounts, form) = (command.accounts(), command.body.form());
    let done = accounts.release_lock(command.context(), &command.call.id, &form);
    let proposal = done.await?;
    Ok(Unlocked {
        released: proposal.is_none(),
        proposal: proposal.as_ref().map(ProposalHead::from),
    })
}
