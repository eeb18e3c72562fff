//! Entering an application for the certificate method.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;

use super::gate::Member;
use super::{ENTER, Person, account};
use crate::http::cx::{Answer, Cx, Form, see_other};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::http::portal::show_errors;
use crate::workflow::Refusal;
use crate::workflow::records::Contract;

#[derive(Template)]
#[template(path = "staff/application_new.html")]
struct New {
    page: Page,
    person: Person,
    contract_id: String,
    account: String,
    company_name: String,
    company_kana: String,
    form: FormView,
}

fn screen(
    cx: &Cx,
    member: &Member,
    status: StatusCode,
    page: Page,
    contract: Contract,
    form: FormView,
) -> Answer {
    let template = New {
        page,
        person: Person::of(&member.0, cx.lang),
        account: account(&contract, cx.lang),
        contract_id: contract.id,
        company_name: contract.company_name,
        company_kana: contract.company_kana,
        form,
    };
    html(status, &template)
}

/// `GET /contracts/{id}/applications`.
pub async fn new(cx: Cx, member: Member, Path(id): Path<String>) -> Answer {
    member.among(ENTER)?;
    let contract = cx.app.workflows.people().contract(&id).await?;
    let form = FormView::default();
    screen(&cx, &member, StatusCode::OK, cx.page(""), contract, form)
}

/// `POST /contracts/{id}/applications`.
pub async fn enter(cx: Cx, member: Member, Path(id): Path<String>, Form(fields): Form) -> Answer {
    // Whether the role allows it is decided, and a refusal audited, by the workflow.
    let staff = &member.0;
    let people = cx.app.workflows.people();
    let reference = fields.text("reference");
    let done = people
        .enter_application(&staff.id, &id, reference, cx.caller(), cx.now)
        .await;
    match done.map_err(Failure::from) {
        Ok(application) => Ok(see_other(&format!("/applications/{}", application.id))),
        Err(Failure::Refused(Refusal::Fields(errors))) => {
            let failure = Failure::Refused(Refusal::Fields(errors.clone()));
            let mut form = FormView::keeping(&fields, &["reference"]);
            let mut page = cx.page("").saying(failure.message(cx.lang));
            show_errors(&mut page, &mut form, &errors);
            let contract = people.contract(&id).await?;
            screen(&cx, &member, failure.status(), page, contract, form)
        }
        Err(other) => Err(other),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_staff_application_form_renders() {
        for lang in [Lang::Ja, Lang::En] {
            let template = New {
                page: sample(lang, ""),
                person: Person {
                    name: "teller".into(),
                    role: "r",
                },
                contract_id: "c1".into(),
                account: "a".into(),
                company_name: "n".into(),
                company_kana: "k".into(),
                form: FormView::default(),
            };
            let text = template.render().unwrap();
            assert!(text.contains("action=\"/contracts/c1/applications\""));
        }
    }
}
