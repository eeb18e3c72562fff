//! Contracts: the list, and putting a new one on record.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use inkan_pki::secret::Secret;
use serde::Deserialize;

use super::gate::Member;
use super::{ENTER, Person, READ, account};
use crate::http::catalogue::word;
use crate::http::cx::{Answer, Cx, Form};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::http::portal::show_errors;
use crate::workflow::Refusal;
use crate::workflow::counter::ContractForm;
use crate::workflow::staffing::{PAGE, temporary_password};

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
    contracts: Vec<ContractLine>,
    /// Number of the next page, if there is one.
    next: Option<u32>,
}

#[derive(Template)]
#[template(path = "staff/contract_new.html")]
struct New {
    page: Page,
    person: Person,
    form: FormView,
}

#[derive(Template)]
#[template(path = "staff/contract_created.html")]
struct Created {
    page: Page,
    person: Person,
    account: String,
    company_name: String,
    temporary_login_password: Secret,
    temporary_confirmation_password: Secret,
}

/// Which page of the list.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: u32,
}

/// `GET /contracts`.
pub async fn list(cx: Cx, member: Member, Query(asked): Query<Asked>) -> Answer {
    member.among(READ)?;
    let contracts = cx.app.workflows.people().contracts(asked.page).await?;
    let full = i64::try_from(contracts.len()).is_ok_and(|n| n == PAGE);
    let line = |contract: &crate::workflow::records::Contract| ContractLine {
        id: contract.id.clone(),
        account: account(contract, cx.lang),
        company_name: contract.company_name.clone(),
        company_kana: contract.company_kana.clone(),
        method: word::method(contract.method, cx.lang),
        status: word::contract_status(contract.status, cx.lang),
    };
    let template = Contracts {
        page: cx.page(""),
        person: Person::of(&member.0, cx.lang),
        may_enter: member.is(ENTER),
        contracts: contracts.iter().map(line).collect(),
        next: full.then(|| asked.page.saturating_add(1)),
    };
    html(StatusCode::OK, &template)
}

/// `GET /contracts/new`.
pub async fn new(cx: Cx, member: Member) -> Answer {
    member.among(ENTER)?;
    let template = New {
        page: cx.page(""),
        person: Person::of(&member.0, cx.lang),
        form: FormView::default(),
    };
    html(StatusCode::OK, &template)
}

/// `POST /contracts/new`: shows the temporary passwords, this once.
pub async fn create(cx: Cx, member: Member, Form(fields): Form) -> Answer {
    // Whether the role allows it is decided, and a refusal audited, by the workflow.
    let staff = &member.0;
    let temporary_login_password = temporary_password()?;
    let temporary_confirmation_password = temporary_password()?;
    let text = |name: &str| fields.text(name).to_owned();
    let entered = ContractForm {
        branch: text("branch"),
        account_type: text("account_type"),
        account: text("account"),
        company_name: text("company_name"),
        company_kana: text("company_kana"),
        temp_login: temporary_login_password.clone(),
        temp_confirmation: temporary_confirmation_password.clone(),
    };
    let people = cx.app.workflows.people();
    let done = people
        .create_contract(&staff.id, entered, cx.caller(), cx.now)
        .await;
    let person = Person::of(staff, cx.lang);
    match done.map_err(Failure::from) {
        Ok(contract) => {
            let template = Created {
                page: cx.page(""),
                person,
                account: account(&contract, cx.lang),
                company_name: contract.company_name,
                temporary_login_password,
                temporary_confirmation_password,
            };
            html(StatusCode::OK, &template)
        }
        Err(failure @ Failure::Refused(_)) => {
            let kept = [
                "branch",
                "account_type",
                "account",
                "company_name",
                "company_kana",
            ];
            let mut form = FormView::keeping(&fields, &kept);
            let mut page = cx.page("").saying(failure.message(cx.lang));
            if let Failure::Refused(Refusal::Fields(errors)) = &failure {
                show_errors(&mut page, &mut form, errors);
            }
            html(failure.status(), &New { page, person, form })
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

    fn person() -> Person {
        Person {
            name: "teller".into(),
            role: "r",
        }
    }

    #[test]
    fn http_staff_contract_pages_render() {
        for lang in [Lang::Ja, Lang::En] {
            let page = sample(lang, "");
            let line = ContractLine {
                id: "c1".into(),
                account: "100 普通 1234567".into(),
                company_name: "株式会社大空商事".into(),
                company_kana: "ｶﾌﾞ".into(),
                method: "m",
                status: "s",
            };
            let template = Contracts {
                page: page.clone(),
                person: person(),
                may_enter: true,
                contracts: vec![line],
                next: Some(1),
            };
            let list = template.render().unwrap();
            assert!(list.contains("/contracts/c1/applications") && list.contains("?page=1"));
            let form = FormView::default();
            let new = New {
                page: page.clone(),
                person: person(),
                form,
            }
            .render()
            .unwrap();
            assert!(new.contains("company_kana"));
            let created = Created {
                page,
                person: person(),
                account: "a".into(),
                company_name: "c".into(),
                temporary_login_password: Secret::new("tmp-login"),
                temporary_confirmation_password: Secret::new("tmp-confirm"),
            };
            let text = created.render().unwrap();
            assert!(text.contains("tmp-login") && text.contains("tmp-confirm"));
        }
    }
}
