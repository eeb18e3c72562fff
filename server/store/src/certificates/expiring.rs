//! Active certificates that expire soon, with their owners.

use jiff::Timestamp;

use crate::row::Row;
use crate::sql::query;
use crate::{Db, StoreError};

/// A certificate that expires soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiring {
    /// The certificate.
    pub certificate_id: String,
    /// The user.
    pub user_id: String,
    /// Their login ID.
    pub login_id: String,
    /// Their name.
    pub user_name: String,
    /// Their address.
    pub email: String,
    /// The company.
    pub company_name: String,
    /// Expiry.
    pub not_after: Timestamp,
}

/// Customers' active certificates that expire after `now` and before `until`, earliest first, at most `limit`.
///
/// # Errors
/// Errors of the database.
pub async fn expiring(
    db: impl Into<Db<'_>>,
    now: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<Expiring>, StoreError> {
    expiring_after(db, (now, until), (Timestamp::MIN, ""), limit).await
}

/// As [`expiring`], those after an expiry and id in that order.
///
/// # Errors
/// Errors of the database.
pub async fn expiring_after(
    db: impl Into<Db<'_>>,
    (now, until): (Timestamp, Timestamp),
    (after, id): (Timestamp, &str),
    limit: i64,
) -> Result<Vec<Expiring>, StoreError> {
    let statement = query(
        "SELECT c.id AS certificate_id, u.id AS user_id, u.login_id, u.name, u.email, k.company_name, c.not_after FROM certificates c \
         JOIN users u ON u.id = c.user_id JOIN contracts k ON k.id = u.contract_id \
         WHERE c.issuer = 'customer' AND c.state = 'active' AND c.not_after > $1 AND c.not_after < $2 \
         AND (c.not_after > $4 OR (c.not_after = $4 AND c.id > $5)) ORDER BY c.not_after, c.id LIMIT $3",
    )
    .bind(now.as_second())
    .bind(until.as_second())
    .bind(limit)
    .bind(after.as_second())
    .bind(id.to_owned());
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| {
            let row = Row::new("certificates", row);
            Ok(Expiring {
                certificate_id: row.text("certificate_id")?,
                user_id: row.text("user_id")?,
                login_id: row.text("login_id")?,
                user_name: row.text("name")?,
                email: row.text("email")?,
                company_name: row.text("company_name")?,
                not_after: row.time("not_after")?,
            })
        })
        .collect()
}
