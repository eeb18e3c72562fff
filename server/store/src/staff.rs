//! The bank's staff, identified by their certificates.

use jiff::Timestamp;

use super::row::Row;
use super::sql::{Record, query};
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};

text_enum! {
    /// Role of a member of staff.
    pub enum Role {
        /// 窓口: enters.
        Teller => "teller",
        /// 承認者: decides.
        Approver => "approver",
        /// ヘルプデスク.
        Helpdesk => "helpdesk",
        /// Keeps the HSM.
        SecurityOfficer => "security_officer",
        /// Reads.
        Auditor => "auditor",
    }
}

text_enum! {
    /// Whether a member of staff is active or has left.
    pub enum Status {
        /// Active.
        Active => "active",
        /// Left.
        Left => "left",
    }
}

/// A staff member's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Employee number: accounts with the same one are the same person.
    pub employee_number: String,
    /// Role.
    pub role: Role,
    /// SHA-256 of the staff certificate, hex; empty until it is issued.
    pub certificate_sha256: Option<String>,
    /// Whether they are active.
    pub status: Status,
    /// When made.
    pub created_at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, employee_number, role, certificate_sha256, status, created_at FROM staff ",
            $rest
        )
    };
}

impl StaffMember {
    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("staff", row);
        Ok(StaffMember {
            id: row.text("id")?,
            name: row.text("name")?,
            employee_number: row.text("employee_number")?,
            role: row.word("role")?,
            certificate_sha256: row.opt_text("certificate_sha256")?,
            status: row.word("status")?,
            created_at: row.time("created_at")?,
        })
    }
}

/// Records a staff member.
pub async fn insert(tx: &mut Tx, new: &StaffMember) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO staff (id, name, role, certificate_sha256, status, created_at, employee_number) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.id.clone())
    .bind(new.name.clone())
    .bind(new.role.as_str())
    .bind(new.certificate_sha256.clone())
    .bind(new.status.as_str())
    .bind(new.created_at.as_second())
    .bind(new.employee_number.clone());
    tx.change(statement).await.map(drop)
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<StaffMember>, StoreError> {
    let statement = query(select!("WHERE id = $1")).bind(id.to_owned());
    db.into()
        .optional(statement)
        .await?
        .as_ref()
        .map(StaffMember::read)
        .transpose()
}

/// The active staff member with this certificate (SHA-256, hex).
pub async fn by_certificate(
    db: impl Into<Db<'_>>,
    certificate_sha256: &str,
) -> Result<Option<StaffMember>, StoreError> {
    let statement = query(select!(
        "WHERE certificate_sha256 = $1 AND status = 'active'"
    ))
    .bind(certificate_sha256.to_owned());
    db.into()
        .optional(statement)
        .await?
        .as_ref()
        .map(StaffMember::read)
        .transpose()
}

/// Everybody, by name.
pub async fn list(db: impl Into<Db<'_>>) -> Result<Vec<StaffMember>, StoreError> {
    let statement = query(select!("ORDER BY name, id LIMIT 10000"));
    db.into()
        .all(statement)
        .await?
        .iter()
        .map(StaffMember::read)
        .collect()
}

/// Every account of a person, oldest first.
pub async fn by_employee_number(
    db: impl Into<Db<'_>>,
    employee_number: &str,
) -> Result<Vec<StaffMember>, StoreError> {
    let statement = query(select!(
        "WHERE employee_number = $1 ORDER BY created_at, id LIMIT 100"
    ))
    .bind(employee_number.to_owned());
    db.into()
        .all(statement)
        .await?
        .iter()
        .map(StaffMember::read)
        .collect()
}

/// Binds a staff member to a certificate (SHA-256, hex). False if there is no such active member.
pub async fn set_certificate(
    tx: &mut Tx,
    id: &str,
    certificate_sha256: &str,
) -> Result<bool, StoreError> {
    let statement =
        query("UPDATE staff SET certificate_sha256 = $2 WHERE id = $1 AND status = 'active'")
            .bind(id.to_owned())
            .bind(certificate_sha256.to_owned());
    Ok(tx.change(statement).await? == 1)
}

/// Ends or resumes somebody's access. False when nothing changed.
pub async fn set_status(tx: &mut Tx, id: &str, status: Status) -> Result<bool, StoreError> {
    let statement = query("UPDATE staff SET status = $2 WHERE id = $1 AND status <> $2")
        .bind(id.to_owned())
        .bind(status.as_str());
    Ok(tx.change(statement).await? == 1)
}

/// Changes a role. False if the member is not active or already has that role.
pub async fn set_role(tx: &mut Tx, id: &str, role: Role) -> Result<bool, StoreError> {
    let statement =
        query("UPDATE staff SET role = $2 WHERE id = $1 AND status = 'active' AND role <> $2")
            .bind(id.to_owned())
            .bind(role.as_str());
    Ok(tx.change(statement).await? == 1)
}

/// Unbinds the staff member of this certificate (SHA-256, hex). False if there was none.
pub async fn clear_certificate(tx: &mut Tx, certificate_sha256: &str) -> Result<bool, StoreError> {
    let statement =
        query("UPDATE staff SET certificate_sha256 = NULL WHERE certificate_sha256 = $1")
            .bind(certificate_sha256.to_owned());
    Ok(tx.change(statement).await? == 1)
}
