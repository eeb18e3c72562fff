//! First page of the console.

use askama::Template;
use axum::http::StatusCode;

use super::gate::Member;
use super::{Person, READ};
use crate::http::cx::{Answer, Cx};
use crate::http::page::{Page, html};

#[derive(Template)]
#[template(path = "staff/home.html")]
struct Home {
    page: Page,
    person: Person,
    may_read: bool,
}

/// `GET /`.
pub async fn show(cx: Cx, member: Member) -> Answer {
    let template = Home {
        page: cx.page(""),
        person: Person::of(&member.0, cx.lang),
        may_read: member.is(READ),
    };
    html(StatusCode::OK, &template)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_staff_home_shows_only_what_the_role_may_see() {
        for lang in [Lang::Ja, Lang::En] {
            let home = |may_read| {
                let person = Person {
                    name: "teller".into(),
                    role: "r",
                };
                Home {
                    page: sample(lang, ""),
                    person,
                    may_read,
                }
                .render()
                .unwrap()
            };
            assert!(home(true).contains("/contracts"));
            assert!(!home(false).contains("/contracts"));
        }
    }
}
