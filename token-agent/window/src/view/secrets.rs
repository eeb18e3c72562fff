//! Fields for PINs.

use inkan_agent::catalogue::{Lang, entry};
use inkan_agent::error::{Failure, TokenError};
use inkan_agent::keystore::view::PinStatus;
use inkan_agent::prompt::question::{SecretKind, SecretQuestion};

use super::{View, shown};
use crate::catalogue::ask;
use crate::catalogue::frame::{Button, Title};
use crate::ui;
use crate::view_model::secrets::{Field, Secrets};

/// One or more fields.
pub(super) fn view(form: &Secrets, lang: Lang) -> View {
    let fields = form.fields();
    let yes = match fields.first() {
        Some(Field::CurrentPin) => Button::ChangePin,
        Some(Field::Puk) => Button::Unblock,
        Some(Field::SoPin) if form.new.is_some() => Button::Unblock,
        _ => Button::Next,
    };
    let named = Title::Secret(fields.first().copied());
    let buttons = [Some(Button::Cancel), Some(yes)];
    let sentence = match (&form.present, &form.new) {
        (Some(present), _) => ask::secret(present, lang),
        (None, Some(new)) => ask::new_pin(new, lang),
        (None, None) => String::new(),
    };
    let mut view = View::of(ui::Page::Secrets, named, lang, buttons).sentence(&shown(&sentence));
    view.frame.advice = ask::pin_stays(lang).into();
    view.secrets = fields.iter().map(|f| field(*f, form, lang)).collect();
    view.notices = notices(form, lang);
    view
}

/// Notices before the entry: the last refusal, the tries left, and a default value.
fn notices(form: &Secrets, lang: Lang) -> Vec<ui::Notice> {
    let mut notices = Vec::new();
    let mut add = |tone: ui::Tone, text: &str| {
        if !text.is_empty() {
            let text = shown(text).into();
            notices.push(ui::Notice { tone, text });
        }
    };
    let refused = form.new.iter().find_map(|new| new.refused.as_ref());
    let refused = refused.or_else(|| form.present.iter().find_map(|p| p.refused.as_ref()));
    match (form.problem, refused) {
        (Some(problem), _) => add(ui::Tone::Bad, &ask::problem(problem, lang)),
        (None, Some(error)) => {
            let report = entry(&Failure::Token(error.clone()), lang);
            add(ui::Tone::Bad, &report.sentence);
        }
        (None, None) => {}
    }
    if let Some(present) = &form.present {
        let tone = match present.state.status {
            PinStatus::FinalTry | PinStatus::Locked => ui::Tone::Bad,
            PinStatus::NoWarning | PinStatus::CountLow | PinStatus::NotSet => ui::Tone::Note,
        };
        // The refusal has named the tries left.
        let reported = matches!(refused, Some(TokenError::PinWrong { .. }));
        if !reported || present.state.status == PinStatus::FinalTry {
            add(tone, &ask::tries(present.what, &present.state, lang));
        }
        if present.state.factory {
            add(ui::Tone::Note, ask::factory(lang));
        }
    }
    notices
}

fn field(field: Field, form: &Secrets, lang: Lang) -> ui::SecretField {
    let hint = match (field, &form.new, &form.present) {
        (Field::NewPin, Some(new), _) => ask::length(new.min_length, new.max_length, lang),
        (Field::NewPin | Field::NewPinAgain, ..) => String::new(),
        (_, _, Some(present)) => hint(present, lang),
        _ => String::new(),
    };
    ui::SecretField {
        name: ask::field(field, lang).into(),
        hint: hint.into(),
        bullets: "".into(),
    }
}

/// Below the field: the tries left without a warning, and the length of a PIN.
fn hint(present: &SecretQuestion, lang: Lang) -> String {
    let state = &present.state;
    let left = match (state.status, state.tries_left) {
        (PinStatus::NoWarning, Some(left)) => ask::tries_left(left, lang),
        _ => String::new(),
    };
    let length = match present.what {
        SecretKind::Pin | SecretKind::CurrentPin => {
            ask::length(state.min_length, state.max_length, lang)
        }
        SecretKind::Unblock(_) | SecretKind::Admin(_) => String::new(),
    };
    [length, left]
        .into_iter()
        .filter(|s| !s.is_empty())
        .collect::<Vec<_>>()
        .join(lang.pick("　", "   "))
}
