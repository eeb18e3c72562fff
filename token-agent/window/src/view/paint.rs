//! Into the window's properties.

use std::rc::Rc;

use inkan_agent::catalogue::Lang;
use slint::{ModelRc, VecModel};

use super::View;
use crate::catalogue::frame::{Button, app, button, other_language};
use crate::fonts::Letters;
use crate::ui::AgentWindow;

/// What every page has: names, fonts. Without Japanese letters there is no button for the other language.
pub fn dress(window: &AgentWindow, lang: Lang, letters: Letters) {
    window.set_app_name(app(lang).into());
    window.set_language(match letters {
        Letters::All => other_language(lang).into(),
        Letters::NoJapanese => "".into(),
    });
    window.set_about(button(Button::About, lang).into());
    window.set_font(FONT.into());
}

/// A font that has Japanese letters everywhere: without a name some systems leave them blank.
#[cfg(windows)]
pub const FONT: &str = "Yu Gothic UI";
/// A font that has Japanese letters everywhere: without a name some systems leave them blank.
#[cfg(not(windows))]
pub const FONT: &str = "Noto Sans CJK JP";

/// Draws `view` as page number `turn`.
pub fn paint(window: &AgentWindow, view: &View, turn: i32) {
    let mut frame = view.frame.clone();
    frame.turn = turn;
    window.set_facts(model(&view.facts));
    window.set_comparison(view.comparison.clone());
    window.set_tokens(model(&view.tokens));
    window.set_secrets(model(&view.secrets));
    window.set_notices(model(&view.notices));
    window.set_steps(model(&view.steps));
    window.set_cards(model(&view.cards));
    window.set_complete(view.secrets.is_empty());
    window.set_frame(frame);
}

/// A list for the window.
pub fn model<T: Clone + 'static>(rows: &[T]) -> ModelRc<T> {
    ModelRc::from(Rc::new(VecModel::from(rows.to_vec())))
}
