//! What one person enters: one form for every kind of proposal, each with the fields of its kind.

use askama::Template;
use axum::http::StatusCode;

use super::Person;
use super::gate::Member;
use super::show::{Fact, facts};
use crate::http::catalogue::{console, proposal as words};
use crate::http::context::{Answer, Cx, see_other};
use crate::http::failure::Failure;
use crate::http::fields::Fields;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::http::portal::show_errors;
use crate::services::Refusal;
use crate::services::approvals::proposed_change::REASONS;
use crate::services::approvals::{Kind, ProposalView, ProposedChange, ProposedChangeForm, Subject};

type Choices = Vec<(&'static str, &'static str)>;

#[derive(Template)]
#[template(path = "staff/entry.html")]
struct Entry {
    page: Page,
    person: Person,
    kind: &'static str,
    effect: &'static str,
    about: Vec<Fact>,
    /// Target of the form; target of 中断.
    action: String,
    back: String,
    /// The version shown, if an entry is amended.
    shown: Option<i64>,
    asks_reference: bool,
    asks_note: bool,
    asks_newcomer: bool,
    asks_contract: bool,
    asks_user: bool,
    asks_company: bool,
    asks_successor: bool,
    reasons: Choices,
    roles: Choices,
    form: FormView,
}

/// The fields of the form that are kept after a refusal.
const KEPT: [&str; 15] = [
    "reference",
    "note",
    "revocation_reason",
    "name",
    "employee_number",
    "role",
    "branch",
    "account_type",
    "account",
    "company_name",
    "company_kana",
    "user_name",
    "email",
    "identity_check",
    "successor",
];

/// The typed values.
pub(super) fn proposed_change_form(fields: &Fields) -> ProposedChangeForm {
    let text = |name: &str| fields.text(name).to_owned();
    ProposedChangeForm {
        reference: text("reference"),
        note: text("note"),
        revocation_reason: text("revocation_reason"),
        name: text("name"),
        employee_number: text("employee_number"),
        role: text("role"),
        branch: text("branch"),
        account_type: text("account_type"),
        account: text("account"),
        company_name: text("company_name"),
        company_kana: text("company_kana"),
        user_name: text("user_name"),
        email: text("email"),
        identity_check: text("identity_check"),
        successor: text("successor"),
    }
}

/// The form filled from the proposed change.
pub(super) fn filled(change: &ProposedChange) -> FormView {
    let mut form = FormView::default();
    form.set("reference", change.reference());
    form.set("note", change.note());
    if let Some(role) = change.role() {
        form.set("role", role.as_str());
    }
    match change {
        ProposedChange::Revocation {
            revocation_reason, ..
        } => form.set("revocation_reason", revocation_reason),
        ProposedChange::Contract(new) => {
            form.set("branch", &new.branch);
            form.set("account_type", new.account_type.as_str());
            form.set("account", &new.account);
            form.set("company_name", &new.company_name);
            form.set("company_kana", &new.company_kana);
        }
        ProposedChange::Details(new) => {
            let account_type = new.account_type.map(|one| one.as_str().to_owned());
            for (name, value) in [
                ("user_name", &new.user_name),
                ("email", &new.email),
                ("company_name", &new.company_name),
                ("company_kana", &new.company_kana),
                ("branch", &new.branch),
                ("account_type", &account_type),
                ("account", &new.account),
            ] {
                form.set(name, value.as_deref().unwrap_or_default());
            }
            form.set("identity_check", &new.identity_check);
        }
        ProposedChange::Leave { successor, .. } => form.set("successor", successor),
        ProposedChange::Newcomer {
            name,
            employee_number,
            ..
        } => {
            form.set("name", name);
            form.set("employee_number", employee_number);
        }
        _ => {}
    }
    form
}

/// Page and form with the refusal.
pub(super) fn refused(cx: &Cx, failure: &Failure, fields: &Fields) -> (Page, FormView) {
    let mut form = FormView::keeping(fields, &KEPT);
    let mut page = cx.page("").saying(failure.message(cx.lang));
    if let Failure::Refused(Refusal::Fields(errors)) = failure {
        show_errors(&mut page, &mut form, errors);
    }
    (page, form)
}

/// The page of a subject.
fn back(kind: Kind, subject: &Subject) -> String {
    let user = subject
        .user
        .as_ref()
        .map(|user| format!("/users/{}", user.id));
    let contract = subject.contract.as_ref();
    let contract = contract.map(|contract| format!("/contracts/{}", contract.id));
    match kind {
        Kind::StaffAdd | Kind::StaffRole | Kind::StaffLeave => "/staff".to_owned(),
        Kind::Contract => "/contracts".to_owned(),
        Kind::Import => super::routes::IMPORT.to_owned(),
        _ => user.or(contract).unwrap_or_else(|| "/".to_owned()),
    }
}

/// The subject; the e-mail address where it may be changed.
fn about(kind: Kind, subject: &Subject, cx: &Cx) -> Vec<words::Fact> {
    let mut about = words::about(subject, cx.lang);
    if let (Kind::UserDetails, Some(user)) = (kind, &subject.user) {
        about.push(words::email(user, cx.lang));
    }
    about
}

