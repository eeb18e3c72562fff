//! Decisions on a proposal: approve, reject, take over, withdraw; on exactly the version that was shown.

use axum::extract::Path;

use super::gate::Member;
use super::proposals::screen;
use crate::http::context::{Answer, Cx, Form, see_other};
use crate::http::failure::Failure;
use crate::http::fields::Fields;
use crate::http::form::FormView;
use crate::http::portal::show_errors;
use crate::http::problem::HttpProblem;
use crate::services::{Refusal, Result, StaffRefusal};

fn shown(fields: &Fields) -> std::result::Result<i64, Failure> {
    let shown = fields.text("shown").parse();
    Ok(shown.map_err(|_| HttpProblem::BadRequest)?)
}

/// The page of the proposal again: done, or with the refusal.
async fn answer(cx: &Cx, member: &Member, id: &str, fields: &Fields, done: Result<()>) -> Answer {
    match done.map_err(Failure::from) {
        Ok(()) => Ok(see_other(&format!("/proposals/{id}"))),
        Err(failure @ Failure::Refused(Refusal::Staff(StaffRefusal::ProposalUnknown))) => {
            Err(failure)
        }
        Err(failure @ Failure::Refused(_)) => {
            let mut form = FormView::keeping(fields, &["reason"]);
            let mut page = cx.page("").saying(failure.message(cx.lang));
            if let Failure::Refused(Refusal::Fields(errors)) = &failure {
                show_errors(&mut page, &mut form, errors);
            }
            screen(cx, member, id, failure.status(), page, form).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /proposals/{id}/approve`.
pub async fn approve(cx: Cx, member: Member, Path(id): Path<String>, Form(fields): Form) -> Answer {
    let shown = shown(&fields)?;
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let done = accounts.approve_proposal(&request, &id, shown).await;
    answer(&cx, &member, &id, &fields, done.map(drop)).await
}

/// `POST /proposals/{id}/reject`.
pub async fn reject(cx: Cx, member: Member, Path(id): Path<String>, Form(fields): Form) -> Answer {
    let (shown, reason) = (shown(&fields)?, fields.text("reason"));
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let done = accounts.reject_proposal(&request, &id, shown, reason).await;
    answer(&cx, &member, &id, &fields, done).await
}

/// `POST /proposals/{id}/withdraw`.
pub async fn withdraw(
    cx: Cx,
    member: Member,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Answer {
    let (shown, reason) = (shown(&fields)?, fields.text("reason"));
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let done = accounts.withdraw_proposal(&request, &id, shown, reason);
    let done = done.await;
    answer(&cx, &member, &id, &fields, done.map(drop)).await
}

/// `POST /proposals/{id}/take-over`.
pub async fn take_over(
    cx: Cx,
    member: Member,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Answer {
    let shown = shown(&fields)?;
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let done = accounts.take_over_proposal(&request, &id, shown).await;
    answer(&cx, &member, &id, &fields, done.map(drop)).await
}
