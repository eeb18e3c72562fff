//! Fields for PINs.

use inkan_agent::catalogue::{Lang, entry};
use inkan_agent::error::{Failure, TokenError};
use inkan_agent::keystore::view::PinStanding;
use inkan_agent::prompt::question::{SecretKind, SecretQuestion};

use super::{View, shown};
use crate::catalogue::ask;
use crate::catalogue::frame::{Button, Title};
use crate::scene::secrets::{Field, Secrets};
use crate::ui;

/// One or more fields.
pub(super) fn view(asked: &Secrets, lang: Lang) -> View {
    let fields = asked.fields();
    let yes = match fields.first() {
        Some(Field::PresentPin) => Button::ChangePin,
        Some(Field::Puk) => Button::Unblock,
        Some(Field::SoPin) if asked.new.is_some() => Button::Unblock,
        _ => Button::Next,
    };
    let named = Title::Secret(fields.first().copied());
    let buttons = [Some(Button::Cancel), Some(yes)];
    let sentence = match (&asked.present, &asked.new) {
        (Some(present), _) => ask::secret(present, lang),
        (None, Some(new)) => ask::new_pin(new, lang),
        (None, None) => String::new(),
    };
    let mut view = View::of(ui::Page::Secrets, named, lang, buttons).sentence(&shown(&sentence));
    view.frame.advice = ask::pin_stays(lang).into();
    view.secrets = fields.iter().map(|f| field(*f, asked, lang)).collect();
    view.notices = notices(asked, lang);
    view
}

/// What must be known before typing: what was wrong with the last one, the tries left, and that it was never changed.
fn notices(asked: &Secrets, lang: Lang) -> Vec<ui::Notice> {
    let mut notices = Vec::new();
    let mut add = |tone: ui::Tone, text: &str| {
        if !text.is_empty() {
            let text = shown(text).into();
            notices.push(ui::Notice { tone, text });
        }
    };
    let refused = asked.new.iter().find_map(|new| new.refused.as_ref());
    let refused = refused.or_else(|| asked.present.iter().find_map(|p| p.refused.as_ref()));
    match (asked.complaint, refused) {
        (Some(complaint), _) => add(ui::Tone::Bad, &ask::complaint(complaint, lang)),
        (None, Some(error)) => {
            let told = entry(&Failure::Token(error.clone()), lang);
            add(ui::Tone::Bad, &told.sentence);
        }
        (None, None) => {}
    }
    if let Some(present) = &asked.present {
        let tone = match present.state.standing {
            PinStanding::FinalTry | PinStanding::Locked => ui::Tone::Bad,
            PinStanding::Fine | PinStanding::CountLow | PinStanding::NotSet => ui::Tone::Note,
        };
        // What was just refused has said how many are left.
        let told = matches!(refused, Some(TokenError::PinWrong { .. }));
        if !told || present.state.standing == PinStanding::FinalTry {
            add(tone, &ask::tries(present.what, &present.state, lang));
        }
        if present.state.factory {
            add(ui::Tone::Note, ask::factory(lang));
        }
    }
    notices
}

fn field(field: Field, asked: &Secrets, lang: Lang) -> ui::SecretField {
    let hint = match (field, &asked.new, &asked.present) {
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

/// Beneath the field: tries left where nothing is wrong, and the length of a PIN that is only used.
fn hint(present: &SecretQuestion, lang: Lang) -> String {
    let state = &present.state;
    let left = match (state.standing, state.tries_left) {
        (PinStanding::Fine, Some(left)) => ask::tries_left(left, lang),
        _ => String::new(),
    };
    let length = match present.what {
        SecretKind::Pin | SecretKind::PresentPin => {
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
