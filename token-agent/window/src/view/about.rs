//! This program.

use inkan_agent::catalogue::Lang;

use super::View;
use crate::catalogue::about::{Name, name, sentence};
use crate::catalogue::frame::{Button, Title};
use crate::ui;
use crate::view_model::About;

/// The program, and the toolkit of its window.
pub(super) fn view(about: &About, lang: Lang) -> View {
    let buttons = [Some(Button::Back), None];
    let mut view = View::of(ui::Page::About, Title::About, lang, buttons).sentence(sentence(lang));
    view.fact(name(Name::Version, lang), env!("CARGO_PKG_VERSION"));
    let banks = about.banks.join(lang.pick("、", ", "));
    view.fact(
        name(Name::Banks, lang),
        if banks.is_empty() { "-" } else { &banks },
    );
    view.fact(name(Name::Files, lang), &about.config);
    view.fact(name(Name::Window, lang), "Slint (Royalty-free license)");
    view
}
