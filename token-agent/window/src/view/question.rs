//! Yes/no questions with their facts.

use inkan_agent::catalogue::dialog::{self, Label, label};
use inkan_agent::catalogue::{Lang, clock};
use inkan_agent::keystore::view::TokenView;
use inkan_agent::output::event::RequestView;
use inkan_agent::output::outcome::{BankView, TokenEntry};
use inkan_agent::prompt::question::Question;

use super::{View, shown};
use crate::catalogue::frame::{Button, Title};
use crate::catalogue::{ask, time};
use crate::ui;

/// A question.
pub(super) fn view(question: &Question, lang: Lang) -> View {
    let yes = match question {
        Question::Request(_) => Button::Match,
        Question::Overwrite { .. } => Button::Overwrite,
        Question::Delete { .. } => Button::Delete,
        Question::GiveUp { .. } => Button::Go,
        Question::AddBank(_) | Question::AddModule { .. } => Button::Install,
    };
    let buttons = [Some(Button::Cancel), Some(yes)];
    let mut view = View::of(ui::Page::Message, Title::Question(question), lang, buttons)
        .sentence(ask::question(question, lang));
    view.frame.guarded = true;
    match question {
        Question::Request(request) => consent(&mut view, request, lang),
        Question::Overwrite { token, entry } | Question::Delete { token, entry, .. } => {
            view.frame.danger = true;
            view.frame.tone = ui::Tone::Note;
            on_token(&mut view, token, entry, lang);
        }
        Question::GiveUp { token, serial, .. } => {
            view.frame.tone = ui::Tone::Note;
            view.fact(label(Label::Token, lang), &token.label);
            view.fact(label(Label::Serial, lang), serial);
        }
        Question::AddBank(bank) => add_bank(&mut view, bank, lang),
        Question::AddModule { name, path } => {
            view.fact(label(Label::Token, lang), name);
            view.fact("", path);
        }
    }
    if let Some(caution) = ask::caution(question, lang) {
        view.frame.tone = ui::Tone::Bad;
        view.frame.advice = caution.into();
    }
    view
}

fn consent(view: &mut View, request: &RequestView, lang: Lang) {
    view.frame.bank = shown(&request.bank).into();
    let code = shown(request.comparison_code.as_deref().unwrap_or_default());
    let spelt: Vec<String> = code.chars().map(String::from).collect();
    view.comparison = ui::Comparison {
        name: label(Label::ComparisonCode, lang).into(),
        value: code.into(),
        spelt: spelt.join(" ").into(),
    };
    let mut rows = vec![
        (Label::Bank, request.bank.clone()),
        (
            Label::Action,
            dialog::requested_action(request, lang).to_owned(),
        ),
    ];
    // The user is not known yet at a login.
    if let Some(customer) = &request.customer {
        rows.extend([
            (Label::Company, customer.company.clone()),
            (Label::Account, dialog::account(customer, lang)),
            (Label::User, customer.user_name.clone()),
            (Label::LoginId, customer.login_id.clone()),
        ]);
    }
    if let Some(staff) = &request.staff {
        rows.extend([
            (Label::StaffName, staff.name.clone()),
            (Label::StaffNumber, staff.number.clone()),
            (Label::Role, dialog::role(staff.role, lang).to_owned()),
        ]);
    }
    if let Some(set) = &request.set {
        rows.push((Label::ShareSet, set.clone()));
    }
    rows.push((Label::RequestedAt, time(request.requested_at)));
    if let Some(seconds) = request.clock_ahead {
        rows.push((Label::Clock, clock::note(seconds, lang)));
    }
    for (name, value) in rows {
        view.fact(label(name, lang), &value);
    }
}

fn on_token(view: &mut View, token: &TokenView, entry: &TokenEntry, lang: Lang) {
    view.fact(label(Label::Token, lang), &dialog::token_label(token, lang));
    view.fact("", &ask::detail(token, lang));
    view.fact(
        label(Label::CommonName, lang),
        dialog::entry_name(entry, lang),
    );
    if let Some(organization) = &entry.organization {
        view.fact(label(Label::Organization, lang), organization);
    }
    if let Some(serial) = &entry.serial {
        view.fact(label(Label::Serial, lang), serial);
    }
    if let Some(until) = entry.not_after {
        view.fact(label(Label::ValidUntil, lang), &time(until));
    }
}

fn add_bank(view: &mut View, bank: &BankView, lang: Lang) {
    view.fact(
        label(Label::Bank, lang),
        &format!("{} ({})", bank.name, bank.id),
    );
    view.fact(label(Label::Portal, lang), &bank.portal);
    view.fact(label(Label::CertificateLogin, lang), &bank.certificate);
    for hash in &bank.server_ca {
        view.fact(label(Label::ServerCa, lang), hash);
    }
    for hash in &bank.customer_ca {
        view.fact(label(Label::CustomerCa, lang), hash);
    }
}
