//! Applications that wait, and the second person's decision (再鑑) on exactly
//! what was shown.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;

use super::gate::Member;
use super::{DECIDE, Person, READ, account};
use crate::http::catalogue::word;
use crate::http::cx::{Answer, Cx, Form, see_other};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::http::lang::Lang;
use crate::http::page::{Page, html};
use crate::http::portal::show_errors;
use crate::http::problem::HttpProblem;
use crate::workflow::Refusal;
use crate::workflow::counter::ApplicationView;
use crate::workflow::records::ApplicationState;

struct ApplicationLine {
    id: String,
    account: String,
    company_name: String,
    company_kana: String,
    reference: String,
    entered_by: String,
    entered_at: String,
    state: &'static str,
    /// Waits for a decision.
    waiting: bool,
    /// The contract has changed since the entry.
    stale: bool,
    /// Version shown; goes back with the decision.
    version: i64,
}

#[derive(Template)]
#[template(path = "staff/applications.html")]
struct Applications {
    page: Page,
    person: Person,
    applications: Vec<ApplicationLine>,
}

#[derive(Template)]
#[template(path = "staff/application.html")]
struct Application {
    page: Page,
    person: Person,
    may_decide: bool,
    application: ApplicationLine,
    form: FormView,
}

fn line(view: &ApplicationView, lang: Lang) -> ApplicationLine {
    let application = &view.application;
    ApplicationLine {
        id: application.id.clone(),
        account: account(&view.contract, lang),
        company_name: view.contract.company_name.clone(),
        company_kana: view.contract.company_kana.clone(),
        reference: application.reference.clone(),
        entered_by: view.entered_by.name.clone(),
        entered_at: word::time(application.entered_at, lang),
        state: word::application_state(application.state, lang),
        waiting: application.state == ApplicationState::Entered,
        stale: !view.is_current(),
        version: application.version,
    }
}

/// `GET /applications`: those that wait.
pub async fn list(cx: Cx, member: Member) -> Answer {
    member.among(READ)?;
    let views = cx.app.workflows.people().waiting_applications().await?;
    let template = Applications {
        page: cx.page(""),
        person: Person::of(&member.0, cx.lang),
        applications: views.iter().map(|view| line(view, cx.lang)).collect(),
    };
    html(StatusCode::OK, &template)
}

/// `GET /applications/{id}`: what is to be approved.
pub async fn show(cx: Cx, member: Member, Path(id): Path<String>) -> Answer {
    member.among(READ)?;
    screen(
        &cx,
        &member,
        &id,
        StatusCode::OK,
        cx.page(""),
        FormView::default(),
    )
    .await
}

async fn screen(
    cx: &Cx,
    member: &Member,
    id: &str,
    status: StatusCode,
    page: Page,
    form: FormView,
) -> Answer {
    let view = cx.app.workflows.people().application(id).await?;
    let template = Application {
        page,
        person: Person::of(&member.0, cx.lang),
        may_decide: member.is(DECIDE),
        application: line(&view, cx.lang),
        form,
    };
    html(status, &template)
}

/// `POST /applications/{id}`: 承認 or 却下.
pub async fn decide(cx: Cx, member: Member, Path(id): Path<String>, Form(fields): Form) -> Answer {
    // Whether the role allows it is decided, and a refusal audited, by the workflow.
    let staff = &member.0;
    let people = cx.app.workflows.people();
    let shown: i64 = fields
        .text("shown")
        .parse()
        .map_err(|_| HttpProblem::BadRequest)?;
    let (caller, now) = (cx.caller(), cx.now);
    let done = match fields.text("decision") {
        "approve" => {
            let approved = people.approve_application(&staff.id, &id, shown, caller, now);
            approved.await.map(|_| ())
        }
        "reject" => {
            let reason = fields.text("reason");
            people
                .reject_application(&staff.id, &id, shown, reason, caller, now)
                .await
        }
        _ => return Err(HttpProblem::BadRequest.into()),
    };
    match done.map_err(Failure::from) {
        Ok(()) => Ok(see_other(&format!("/applications/{id}"))),
        Err(Failure::Refused(Refusal::ApplicationUnknown)) => {
            Err(Refusal::ApplicationUnknown.into())
        }
        Err(failure @ Failure::Refused(_)) => {
            let mut form = FormView::keeping(&fields, &["reason"]);
            let mut page = cx.page("").saying(failure.message(cx.lang));
            if let Failure::Refused(Refusal::Fields(errors)) = &failure {
                show_errors(&mut page, &mut form, errors);
            }
            screen(&cx, &member, &id, failure.status(), page, form).await
        }
        Err(other) => Err(other),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::page::sample;

    fn example(waiting: bool, stale: bool) -> ApplicationLine {
        ApplicationLine {
            id: "a1".into(),
            account: "100 普通 1234567".into(),
            company_name: "株式会社大空商事".into(),
            company_kana: "ｶﾌﾞ".into(),
            reference: "Ａ１".into(),
            entered_by: "teller".into(),
            entered_at: "t".into(),
            state: "s",
            waiting,
            stale,
            version: 7,
        }
    }

    fn person() -> Person {
        Person {
            name: "approver".into(),
            role: "r",
        }
    }

    #[test]
    fn http_staff_approval_shows_what_is_approved_and_its_version() {
        for lang in [Lang::Ja, Lang::En] {
            let render = |may_decide, application| {
                let form = FormView::default();
                let page = sample(lang, "");
                let template = Application {
                    page,
                    person: person(),
                    may_decide,
                    application,
                    form,
                };
                template.render().unwrap()
            };
            let text = render(true, example(true, false));
            assert!(
                text.contains("name=\"shown\" value=\"7\"") && text.contains("株式会社大空商事")
            );
            assert!(text.contains("value=\"approve\"") && text.contains("value=\"reject\""));
            assert!(!render(false, example(true, false)).contains("value=\"approve\""));
            assert!(!render(true, example(false, false)).contains("value=\"approve\""));
            assert!(!render(true, example(true, true)).contains("value=\"approve\""));
            let applications = vec![example(true, false)];
            let list = Applications {
                page: sample(lang, ""),
                person: person(),
                applications,
            };
            assert!(list.render().unwrap().contains("/applications/a1"));
        }
    }
}
