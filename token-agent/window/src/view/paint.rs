//! Writes the window's properties.

use std::rc::Rc;

use inkan_agent::catalogue::Lang;
use slint::{ModelRc, VecModel};

use super::View;
use crate::catalogue::frame::{Button, app, button, other_language};
use crate::fonts::{self, FontCoverage};
use crate::ui::AgentWindow;

/// The parts of every page: names and fonts. Without Japanese glyphs there is no button for the other language.
pub fn dress(window: &AgentWindow, lang: Lang, coverage: FontCoverage) {
    window.set_app_name(app(lang).into());
    window.set_language(match coverage {
        FontCoverage::Full => other_language(lang).into(),
        FontCoverage::LatinOnly => "".into(),
    });
    window.set_about(button(Button::About, lang).into());
    window.set_font(fonts::family().into());
}

/// Draws `view` with this page number.
pub fn paint(window: &AgentWindow, view: &View, page_id: i32) {
    let mut frame = view.frame.clone();
    frame.page_id = page_id;
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

/// A list property of the window.
pub fn model<T: Clone + 'static>(rows: &[T]) -> ModelRc<T> {
    ModelRc::from(Rc::new(VecModel::from(rows.to_vec())))
}
