//! The page on which an operation is confirmed with 確認用パスワード: its subject, login ID first, and its effect.

use askama::Template;
use axum::http::StatusCode;

use crate::http::catalogue::company::{Label, OperationWords, label};
use crate::http::catalogue::console;
use crate::http::catalogue::refusal::message_after_confirmation;
use crate::http::context::{Answer, Cx};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::http::portal::show_errors;
use crate::services::Refusal;
use crate::services::records::User;

/// A choice of the operation.
pub struct Choice {
    /// Name of the field.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// Value and text.
    pub options: Vec<(&'static str, &'static str)>,
}

/// The content of the page.
pub struct About {
    /// Screen ID.
    pub screen: &'static str,
    /// The operation, as text.
    pub words: OperationWords,
    /// Its subject.
    pub facts: Vec<(&'static str, String)>,
    /// What was shown, so that the operation applies to the same.
    pub shown: String,
    /// The choice.
    pub choice: Option<Choice>,
    /// Target of the form.
    pub action: String,
    /// Target of 戻る.
    pub back: String,
}

#[derive(Template)]
#[template(path = "company/operation.html")]
struct OperationPage {
    page: Page,
    form: FormView,
    about: About,
}

/// The page at first.
pub fn ask(cx: &Cx, about: About) -> Answer {
    let page = cx.session_page(about.screen);
    screen(StatusCode::OK, page, FormView::default(), about)
}

/// The page again, with the refusal; other refusals end it.
pub fn again(cx: &Cx, refusal: Refusal, mut form: FormView, about: About) -> Answer {
    if !is_mended_here(&refusal) {
        return Err(refusal.into());
    }
    let message = message_after_confirmation(&refusal, cx.lang);
    let mut page = cx.session_page(about.screen).saying(message);
    if let Refusal::Fields(errors) = &refusal {
        show_errors(&mut page, &mut form, errors);
    }
    screen(Failure::from(refusal).status(), page, form, about)
}

fn screen(status: StatusCode, page: Page, form: FormView, about: About) -> Answer {
    html(status, &OperationPage { page, form, about })
}

/// Whether the same page can be submitted again.
pub fn is_mended_here(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Fields(_)
            | Refusal::CredentialsWrong
            | Refusal::TemporarilyLocked { .. }
            | Refusal::Suspended
            | Refusal::LoginIdTaken
    )
}

/// The user, login ID first.
pub fn person(cx: &Cx, user: &User) -> Vec<(&'static str, String)> {
    vec![
        (label(Label::LoginId, cx.lang), user.login_id.clone()),
        (label(Label::UserName, cx.lang), user.name.clone()),
        (
            label(Label::Role, cx.lang),
            console::user_role(user.role, cx.lang).to_owned(),
        ),
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::catalogue::company::{OperationKind, operation_words};
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_an_operation_names_its_user_first_and_asks_for_one_password() {
        for lang in [Lang::Ja, Lang::En] {
            let about = About {
                screen: "BUSR004",
                words: operation_words(OperationKind::Revoke, lang),
                facts: vec![("ID", "taro<01>".into()), ("n", "x".into())],
                shown: "c1".into(),
                choice: Some(Choice {
                    name: "revocation_reason",
                    label: "r",
                    options: vec![("keyCompromise", "lost")],
                }),
                action: "/company/users/u/revoke".into(),
                back: "/company/users/u".into(),
            };
            let page = sample(lang, "BUSR004");
            let form = FormView::default();
            let text = OperationPage { page, form, about }.render().unwrap();
            assert_eq!(text.matches("type=\"password\"").count(), 1);
            assert!(!text.contains("taro<01>"), "values are escaped");
            let (first, second) = (text.find("taro").unwrap(), text.find(">x<").unwrap());
            assert!(first < second);
            for part in [
                "value=\"c1\"",
                "id=\"revocation_reason\"",
                "/company/users/u\"",
            ] {
                assert!(text.contains(part), "{part}");
            }
        }
    }
}
