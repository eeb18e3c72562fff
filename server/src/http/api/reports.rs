//! What staff should follow up: certificates that expire soon, and undelivered mail.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::Asked;
use super::page::{self, Place, page};
use super::refusal::ApiProblem;
use crate::http::failure::Failure;
use crate::http::problem::HttpProblem;

/// A page of a report.
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

impl Which {
    /// The position in the list, with time and id of the last line returned.
    fn place(&self, list: &str) -> Result<(Place, Option<(Timestamp, String)>), Failure> {
        let place = Place::read(list, &[], 2, self.limit, self.cursor.as_deref())?;
        let last = match (place.number()?, place.after.as_deref()) {
            (Some(at), Some([_, id])) => Some((page::time(at)?, id.clone())),
            (None, None) => None,
            _ => return Err(HttpProblem::Api(ApiProblem::CursorInvalid).into()),
        };
        Ok((place, last))
    }
}

/// A certificate that expires soon.
#[derive(Debug, Serialize, ToSchema)]
pub struct Expiring {
    /// The certificate.
    pub certificate_id: String,
    /// Whose.
    pub user_id: String,
    /// ログインID.
    pub login_id: String,
    /// 利用者名.
    pub user_name: String,
    /// E-mail address.
    pub email: String,
    /// 企業名.
    pub company_name: String,
    /// Expiry.
    pub not_after: Timestamp,
}

page! {
    /// Certificates that expire soon.
    ExpiringPage of Expiring
}

/// `GET /api/v1/reports/expiring`.
pub async fn expiring(asked: Asked<Which>) -> Result<ExpiringPage, Failure> {
    let (place, last) = asked.query.place("expiring")?;
    let (accounts, now) = (asked.accounts(), asked.call.context.now);
    let after = last.as_ref().map(|(at, id)| (*at, id.as_str()));
    let after = after.unwrap_or((Timestamp::MIN, ""));
    let found = accounts.expiring_after(after, place.fetch().into(), now);
    let (found, next) = place.cut(found.await?, |one| {
        let at = one.not_after.as_second().to_string();
        vec![at, one.certificate_id.clone()]
    });
    let items = found.into_iter().map(|one| Expiring {
        certificate_id: one.certificate_id,
        user_id: one.user_id,
        login_id: one.login_id,
        user_name: one.user_name,
        email: one.email,
        company_name: one.company_name,
        not_after: one.not_after,
    });
    let items = items.collect();
    Ok(ExpiringPage { items, next })
}

/// A message that was given up.
#[derive(Debug, Serialize, ToSchema)]
pub struct Undelivered {
    /// Id of the message.
    pub id: String,
    /// Its contract.
    pub contract_id: String,
    /// 企業名.
    pub company_name: String,
    /// The user.
    pub user_id: String,
    /// ログインID.
    pub login_id: String,
    /// The recipient's address.
    pub address: String,
    /// Whether the user's address has changed since.
    pub address_changed: bool,
    /// Kind of the message.
    #[schema(example = "certificate-issued")]
    pub kind: String,
    /// Time when it was written.
    pub written_at: Timestamp,
    /// Time when it was given up.
    pub given_up_at: Timestamp,
    /// Reason, as a stable word.
    pub error: String,
    /// Response of the mail server.
    pub reply: String,
}

page! {
    /// Messages that were given up.
    UndeliveredPage of Undelivered
}

/// `GET /api/v1/reports/undelivered`.
pub async fn undelivered(asked: Asked<Which>) -> Result<UndeliveredPage, Failure> {
    let (place, last) = asked.query.place("undelivered")?;
    let before = last.as_ref().map(|(at, id)| (*at, id.as_str()));
    let before = before.unwrap_or((Timestamp::MAX, ""));
    let accounts = asked.accounts();
    let found = accounts.failed_messages_before(before, place.fetch());
    let (found, next) = place.cut(found.await?, |one| {
        let at = one.given_up_at.as_second().to_string();
        vec![at, one.id.clone()]
    });
    let items = found.into_iter().map(|one| Undelivered {
        id: one.id,
        contract_id: one.contract_id,
        company_name: one.company_name,
        user_id: one.user_id,
        login_id: one.login_id,
        address: one.address,
        address_changed: one.address_changed,
        kind: one.kind,
        written_at: one.written_at,
        given_up_at: one.given_up_at,
        error: one.error,
        reply: one.reply,
    });
    let items = items.collect();
    Ok(UndeliveredPage { items, next })
}
