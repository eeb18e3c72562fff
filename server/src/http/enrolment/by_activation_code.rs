//! A staff certificate, requested on the portal with an activation code: without a certificate the console does not open.

use askama::Template;
use axum::http::StatusCode;

use super::Journey;
use crate::http::context::{Answer, Cx, Form};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::http::page::{Page, html};

#[derive(Template)]
#[template(path = "staff/handover.html")]
struct Handover {
    page: Page,
    form: FormView,
}

/// `GET /staff/certificate`.
pub async fn form(cx: Cx) -> Answer {
    let template = Handover {
        page: cx.page(""),
        form: FormView::default(),
    };
    html(StatusCode::OK, &template)
}

/// `POST /staff/certificate`: employee number and both halves of the activation code.
pub async fn ask(cx: Cx, Form(fields): Form) -> Answer {
    let halves = (&fields.secret("first"), &fields.secret("second"));
    let (number, binding) = (fields.text("number"), cx.visitor.token());
    let services = &cx.app.services;
    let context = cx.anonymous();
    let made = services.create_request_with_code(&context, number, halves, binding);
    match made.await.map_err(Failure::from) {
        Ok(status) => Ok(Journey::StaffIssue.begin(&status)),
        Err(failure @ Failure::Refused(_)) => {
            let page = cx.page("").saying(failure.message(cx.lang));
            let form = FormView::keeping(&fields, &["number"]);
            html(failure.status(), &Handover { page, form })
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
    fn http_staff_handover_keeps_the_number_and_never_a_half() {
        for lang in [Lang::Ja, Lang::En] {
            let mut form = FormView::default();
            form.set("number", "E-1<");
            let page = sample(lang, "");
            let text = Handover { page, form }.render().unwrap();
            for name in ["number", "first", "second"] {
                assert!(text.contains(&format!("name=\"{name}\"")), "{name}");
            }
            assert!(text.contains("value=\"E-1&#60;\""));
            assert_eq!(text.matches("type=\"password\"").count(), 2);
        }
    }
}
