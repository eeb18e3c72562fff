//! BUSR003: 利用停止解除.

use axum::extract::Path;

use super::operation::{About, again, ask, person};
use super::{USERS, who};
use crate::http::catalogue::company::{Label, OperationKind, label, operation_words};
use crate::http::catalogue::console;
use crate::http::context::{Answer, Cx, Form, see_other};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::services::accounts::company::CompanyRefusal;
use crate::services::authentication::session::Authenticated;
use crate::services::{Error, Refusal};

async fn about(cx: &Cx, found: &Authenticated, id: &str) -> Result<About, Failure> {
    let accounts = cx.app.services.accounts();
    let shown = accounts.colleague(&found.user.id, id, cx.now).await?;
    let mut facts = person(cx, &shown.user);
    for (label, password) in [
        (label(Label::LoginPassword, cx.lang), &shown.user.login),
        (
            label(Label::ConfirmationPassword, cx.lang),
            &shown.user.confirmation,
        ),
    ] {
        facts.push((label, console::lock(password, cx.now, cx.lang)));
    }
    Ok(About {
        screen: "BUSR003",
        words: operation_words(OperationKind::Unlock, cx.lang),
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
    let accounts = cx.app.services.accounts();
    let shown = accounts.colleague(&found.user.id, &id, cx.now).await?;
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
    let (accounts, request) = (cx.app.services.accounts(), cx.by_user(&found.user.id));
    let confirmation = fields.secret("confirmation_password");
    match accounts.unlock_colleague(&request, &id, confirmation).await {
        Ok(()) => Ok(see_other(&format!("{USERS}/{id}"))),
        Err(Error::Refused(refusal)) => {
            let about = about(&cx, &found, &id).await?;
            again(&cx, refusal, FormView::default(), about)
        }
        Err(fault) => Err(fault.into()),
    }
}
