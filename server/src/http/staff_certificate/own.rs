//! The door in the console: the certificate of who is there, and its renewal.

use askama::Template;
use axum::http::{HeaderMap, StatusCode};

use super::{Door, done, follow, result, status};
use crate::http::catalogue::word;
use crate::http::certificate_facts::CertificateFacts;
use crate::http::console::Person;
use crate::http::console::gate::Member;
use crate::http::context::{Answer, Cx};
use crate::http::failure::Failure;
use crate::http::page::{Page, html};
use crate::services::enrolment::staff::own::Own;
use crate::services::{Error, Refusal};

#[derive(Template)]
#[template(path = "staff/own.html")]
struct OwnPage {
    page: Page,
    person: Person,
    certificate: CertificateFacts,
    /// It can be renewed now.
    open: bool,
    /// From when it can be.
    opens: String,
}

async fn own(cx: &Cx) -> Result<Own, Failure> {
    let presented = cx.certificate()?;
    let accounts = cx.app.services.accounts();
    Ok(accounts
        .own_certificate(&presented, cx.caller(), cx.now)
        .await?)
}

/// `GET /certificate`.
pub async fn show(cx: Cx, member: Member) -> Answer {
    let own = own(&cx).await?;
    let may = cx.app.services.may_renew_own(&own, cx.now);
    let opens = match &may {
        Err(Error::Refused(Refusal::RenewalTooEarly { opens })) => word::date(*opens, cx.lang),
        _ => String::new(),
    };
    let template = OwnPage {
        page: cx.page(""),
        person: Person::of(&member, cx.lang),
        certificate: CertificateFacts::of(&own.certificate, cx.lang)?,
        open: may.is_ok(),
        opens,
    };
    html(StatusCode::OK, &template)
}

/// `POST /certificate/renewal`.
pub async fn renew(cx: Cx, _: Member) -> Answer {
    let own = own(&cx).await?;
    let (services, binding) = (&cx.app.services, cx.visitor.token());
    let asked = services.ask_for_renewal(&own, binding, cx.caller(), cx.now);
    Ok(follow(Door::Console, &asked.await?))
}

/// `GET /certificate/renewal/progress`.
pub async fn progress(cx: Cx, member: Member, headers: HeaderMap) -> Answer {
    let status = status(&cx, &headers).await?;
    let person = Person::of(&member, cx.lang);
    super::progress::page(&cx, Door::Console, Some(person), status)
}

/// `GET /certificate/renewal/events`.
pub async fn events(cx: Cx, _: Member, headers: HeaderMap) -> Answer {
    let status = status(&cx, &headers).await?;
    super::progress::events(cx, Door::Console, status)
}

/// `GET /certificate/renewal/result`.
pub async fn show_result(cx: Cx, member: Member, headers: HeaderMap) -> Answer {
    let certificate = done(status(&cx, &headers).await?)?;
    result(&cx, Some(Person::of(&member, cx.lang)), &certificate)
}
