//! The staff, and the caller's own account. Changes of staff are proposals. Activation codes are not available here:
//! two officers hand them over in person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::{Asked, NoQuery};
use super::page::{Place, page};
use super::word;
use crate::http::failure::Failure;
use crate::services::records::StaffMember;

/// An account of a member of staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    /// Id.
    pub id: String,
    /// Name.
    #[schema(example = "Yamada Taro")]
    pub name: String,
    /// Employee number: accounts with the same number are one person.
    #[schema(example = "E-1001")]
    pub employee_number: String,
    /// Role.
    pub role: word::StaffRole,
    /// Whether they are active or have left.
    pub status: word::StaffStatus,
    /// SHA-256 of the registered certificate, hex.
    pub certificate_sha256: Option<String>,
    /// Time when it was recorded.
    pub created_at: Timestamp,
}

impl From<&StaffMember> for Member {
    fn from(row: &StaffMember) -> Self {
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            employee_number: row.employee_number.clone(),
            role: row.role.into(),
            status: row.status.into(),
            certificate_sha256: row.certificate_sha256.clone(),
            created_at: row.created_at,
        }
    }
}

page! {
    /// The staff.
    MemberPage of Member
}

/// `GET /api/v1/me`.
pub async fn me(asked: Asked<NoQuery>) -> Result<Member, Failure> {
    Ok((&*asked.call.member).into())
}

/// A page of the staff.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Start of the page: `next` of the previous page.
    cursor: Option<String>,
    /// Lines of a page.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// `GET /api/v1/staff`.
pub async fn list(asked: Asked<Which>) -> Result<MemberPage, Failure> {
    let Which { cursor, limit } = &asked.query;
    let place = Place::read("staff", &[], 2, *limit, cursor.as_deref())?;
    let mut all = asked.accounts().staff_members().await?;
    all.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    if let Some([name, id]) = place.after.as_deref() {
        all.retain(|one| (&one.name, &one.id) > (name, id));
    }
    all.truncate(place.fetch().into());
    let (found, next) = place.cut(all, |one| vec![one.name.clone(), one.id.clone()]);
    let items = found.iter().map(Member::from).collect();
    Ok(MemberPage { items, next })
}
