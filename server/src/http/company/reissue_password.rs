//! BUSR009: 仮パスワード再発行, for a user who has not started yet.

use axum::extract::Path;

use super::newcomer::handover;
use super::operation::{About, again, ask, is_mended_here, person};
use super::{USERS, who};
use crate::http::catalogue::company::{OperationKind, operation_words};
use crate::http::context::{Answer, Cx, Form};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::services::accounts::company::CompanyRefusal;
use crate::services::authentication::session::Authenticated;
use crate::services::{Error, Refusal};

async fn about(cx: &Cx, found: &Authenticated, id: &str) -> Result<About, Failure> {
    let accounts = cx.app.services.accounts();
    let shown = accounts.colleague(&found.user.id, id, cx.now).await?;
    if !shown.may_hand_over {
        return Err(Refusal::from(CompanyRefusal::AlreadyStarted).into());
    }
    Ok(About {
        screen: "BUSR009",
        words: operation_words(OperationKind::HandOver, cx.lang),
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
    let (accounts, request) = (cx.app.services.accounts(), cx.by_user(&found.user.id));
    let confirmation = fields.secret("confirmation_password");
    match accounts.hand_over_again(&request, &id, confirmation).await {
        Ok(made) => handover(&cx, made),
        Err(Error::Refused(refusal)) if is_mended_here(&refusal) => {
            let about = about(&cx, &found, &id).await?;
            again(&cx, refusal, FormView::default(), about)
        }
        Err(other) => Err(other.into()),
    }
}
