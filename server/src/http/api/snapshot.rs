//! What the person who decides on a proposal must have seen, apart from its changes: the new contract, the user who
//! gets a certificate, the list to be imported.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::word;
use crate::services::approvals::recent::Recent;
use crate::services::approvals::{Kind, ProposedChange, Subject};

/// A contract to be recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewContract {
    /// 支店番号.
    #[schema(example = "100")]
    pub branch: String,
    /// 科目.
    pub account_type: word::AccountType,
    /// 口座番号.
    #[schema(example = "7654321")]
    pub account: String,
    /// 企業名.
    pub company_name: String,
    /// 企業名(カナ).
    pub company_kana: String,
}

impl NewContract {
    /// The new contract of a proposed change.
    pub fn of(change: &ProposedChange) -> Option<Self> {
        let ProposedChange::Contract(new) = change else {
            return None;
        };
        Some(Self {
            branch: new.branch.clone(),
            account_type: new.account_type.into(),
            account: new.account.clone(),
            company_name: new.company_name.clone(),
            company_kana: new.company_kana.clone(),
        })
    }
}

/// The user who gets the certificate that an approval allows: the approver must have seen it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Grantee {
    /// The user.
    pub user_id: String,
    /// ログインID.
    #[schema(example = "hanakodt")]
    pub login_id: String,
    /// 利用者名.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Role inside the contract.
    pub role: word::UserRole,
    /// Time of the user's registration.
    pub registered_at: Timestamp,
    /// Address from which the user registered; absent if it is unknown.
    #[schema(example = "192.0.2.7")]
    pub registered_from: Option<String>,
}

impl Grantee {
    /// The user who gets a certificate by a proposal; none for other kinds.
    pub fn of(kind: Kind, subject: &Subject) -> Option<Self> {
        if !matches!(kind, Kind::Application | Kind::Reissue) {
            return None;
        }
        subject.grantee().map(|user| Self {
            user_id: user.id.clone(),
            login_id: user.login_id.clone(),
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role.into(),
            registered_at: user.created_at,
            registered_from: user.registered_from.clone(),
        })
    }
}

/// An issue or a change that an approver must have seen.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum RecentEvent {
    /// A certificate was issued.
    Issued {
        /// When.
        at: Timestamp,
        /// Its serial number.
        serial: String,
    },
    /// Another e-mail address.
    Email {
        /// When.
        at: Timestamp,
        /// The earlier one.
        before: String,
        /// The new one.
        after: String,
    },
    /// Another 利用者名.
    Name {
        /// When.
        at: Timestamp,
        /// The earlier one.
        before: String,
        /// The new one.
        after: String,
    },
}

impl From<&Recent> for RecentEvent {
    fn from(one: &Recent) -> Self {
        match one.clone() {
            Recent::Issued { at, serial } => Self::Issued { at, serial },
            Recent::Email { at, before, after } => Self::Email { at, before, after },
            Recent::Name { at, before, after } => Self::Name { at, before, after },
        }
    }
}

/// A list of contracts to import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListSeen {
    /// The list.
    pub import_id: String,
    /// Its lines.
    pub lines: usize,
    /// Digest of its lines, hex.
    pub sha256: String,
}

impl ListSeen {
    /// The list that a proposal is about.
    pub fn of(subject: &Subject) -> Option<Self> {
        subject.import.as_ref().map(|import| Self {
            import_id: import.id.clone(),
            lines: subject.list_lines(),
            sha256: subject.list_sha256(),
        })
    }
}
