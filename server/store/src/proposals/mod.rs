//! Proposals: entered by one person, decided by another (the schema enforces this, by person and not by account).
//!
//! The content of a proposal is the service's own text; here it is stored, versioned and decided once.
//!
//! - this file: rows, reading
//! - `change`: entering, new versions, the decision (re-exported)
//! - [`page`]: page by page

mod change;
pub mod page;

use jiff::Timestamp;

use super::contracts::AccountType;
use super::row::Row;
use super::text_enum::text_enum;
use super::{Db, StoreError};
use crate::sql::{Record, query};

pub use change::{
    Decision, NewProposal, Revision, decide, insert, look_again, revise, set_contract,
};

text_enum! {
    /// What is proposed.
    pub enum Kind {
        /// A contract is put into the database.
        Contract => "contract",
        /// A list of contracts is imported.
        Import => "import",
        /// Moves a contract to the certificate method, with a grant for one certificate.
        Application => "application",
        /// A further grant for a user without a certificate (再取得).
        Reissue => "reissue",
        /// Revokes a certificate.
        Revoke => "revoke",
        /// 事故登録: a certificate was suspended at once; the review revokes it or releases it.
        Incident => "incident",
        /// Releases a suspended certificate.
        Release => "release",
        /// 解約.
        Cancel => "cancel",
        /// Releases a suspended user (利用停止).
        Unlock => "unlock",
        /// Temporary passwords for a user who has forgotten their own.
        PasswordReset => "password-reset",
        /// Changes a user's name or e-mail address.
        UserDetails => "user-details",
        /// Changes a contract's company name or main account.
        ContractDetails => "contract-details",
        /// Ends the use of a user.
        UserLeave => "user-leave",
        /// Moves a contract back to ID・パスワード方式.
        PasswordMethod => "password-method",
        /// Adds a member of staff, or a second account of one.
        StaffAdd => "staff-add",
        /// Changes a role.
        StaffRole => "staff-role",
        /// Records the departure of a member of staff.
        StaffLeave => "staff-leave",
    }
}

text_enum! {
    /// State of a proposal.
    pub enum State {
        /// Waiting for the second person.
        Entered => "entered",
        /// Approved.
        Approved => "approved",
        /// Rejected.
        Rejected => "rejected",
        /// Withdrawn by the person responsible for it.
        Withdrawn => "withdrawn",
    }
}

text_enum! {
    /// What a contributor did.
    pub enum How {
        /// Entered it.
        Entered => "entered",
        /// Changed it.
        Amended => "amended",
        /// Took it over from somebody who is absent.
        TakenOver => "taken-over",
    }
}

/// An account together with its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributor {
    /// The account.
    pub staff_id: String,
    /// The person behind it.
    pub employee_number: String,
}

/// A proposal's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Id.
    pub id: String,
    /// What is proposed.
    pub kind: Kind,
    /// Id of its subject.
    pub subject: String,
    /// Its contract, if it has one.
    pub contract_id: Option<String>,
    /// Its content.
    pub content: String,
    /// The subject's state at the entry.
    pub seen: String,
    /// Incremented by amending and taking over, from 1.
    pub version: i64,
    /// State.
    pub state: State,
    /// Who entered it (or amended it, or took it over) last.
    pub entered_by: Contributor,
    /// When.
    pub entered_at: Timestamp,
    /// Who decided or withdrew it.
    pub decided_by: Option<Contributor>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Reason for the rejection or withdrawal.
    pub reason: Option<String>,
    /// Its contract, for lists.
    pub customer: Option<Customer>,
    /// The user whom it concerns, or whose certificate, for lists.
    pub user: Option<ConcernedUser>,
}

/// A user in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConcernedUser {
    /// ログインID.
    pub login_id: String,
    /// 利用者名.
    pub name: String,
}

/// A contract in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// 支店番号.
    pub branch: String,
    /// 科目.
    pub account_type: AccountType,
    /// 口座番号.
    pub account: String,
    /// 企業名.
    pub company_name: String,
}

/// One contribution to a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalRevision {
    /// The resulting version.
    pub version: i64,
    /// What it did.
    pub how: How,
    /// The content of the proposal from then on.
    pub content: String,
    /// Whose.
    pub by: Contributor,
    /// When.
    pub at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.kind, p.subject, p.contract_id, p.content, p.seen, p.version, p.state, p.entered_by, \
             p.entered_employee_number, p.entered_at, p.decided_by, p.decided_employee_number, p.decided_at, p.reason, c.branch, \
             c.account_type, c.account, c.company_name, u.login_id AS user_login_id, u.name AS user_name \
             FROM proposals p LEFT JOIN contracts c ON c.id = p.contract_id \
             LEFT JOIN certificates held ON held.id = p.subject \
             LEFT JOIN users u ON u.id = COALESCE(held.user_id, p.subject) ",
            $rest
        )
    };
}
use select;

impl Proposal {
    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("proposals", row);
        let decided_by = match (
            row.opt_text("decided_by")?,
            row.opt_text("decided_employee_number")?,
        ) {
            (Some(staff_id), Some(employee_number)) => Some(Contributor {
                staff_id,
                employee_number,
            }),
            _ => None,
        };
        let customer = match row.opt_text("branch")? {
            Some(branch) => Some(Customer {
                branch,
                account_type: row.word("account_type")?,
                account: row.text("account")?,
                company_name: row.text("company_name")?,
            }),
            None => None,
        };
        let user = match (row.opt_text("user_login_id")?, row.opt_text("user_name")?) {
            (Some(login_id), Some(name)) => Some(ConcernedUser { login_id, name }),
            _ => None,
        };
        Ok(Proposal {
            id: row.text("id")?,
            kind: row.word("kind")?,
            subject: row.text("subject")?,
            contract_id: row.opt_text("contract_id")?,
            content: row.text("content")?,
            seen: row.text("seen")?,
            version: row.int("version")?,
            state: row.word("state")?,
            entered_by: Contributor {
                staff_id: row.text("entered_by")?,
                employee_number: row.text("entered_employee_number")?,
            },
            entered_at: row.time("entered_at")?,
            decided_by,
            decided_at: row.opt_time("decided_at")?,
            reason: row.opt_text("reason")?,
            customer,
            user,
        })
    }
}

