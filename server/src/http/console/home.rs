//! First page of the console: what awaits this person's decision, what they did, and what others did about it.

use askama::Template;
use axum::http::StatusCode;

use super::Person;
use super::gate::Member;
use super::show::{Line, lines};
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx};
use crate::http::failure::Failure;
use crate::http::page::{Page, html};
use crate::services::approvals::rights;

/// Number of the person's own entries that are shown.
const OWN: i64 = 20;

#[derive(Template)]
#[template(path = "staff/home.html")]
struct Home {
    page: Page,
    person: Person,
    /// Expiry of the person's own certificate, once it can be renewed.
    own_ends: Option<String>,
    decides: bool,
    for_me: Vec<Line>,
    enters: bool,
    mine: Vec<Line>,
    /// Entries of colleagues that this person could take over.
    others: Vec<Line>,
    decided: Vec<Line>,
}

/// `GET /`.
pub async fn show(cx: Cx, member: Member) -> Answer {
    let accounts = cx.app.services.accounts();
    let staff = &member.0;
    let waiting = accounts.waiting_proposals(staff).await?;
    let mine = accounts.own_proposals(staff, OWN).await?;
    let decides = |kind| rights::may_decide(kind).contains(&staff.role);
    let touched = |id: &str| mine.iter().any(|line| line.proposal.id == id);
    let (for_me, others): (Vec<_>, Vec<_>) = waiting
        .into_iter()
        .filter(|line| line.proposal.entered_by.employee_number != staff.employee_number)
        .partition(|line| decides(line.proposal.kind) && !touched(&line.proposal.id));
    let others: Vec<_> = others
        .into_iter()
        .filter(|line| rights::may_enter(line.proposal.kind).contains(&staff.role))
        .collect();
    let decided = accounts.own_decisions(staff, OWN).await?;
    let template = Home {
        page: cx.page(""),
        person: Person::of(&member, cx.lang),
        own_ends: own_ends(&cx).await?,
        decides: member.acts("/proposals/{id}/approve"),
        for_me: lines(&for_me, cx.lang),
        enters: member.acts("/proposals/{id}/withdraw"),
        mine: lines(&mine, cx.lang),
        others: lines(&others, cx.lang),
        decided: lines(&decided, cx.lang),
    };
    html(StatusCode::OK, &template)
}

/// Expiry of the certificate of this connection, if it can be renewed.
async fn own_ends(cx: &Cx) -> Result<Option<String>, Failure> {
    let presented = cx.certificate()?;
    let services = &cx.app.services;
    let (_, own) = services
        .accounts()
        .own_certificate(&cx.anonymous(), &presented)
        .await?;
    let may = services.may_renew(&own, cx.now).is_ok();
    Ok(may.then(|| word::date(own.certificate.not_after, cx.lang)))
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
            let home = |decides| {
                let home = Home {
                    page: sample(lang, ""),
                    person: Person::sample(),
                    own_ends: Some("soon".into()),
                    decides,
                    for_me: Vec::new(),
                    enters: true,
                    mine: Vec::new(),
                    others: Vec::new(),
                    decided: Vec::new(),
                };
                home.render().unwrap()
            };
            assert!(home(true).contains("id=\"for-me\"") && home(true).contains("soon"));
            assert!(!home(false).contains("id=\"for-me\""));
            assert!(home(false).contains("/contracts"));
        }
    }
}
