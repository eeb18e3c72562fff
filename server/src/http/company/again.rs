//! BUSR009: 仮パスワード再発行, for who has not started yet.

use axum::extract::Path;

use super::deed::{About, again, ask, is_mended_here, person};
use super::newcomer::handover;
use super::{USERS, who};
use crate::http::catalogue::company::{DeedKind, deed_words};
use crate::http::cx::{Answer, Cx, Form};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::workflow::company::CompanyRefusal;
use crate::workflow::session::Authenticated;
use crate::workflow::{Error, Refusal};

async fn about(cx: &Cx, found: &Authenticated, id: &str) -> Result<About, Failure> {
    let people = cx.app.workflows.people();
    let shown = people.colleague(&found.user.id, id, cx.now).await?;
    if !shown.may_hand_over {
        return Err(Refusal::from(CompanyRefusal::AlreadyStarted).into());
    }
    Ok(About {
        screen: "BUSR009",
        words: deed_words(DeedKind::HandOver, cx.lang),
        facts: person(cx, &shown.user),
        shown: String::new(),
        choice: None,
        action: format!("{USERS}/{}/passwords", shown.user.id),
        back: format!("{USERS}/{}", shown.user.id),
    })
}

/// `GET /company/users/{id}/passwords`.
pub async fn form(cx: Cx, Path(id): Path<String>) -> Answer {
    let found = who(&cx).await?;
    ask(&cx, about(&cx, &found, &id).await?)
}

/// `POST /company/users/{id}/passwords`.
pub async fn submit(cx: Cx, Path(id): Path<String>, Form(fields): Form) -> Answer {
    let found = who(&cx).await?;
    let (people, request) = (cx.app.workflows.people(), cx.by_user(&found.user.id));
    let confirmation = fields.secret("confirmation_password");
    match people.hand_over_again(&request, &id, confirmation).await {
        Ok(made) => handover(&cx, made),
        Err(Error::Refused(refusal)) if is_mended_here(&refusal) => {
            let about = about(&cx, &found, &id).await?;
            again(&cx, refusal, FormView::default(), about)
        }
        Err(other) => Err(other.into()),
    }
}