fn template(
    cx: &Cx,
    member: &Member,
    kind: Kind,
    subject: &Subject,
    page: Page,
    form: FormView,
) -> Entry {
    let asks_role = matches!(kind, Kind::StaffAdd | Kind::StaffRole);
    Entry {
        person: Person::of(member, cx.lang),
        kind: words::kind(kind, cx.lang),
        effect: words::effect(kind, cx.lang),
        about: facts(about(kind, subject, cx)),
        action: String::new(),
        back: back(kind, subject),
        shown: None,
        asks_reference: matches!(kind, Kind::Application | Kind::Reissue),
        asks_note: !matches!(
            kind,
            Kind::Contract | Kind::Application | Kind::Reissue | Kind::StaffAdd
        ),
        asks_newcomer: kind == Kind::StaffAdd,
        asks_contract: kind == Kind::Contract,
        asks_user: kind == Kind::UserDetails,
        asks_company: kind == Kind::ContractDetails,
        asks_successor: kind == Kind::UserLeave,
        reasons: match kind {
            Kind::Revoke => console::reasons(&REASONS, cx.lang),
            _ => Vec::new(),
        },
        roles: if asks_role {
            console::roles(cx.lang)
        } else {
            Vec::new()
        },
        page,
        form,
    }
}

/// The form for amending a waiting entry.
pub(super) fn amending(
    cx: &Cx,
    member: &Member,
    view: ProposalView,
    status: StatusCode,
    page: Page,
    form: FormView,
) -> Answer {
    let proposal = &view.proposal;
    let path = format!("/proposals/{}", proposal.id);
    let template = Entry {
        action: format!("{path}/amend"),
        back: path,
        shown: Some(proposal.version),
        ..template(cx, member, proposal.kind, &view.subject, page, form)
    };
    html(status, &template)
}

async fn screen(
    cx: &Cx,
    member: &Member,
    (kind, id, action): (Kind, &str, String),
    status: StatusCode,
    page: Page,
    form: FormView,
) -> Answer {
    let accounts = cx.app.services.accounts();
    let subject = accounts.proposal_subject(kind, id).await?;
    let template = Entry {
        action,
        ..template(cx, member, kind, &subject, page, form)
    };
    html(status, &template)
}

async fn enter(
    cx: &Cx,
    member: &Member,
    (kind, id, action): (Kind, &str, String),
    fields: &Fields,
) -> Answer {
    let form = proposed_change_form(fields);
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let done = match kind {
        Kind::Incident => accounts
            .report_incident(&request, id, &form)
            .await
            .map(Some),
        Kind::Unlock => accounts.release_lock(&request, id, &form).await,
        _ => accounts.propose(&request, kind, id, &form).await.map(Some),
    };
    match done.map_err(Failure::from) {
        Ok(Some(proposal)) => Ok(see_other(&format!("/proposals/{}", proposal.id))),
        Ok(None) => Ok(see_other(&format!("/users/{id}"))),
        Err(failure @ Failure::Refused(_)) => {
            let (page, form) = refused(cx, &failure, fields);
            screen(cx, member, (kind, id, action), failure.status(), page, form).await
        }
        Err(other) => Err(other),
    }
}

/// Form and entry of a kind, at a path with the id of its subject.
macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident: $kind:ident at $path:literal;)+) => {
        $($(#[$meta])* pub mod $name {
            use axum::extract::Path;
            use axum::http::StatusCode;

            use crate::http::context::{Answer, Cx, Form};
            use crate::http::form::FormView;
            use crate::http::console::gate::Member;
            use crate::services::approvals::Kind;

            fn case(id: &str) -> (Kind, &str, String) {
                (Kind::$kind, id, $path.replace("{id}", id))
            }

            /// The form.
            pub async fn form(cx: Cx, member: Member, id: Option<Path<String>>) -> Answer {
                let id = id.map(|Path(id)| id).unwrap_or_default();
                let (page, form) = (cx.page(""), FormView::default());
                super::screen(&cx, &member, case(&id), StatusCode::OK, page, form).await
            }

            /// The entry.
            pub async fn enter(
                cx: Cx,
                member: Member,
                id: Option<Path<String>>,
                Form(fields): Form,
            ) -> Answer {
                let id = id.map(|Path(id)| id).unwrap_or_default();
                super::enter(&cx, &member, case(&id), &fields).await
            }
        })+
    };
}

kinds! {
    /// A contract.
    contract: Contract at "/contracts/new";
    /// A list of contracts.
    import: Import at "/contracts/import/{id}/entry";
    /// 電子証明書利用申込み.
    application: Application at "/contracts/{id}/application";
    /// 解約.
    cancel: Cancel at "/contracts/{id}/cancel";
    /// A further grant.
    reissue: Reissue at "/users/{id}/reissue";
    /// Locks of a user.
    unlock: Unlock at "/users/{id}/unlock";
    /// Temporary passwords for a user who has forgotten their own.
    password_reset: PasswordReset at "/users/{id}/password-reset";
    /// 登録内容の変更, of a user.
    user_details: UserDetails at "/users/{id}/details";
    /// 登録内容の変更, of a contract.
    contract_details: ContractDetails at "/contracts/{id}/details";
    /// The end of a user's use.
    user_leave: UserLeave at "/users/{id}/leave";
    /// Back to ID・パスワード方式.
    password_method: PasswordMethod at "/contracts/{id}/password-method";
    /// 失効.
    revoke: Revoke at "/certificates/{id}/revoke";
    /// 事故登録.
    incident: Incident at "/certificates/{id}/incident";
    /// 一時停止の解除.
    release: Release at "/certificates/{id}/release";
    /// A new member of staff.
    staff_add: StaffAdd at "/staff/new";
    /// A change of role.
    staff_role: StaffRole at "/staff/{id}/role";
    /// Records the departure of a member of staff.
    staff_leave: StaffLeave at "/staff/{id}/leave";
}
