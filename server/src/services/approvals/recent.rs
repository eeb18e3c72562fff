//! What happened to a user lately, as plain facts for the person who decides on an application or a re-issue: a telephone
//! fraud begins with another address, and a quick succession of issues is unusual.

use jiff::Timestamp;
use serde_json::Value;

use super::Kind;
use super::subject::Subject;
use crate::services::Result;
use crate::services::account_service::AccountService;
use crate::store::audit::history;

/// Maximum number of changes that are listed.
const LISTED: i64 = 20;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recent {
    /// A certificate was issued.
    Issued {
        /// When.
        at: Timestamp,
        /// Its serial number.
        serial: String,
    },
    /// Another e-mail address was registered.
    Email {
        /// When.
        at: Timestamp,
        /// The earlier one.
        before: String,
        /// The new one.
        after: String,
    },
    /// Another 利用者名 was registered.
    Name {
        /// When.
        at: Timestamp,
        /// The earlier one.
        before: String,
        /// The new one.
        after: String,
    },
}

impl Recent {
    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Issued { at, .. } | Self::Email { at, .. } | Self::Name { at, .. } => *at,
        }
    }
}

impl AccountService<'_> {
    /// Issues and changes of the user who would get a certificate, within the configured days, newest first; empty for
    /// other kinds.
    pub(super) async fn recent(
        &self,
        kind: Kind,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<Vec<Recent>> {
        let grantee = match kind {
            Kind::Application | Kind::Reissue => subject.grantee(),
            _ => None,
        };
        let Some(user) = grantee else {
            return Ok(Vec::new());
        };
        let since = now.checked_sub(self.settings.periods.recent);
        let since = since.unwrap_or(Timestamp::MIN);
        let mut found = Vec::new();
        for one in &subject.certificates {
            if let Some(at) = one.issued_at.filter(|at| since <= *at) {
                let serial = one.serial.clone();
                found.push(Recent::Issued { at, serial });
            }
        }
        for (at, detail) in history::details_changes(self.store, &user.id, since, LISTED).await? {
            if let Some((before, after)) = both(&detail, "email") {
                found.push(Recent::Email { at, before, after });
            }
            if let Some((before, after)) = both(&detail, "name") {
                found.push(Recent::Name { at, before, after });
            }
        }
        found.sort_by_key(|one| std::cmp::Reverse(one.at()));
        Ok(found)
    }
}

/// Old and new value of a detail in an audit row.
fn both(detail: &Value, name: &str) -> Option<(String, String)> {
    let change = detail.get("changes")?.get(name)?;
    let value = |key: &str| change.get(key).and_then(Value::as_str).map(str::to_owned);
    value("before").zip(value("after"))
}
