//! The door on the portal: somebody of the staff without a certificate cannot open the console, which asks for one.

use askama::Template;
use axum::http::{HeaderMap, StatusCode};

use super::{Door, done, follow, result, status};
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

/// `POST /staff/certificate`: number and both halves.
pub async fn ask(cx: Cx, Form(fields): Form) -> Answer {
    let halves = (&fields.secret("first"), &fields.secret("second"));
    let (number, binding) = (fields.text("number"), cx.visitor.token());
    let services = &cx.app.services;
    let asked = services
        .ask_with_handover(number, halves, binding, cx.caller(), cx.now)
        .await;
    match asked.map_err(Failure::from) {
        Ok(status) => Ok(follow(Door::Portal, &status)),
        Err(failure @ Failure::Refused(_)) => {
            let page = cx.page("").saying(failure.message(cx.lang));
            let form = FormView::keeping(&fields, &["number"]);
            html(failure.status(), &Handover { page, form })
        }
        Err(other) => Err(other),
    }
}

/// `GET /staff/certificate/progress`.
pub async fn progress(cx: Cx, headers: HeaderMap) -> Answer {
    let status = status(&cx, &headers).await?;
    super::progress::page(&cx, Door::Portal, None, status)
}

/// `GET /staff/certificate/events`.
pub async fn events(cx: Cx, headers: HeaderMap) -> Answer {
    let status = status(&cx, &headers).await?;
    super::progress::events(cx, Door::Portal, status)
}

/// `GET /staff/certificate/result`.
pub async fn show_result(cx: Cx, headers: HeaderMap) -> Answer {
    let certificate = done(status(&cx, &headers).await?)?;
    result(&cx, None, &certificate)
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
