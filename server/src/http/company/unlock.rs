//! BUSR003: 利用停止解除.

use axum::extract::Path;

use super::deed::{About, again, ask, person};
use super::{USERS, who};
use crate::http::catalogue::company::{DeedKind, Label, deed_words, label};
use crate::http::catalogue::desk;
use crate::http::cx::{Answer, Cx, Form, see_other};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::workflow::company::CompanyRefusal;
use crate::workflow::session::Authenticated;
use crate::workflow::{Error, Refusal};

async fn about(cx: &Cx, found: &Authenticated, id: &str) -> Result<About, Failure> {
    let people = cx.app.workflows.people();
    let shown = people.colleague(&found.user.id, id, cx.now).await?;
    let mut facts = person(cx, &shown.user);
    for (label, password) in [
        (label(Label::LoginPassword, cx.lang), &shown.user.login),
        (
            label(Label::ConfirmationPassword, cx.lang),
            &shown.user.confirmation,
        ),
    ] {
        facts.push((label, desk::lock(password, cx.now, cx.lang)));
    }
    Ok(About {
        screen: "BUSR003",
        words: deed_words(DeedKind::Unlock, cx.lang),
        facts,
        shown: String::new(),
        choice: None,
        action: format!("{USERS}/{}/unlock", shown.user.id),
        back: format!("{USERS}/{}", shown.user.id),
    })
}

/// `GET /company/users/{id}/unlock`.
pub async fn form(cx: Cx, Path(id): Path<String>) -> Answer {
    let found = who(&cx).await?;
    let people = cx.app.workflows.people();
    let shown = people.colleague(&found.user.id, &id, cx.now).await?;
    if shown.user.id == found.user.id {
        return Err(Refusal::from(CompanyRefusal::OwnLock).into());
    }
    if !shown.may_unlock {
        return Err(Refusal::from(CompanyRefusal::NotLocked).into());
    }
    ask(&cx, about(&cx, &found, &id).await?)
}

/// `POST /company/users/{id}/unlock`.
pub async fn submit(cx: Cx, Path(id): Path<String>, Form(fields): Form) -> Answer {
    let found = who(&cx).await?;
    let (people, request) = (cx.app.workflows.people(), cx.by_user(&found.user.id));
    let confirmation = fields.secret("confirmation_password");
    match people.unlock_colleague(&request, &id, confirmation).await {
        Ok(()) => Ok(see_other(&format!("{USERS}/{id}"))),
        Err(Error::Refused(refusal)) => {
            let about = about(&cx, &found, &id).await?;
            again(&cx, refusal, FormView::default(), about)
        }
        Err(fault) => Err(fault.into()),
    }
}
