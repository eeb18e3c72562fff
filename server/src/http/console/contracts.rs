//! Contracts: searching.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use serde::Deserialize;

use super::gate::Member;
use super::{Person, account};
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx};
use crate::http::page::{Page, html};
use crate::services::records::Contract;
use crate::services::staff::directory::PAGE;

struct ContractLine {
    id: String,
    account: String,
    company_name: String,
    company_kana: String,
    method: &'static str,
    status: &'static str,
}

#[derive(Template)]
#[template(path = "staff/contracts.html")]
struct Contracts {
    page: Page,
    person: Person,
    may_enter: bool,
    may_import: bool,
    contracts: Vec<ContractLine>,
    /// The search text.
    query: String,
    /// Query string of the next page, if there is one.
    next: Option<String>,
    previous: Option<String>,
}

/// The search, and the page of its result.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: u32,
}

fn line(contract: &Contract, cx: &Cx) -> ContractLine {
    ContractLine {
        id: contract.id.clone(),
        account: account(contract, cx.lang),
        company_name: contract.company_name.clone(),
        company_kana: contract.company_kana.clone(),
        method: word::method(contract.method, cx.lang),
        status: word::contract_status(contract.status, cx.lang),
    }
}

fn query(q: &str, page: u32) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !q.is_empty() {
        query.append_pair("q", q);
    }
    query.append_pair("page", &page.to_string()).finish()
}

/// `GET /contracts`.
pub async fn list(cx: Cx, member: Member, Query(asked): Query<Asked>) -> Answer {
    let accounts = cx.app.services.accounts();
    let found = accounts.find_contracts(&asked.q, asked.page).await?;
    let full = i64::try_from(found.len()).is_ok_and(|n| n == PAGE);
    let template = Contracts {
        page: cx.page(""),
        person: Person::of(&member, cx.lang),
        may_enter: member.acts("/contracts/new"),
        may_import: member.acts("/contracts/import"),
        contracts: found.iter().map(|one| line(one, &cx)).collect(),
        next: full.then(|| query(&asked.q, asked.page.saturating_add(1))),
        previous: (asked.page > 0).then(|| query(&asked.q, asked.page - 1)),
        query: asked.q,
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
    fn http_staff_contract_pages_render() {
        for lang in [Lang::Ja, Lang::En] {
            let page = sample(lang, "");
            let line = ContractLine {
                id: "c1".into(),
                account: "100 普通 1234567".into(),
                company_name: "<b>大空</b>".into(),
                company_kana: "ｶﾌﾞ".into(),
                method: "m",
                status: "s",
            };
            let template = Contracts {
                page,
                person: Person::sample(),
                may_enter: true,
                may_import: false,
                contracts: vec![line],
                query: "\"><script>".into(),
                next: Some(query("大", 1)),
                previous: None,
            };
            let list = template.render().unwrap();
            assert!(list.contains("/contracts/c1\"") && list.contains("page=1"));
            assert!(!list.contains("<script>") && !list.contains("<b>大空"));
        }
    }
}
