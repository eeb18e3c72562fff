//! BUSR008: 役割変更.

use axum::extract::Path;

use super::operation::{About, Choice, again, ask, person};
use super::{USERS, who};
use crate::http::catalogue::company::{Label, OperationKind, label, operation_words, role_choices};
use crate::http::context::{Answer, Cx, Form, see_other};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::services::accounts::company::CompanyRefusal;
use crate::services::authentication::session::Authenticated;
use crate::services::{Error, Refusal};

async fn about(cx: &Cx, found: &Authenticated, id: &str) -> Result<About, Failure> {
    let accounts = cx.app.services.accounts();
    let shown = accounts.colleague(&found.user.id, id, cx.now).await?;
    if shown.roles.is_empty() {
        return Err(Refusal::from(CompanyRefusal::RoleStays).into());
    }
    Ok(About {
        screen: "BUSR008",
        words: operation_words(OperationKind::Role, cx.lang),
        facts: person(cx, &shown.user),
        shown: String::new(),
        choice: Some(Choice {
            name: "role",
            label: label(Label::NewRole, cx.lang),
            options: role_choices(shown.roles, cx.lang),
        }),
        action: format!("{USERS}/{}/role", shown.user.id),
        back: format!("{USERS}/{}", shown.user.id),
    })
}

/// `GET /company/users/{id}/role`.
pub async fn form(cx: Cx, Path(id): Path<String>) -> Answer {
    let found = who(&cx).await?;
    ask(&cx, about(&cx, &found, &id).await?)
}

/// `POST /company/users/{id}/role`.
pub async fn submit(cx: Cx, Path(id): Path<String>, Form(fields): Form) -> Answer {
    let found = who(&cx).await?;
    let (accounts, request) = (cx.app.services.accounts(), cx.by_user(&found.user.id));
    let (role, password) = (fields.text("role"), fields.secret("confirmation_password"));
    match accounts.give_role(&request, &id, role, password).await {
        Ok(()) => Ok(see_other(&format!("{USERS}/{id}"))),
        Err(Error::Refused(refusal)) => {
            if !super::operation::is_mended_here(&refusal) {
                return Err(refusal.into());
            }
            let about = about(&cx, &found, &id).await?;
            again(&cx, refusal, FormView::keeping(&fields, &["role"]), about)
        }
        Err(fault) => Err(fault.into()),
    }
}
