//! Into the window's properties.

use std::rc::Rc;

use inkan_agent::catalogue::Lang;
use slint::{ModelRc, VecModel};

use super::View;
use crate::catalogue::frame::{Button, app, button, other_language};
use crate::ui::AgentWindow;

/// What every page has: names, fonts.
pub fn dress(window: &AgentWindow, lang: Lang) {
    window.set_app_name(app(lang).into());
    window.set_language(other_language(lang).into());
    window.set_about(button(Button::About, lang).into());
    window.set_font(FONT.into());
}

/// A font that has Japanese letters everywhere: without a name some systems leave them blank.
#[cfg(windows)]
const FONT: &str = "Yu Gothic UI";
#[cfg(not(windows))]
const FONT: &str = "Noto Sans CJK JP";

/// Draws `view` as page number `turn`.
pub fn paint(window: &AgentWindow, view: &View, turn: i32) {
    let mut frame = view.frame.clone();
    frame.turn = turn;
    window.set_facts(model(&view.facts));
    window.set_comparison(view.comparison.clone());
    window.set_tokens(model(&view.tokens));
    window.set_secrets(model(&view.secrets));
    window.set_warning(view.warning.as_str().into());
    window.set_warning_tone(view.warning_tone);
    window.set_steps(model(&view.steps));
    window.set_cards(model(&view.cards));
    window.set_complete(view.secrets.is_empty());
    window.set_frame(frame);
}

/// A list for the window.
pub fn model<T: Clone + 'static>(rows: &[T]) -> ModelRc<T> {
    ModelRc::from(Rc::new(VecModel::from(rows.to_vec())))
}
