//! Tokens and certificates.

use std::rc::Rc;

use inkan_agent::catalogue::dialog::{self, Label, label};
use inkan_agent::catalogue::{Lang, entry};
use inkan_agent::keystore::view::{PinStatus, TokenKind};
use inkan_agent::output::outcome::{TokenContent, TokenEntry, Unusable};
use slint::{ModelRc, VecModel};

use super::{View, shown};
use crate::catalogue::frame::{Button, Title, button};
use crate::catalogue::{ask, home as words};
use crate::ui;
use crate::view_model::home::{EntryStatus, Home, status};

/// All tokens.
pub(super) fn view(home: &Home, lang: Lang) -> View {
    let buttons = [Some(Button::Close), Some(Button::Again)];
    let mut view = View::of(ui::Page::Home, Title::Home, lang, buttons);
    view.frame.modest = true;
    if let Some(completed) = home.completed {
        view.frame.tone = ui::Tone::Good;
        view.frame.sentence = words::completed(completed, lang).into();
    } else if let Some(failure) = &home.failure {
        let report = entry(failure, lang);
        view.frame.tone = ui::Tone::Note;
        view.frame.sentence = shown(&report.sentence).into();
        view.frame.advice_name = label(Label::Next, lang).into();
        view.frame.advice = shown(&report.next).into();
        view.frame.code = shown(&report.code).into();
    } else {
        view.frame.sentence = words::sentence(home.tokens.len(), lang).into();
    }
    view.cards = home.tokens.iter().map(|t| card(home, t, lang)).collect();
    view
}

fn card(home: &Home, content: &TokenContent, lang: Lang) -> ui::TokenCard {
    let token = &content.token;
    let nothing = if content.failure.is_none() && content.entries.is_empty() {
        words::nothing(lang)
    } else {
        ""
    };
    let entries: Vec<_> = content.entries.iter().map(|e| row(home, e, lang)).collect();
    // Windows has identified its user.
    let has_pin = token.kind != TokenKind::Windows;
    let of_pin = |b| if has_pin { button(b, lang) } else { "" };
    let spoken = |b| shown(&words::of_token(b, token, lang)).into();
    ui::TokenCard {
        name: dialog::token_label(token, lang).into(),
        detail: shown(&ask::detail(token, lang)).into(),
        note: content
            .failure_sentence
            .as_deref()
            .map_or_else(|| words::pin(content.pin, lang).to_owned(), shown)
            .into(),
        tone: match content.pin {
            PinStatus::FinalTry | PinStatus::NotSet if content.failure.is_none() => ui::Tone::Note,
            _ => ui::Tone::Bad,
        },
        nothing: nothing.into(),
        change: of_pin(Button::ChangePin).into(),
        change_label: spoken(Button::ChangePin),
        unblock: of_pin(Button::Unblock).into(),
        unblock_label: spoken(Button::Unblock),
        entries: ModelRc::from(Rc::new(VecModel::from(entries))),
    }
}

fn row(home: &Home, entry: &TokenEntry, lang: Lang) -> ui::EntryRow {
    let entry_status = status(entry, home.now);
    let name = shown(dialog::entry_name(entry, lang));
    let tone = match entry_status {
        EntryStatus::Usable => ui::Tone::Good,
        EntryStatus::ExpiresSoon(_) => ui::Tone::Note,
        EntryStatus::KeyUnknown | EntryStatus::Unusable(Unusable::NoBank) => ui::Tone::Plain,
        EntryStatus::Unusable(
            Unusable::NotYetValid | Unusable::NoCertificate | Unusable::NotChecked,
        ) => ui::Tone::Note,
        EntryStatus::KeyGone(_)
        | EntryStatus::Unusable(
            Unusable::Expired | Unusable::NoKey | Unusable::WrongPurpose | Unusable::NotAccepted,
        ) => ui::Tone::Bad,
    };
    let until = entry.not_after.map(|u| words::until(u, lang));
    let bank = match (&entry.bank_name, &entry.bank) {
        (Some(name), _) | (None, Some(name)) => shown(name),
        (None, None) => words::no_bank(lang).to_owned(),
    };
    let ours = entry.bank.is_some() && entry.serial.is_some();
    ui::EntryRow {
        bank: bank.into(),
        until: until.unwrap_or_default().into(),
        state: words::status(entry_status, lang).into(),
        tone,
        delete: if ours {
            button(Button::Delete, lang).into()
        } else {
            "".into()
        },
        delete_label: words::delete(&name, lang).into(),
        name: name.into(),
    }
}
