//! The certificate of the staff member at the console, and its renewal.

use askama::Template;
use axum::http::StatusCode;

use super::Journey;
use crate::http::catalogue::word;
use crate::http::certificate_facts::CertificateFacts;
use crate::http::console::Person;
use crate::http::console::gate::Member;
use crate::http::context::{Answer, Cx};
use crate::http::failure::Failure;
use crate::http::page::{Page, html};
use crate::services::enrolment::renewal::Renewing;
use crate::services::{Error, Refusal, RequestContext};

/// Where its renewal is requested. The pages that follow are below it; the renewed certificate can still open them.
pub const RENEWAL: &str = "/certificate/renewal";

#[derive(Template)]
#[template(path = "staff/own.html")]
struct OwnPage {
    page: Page,
    person: Person,
    certificate: CertificateFacts,
    /// Whether it can be renewed now.
    open: bool,
    /// The first day of the renewal window.
    opens: String,
}

async fn own(cx: &Cx, context: &RequestContext) -> Result<Renewing, Failure> {
    let presented = cx.certificate()?;
    let accounts = cx.app.services.accounts();
    let (_, renewing) = accounts.own_certificate(context, &presented).await?;
    Ok(renewing)
}

/// `GET /certificate`.
pub async fn show(cx: Cx, member: Member) -> Answer {
    let own = own(&cx, &cx.by_staff(&member.0.id)).await?;
    let may = cx.app.services.may_renew(&own, cx.now);
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
pub async fn renew(cx: Cx, member: Member) -> Answer {
    let context = cx.by_staff(&member.0.id);
    let own = own(&cx, &context).await?;
    let (services, binding) = (&cx.app.services, cx.visitor.token());
    let made = services.create_renewal(&context, &own, binding);
    Ok(Journey::StaffRenewal.begin(&made.await?))
}