fn listed(rows: &[Record]) -> Result<Vec<Proposal>, StoreError> {
    rows.iter().map(Proposal::read).collect()
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<Proposal>, StoreError> {
    let statement = query(select!("WHERE p.id = $1")).bind(id.to_owned());
    let row = db.into().optional(statement).await?;
    row.as_ref().map(Proposal::read).transpose()
}

/// Those of a kind that wait, oldest first, at most `limit`.
pub async fn waiting(
    db: impl Into<Db<'_>>,
    kind: Kind,
    limit: i64,
) -> Result<Vec<Proposal>, StoreError> {
    let statement = query(select!(
        "WHERE p.state = 'entered' AND p.kind = $1 ORDER BY p.entered_at, p.id LIMIT $2"
    ))
    .bind(kind.as_str())
    .bind(limit);
    listed(&db.into().all(statement).await?)
}

/// The one of a kind that waits for a subject.
pub async fn waiting_for(
    db: impl Into<Db<'_>>,
    kind: Kind,
    subject: &str,
) -> Result<Option<Proposal>, StoreError> {
    let statement = query(select!(
        "WHERE p.kind = $1 AND p.subject = $2 AND p.state = 'entered'"
    ))
    .bind(kind.as_str())
    .bind(subject.to_owned());
    let row = db.into().optional(statement).await?;
    row.as_ref().map(Proposal::read).transpose()
}

/// Those to which a person contributed, also if a colleague is responsible for them now; newest first, at most `limit`.
pub async fn contributed_by(
    db: impl Into<Db<'_>>,
    employee_number: &str,
    limit: i64,
) -> Result<Vec<Proposal>, StoreError> {
    let statement = query(select!(
        "WHERE p.id IN (SELECT proposal_id FROM proposal_revisions WHERE employee_number = $1) \
         ORDER BY p.entered_at DESC, p.id DESC LIMIT $2"
    ))
    .bind(employee_number.to_owned())
    .bind(limit);
    listed(&db.into().all(statement).await?)
}

/// Those a person decided last, newest first, at most `limit`.
pub async fn decided_by_employee(
    db: impl Into<Db<'_>>,
    employee_number: &str,
    limit: i64,
) -> Result<Vec<Proposal>, StoreError> {
    let statement = query(select!(
        "WHERE p.decided_employee_number = $1 ORDER BY p.decided_at DESC, p.id DESC LIMIT $2"
    ))
    .bind(employee_number.to_owned())
    .bind(limit);
    listed(&db.into().all(statement).await?)
}

/// Those of a contract, newest first, at most `limit`.
pub async fn of_contract(
    db: impl Into<Db<'_>>,
    contract_id: &str,
    limit: i64,
) -> Result<Vec<Proposal>, StoreError> {
    let statement = query(select!(
        "WHERE p.contract_id = $1 ORDER BY p.entered_at DESC, p.id DESC LIMIT $2"
    ))
    .bind(contract_id.to_owned())
    .bind(limit);
    listed(&db.into().all(statement).await?)
}

/// Whether a person contributed to a proposal or decided it.
pub async fn took_part(
    db: impl Into<Db<'_>>,
    id: &str,
    employee_number: &str,
) -> Result<bool, StoreError> {
    let statement = query(
        "SELECT 1 AS one FROM proposals p WHERE p.id = $1 AND (p.decided_employee_number = $2 OR EXISTS (SELECT 1 \
         FROM proposal_revisions h WHERE h.proposal_id = p.id AND h.employee_number = $2))",
    )
    .bind(id.to_owned())
    .bind(employee_number.to_owned());
    Ok(db.into().optional(statement).await?.is_some())
}

/// The latest approved one of a kind for a subject within a contract.
pub async fn last_approved(
    db: impl Into<Db<'_>>,
    kind: Kind,
    (contract_id, subject): (&str, &str),
) -> Result<Option<Proposal>, StoreError> {
    let statement = query(select!(
        "WHERE p.contract_id = $1 AND p.kind = $2 AND p.subject = $3 AND p.state = 'approved' \
         ORDER BY p.decided_at DESC, p.id DESC LIMIT 1"
    ))
    .bind(contract_id.to_owned())
    .bind(kind.as_str())
    .bind(subject.to_owned());
    let row = db.into().optional(statement).await?;
    row.as_ref().map(Proposal::read).transpose()
}

/// Everyone who contributed to a proposal, oldest first.
pub async fn revisions(
    db: impl Into<Db<'_>>,
    id: &str,
) -> Result<Vec<ProposalRevision>, StoreError> {
    let statement = query(
        "SELECT version, how, content, staff_id, employee_number, at FROM proposal_revisions WHERE proposal_id = $1 \
         ORDER BY version LIMIT 1000",
    )
    .bind(id.to_owned());
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| {
            let row = Row::new("proposal_revisions", row);
            Ok(ProposalRevision {
                version: row.int("version")?,
                how: row.word("how")?,
                content: row.text("content")?,
                by: Contributor {
                    staff_id: row.text("staff_id")?,
                    employee_number: row.text("employee_number")?,
                },
                at: row.time("at")?,
            })
        })
        .collect()
}
