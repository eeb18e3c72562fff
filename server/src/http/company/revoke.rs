//! BUSR004 and BUSR005: 電子証明書失効, of a colleague's certificate or of the user's own, which also ends the login.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;

use super::operation::{About, Choice, again, ask, is_mended_here, person};
use super::{USERS, realm, who};
use crate::http::catalogue::company::{Label, OperationKind, label, operation_words};
use crate::http::catalogue::{console, word};
use crate::http::context::{Answer, Cx, Form, see_other, without_session};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::services::accounts::company::CompanyRefusal;
use crate::services::accounts::company::revoke::Revocation;
use crate::services::authentication::session::Authenticated;
use crate::services::certificates::lifecycle::reason::BY_CUSTOMER;
use crate::services::records::{Certificate, CertificateState, User};
use crate::services::{Error, Refusal};

#[derive(Template)]
#[template(path = "company/revoked.html")]
struct Busr005 {
    page: Page,
    facts: Vec<(&'static str, String)>,
    /// Where to continue; only to the login page if it was the user's own.
    back: Option<String>,
}

async fn about(cx: &Cx, found: &Authenticated, id: &str) -> Result<About, Failure> {
    let accounts = cx.app.services.accounts();
    let shown = accounts.colleague(&found.user.id, id, cx.now).await?;
    let missing = || Failure::from(Refusal::from(CompanyRefusal::NoCertificate));
    let certificate = shown.revocable.as_ref().ok_or_else(missing)?;
    let own = shown.user.id == found.user.id;
    let mut facts = person(cx, &shown.user);
    facts.extend(certificate_facts(cx, certificate));
    Ok(About {
        screen: "BUSR004",
        words: operation_words(
            if own {
                OperationKind::RevokeOwn
            } else {
                OperationKind::Revoke
            },
            cx.lang,
        ),
        facts,
        shown: certificate.id.clone(),
        choice: Some(Choice {
            name: "revocation_reason",
            label: label(Label::Reason, cx.lang),
            options: console::reasons(&BY_CUSTOMER, cx.lang),
        }),
        action: format!("{USERS}/{}/revoke", shown.user.id),
        back: if own {
            "/top".to_owned()
        } else {
            format!("{USERS}/{}", shown.user.id)
        },
    })
}

fn certificate_facts(cx: &Cx, one: &Certificate) -> Vec<(&'static str, String)> {
    let lang = cx.lang;
    vec![
        (
            label(Label::CertificateState, lang),
            console::certificate_state(one.state, lang).to_owned(),
        ),
        (label(Label::Serial, lang), one.serial.clone()),
        (
            label(Label::ValidUntil, lang),
            word::time(one.not_after, lang),
        ),
    ]
}

/// `GET /company/users/{id}/revoke`: BUSR004.
pub async fn form(cx: Cx, Path(id): Path<String>) -> Answer {
    let found = who(&cx).await?;
    ask(&cx, about(&cx, &found, &id).await?)
}

/// `POST /company/users/{id}/revoke`.
pub async fn submit(cx: Cx, Path(id): Path<String>, Form(fields): Form) -> Answer {
    let found = who(&cx).await?;
    let asked = Revocation {
        owner: &id,
        certificate: fields.text("shown"),
        reason: fields.text("revocation_reason"),
    };
    let confirmation = fields.secret("confirmation_password");
    let (services, request) = (&cx.app.services, cx.by_user(&found.user.id));
    let done = services.revoke_in_company(&request, asked, confirmation);
    match done.await {
        Ok(certificate) if found.user.id == id => {
            // The session ended with the certificate: this response is the last one.
            let page = cx.page("BUSR005");
            let shown = result_page(&cx, page, &found.user, &certificate, None)?;
            Ok(without_session(shown, realm(&cx)))
        }
        Ok(_) => Ok(see_other(&format!("{USERS}/{id}/revoked"))),
        Err(Error::Refused(refusal)) => {
            if !is_mended_here(&refusal) {
                return Err(refusal.into());
            }
            let form = FormView::keeping(&fields, &["revocation_reason"]);
            let about = about(&cx, &found, &id).await?;
            again(&cx, refusal, form, about)
        }
        Err(fault) => Err(fault.into()),
    }
}

/// `GET /company/users/{id}/revoked`: BUSR005, from the database.
pub async fn result(cx: Cx, Path(id): Path<String>) -> Answer {
    let found = who(&cx).await?;
    let accounts = cx.app.services.accounts();
    let shown = accounts.colleague(&found.user.id, &id, cx.now).await?;
    let revoked = |one: &&Certificate| one.state == CertificateState::Revoked;
    let newest = shown.certificates.iter().filter(revoked);
    let newest = newest.max_by_key(|one| one.ended_at);
    let certificate = newest.ok_or(Refusal::from(CompanyRefusal::NoCertificate))?;
    let back = Some(format!("{USERS}/{}", shown.user.id));
    let page = cx.session_page("BUSR005");
    result_page(&cx, page, &shown.user, certificate, back)
}

fn result_page(
    cx: &Cx,
    page: Page,
    user: &User,
    certificate: &Certificate,
    back: Option<String>,
) -> Answer {
    let mut facts = person(cx, user);
    facts.extend(certificate_facts(cx, certificate));
    if let Some(at) = certificate.ended_at {
        facts.push((label(Label::RevokedAt, cx.lang), word::time(at, cx.lang)));
    }
    facts.push((
        label(Label::Reason, cx.lang),
        console::stored_reason(certificate.reason.as_deref(), cx.lang).to_owned(),
    ));
    html(StatusCode::OK, &Busr005 { page, facts, back })
}
