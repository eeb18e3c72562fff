//! From a [`ViewModel`] to what the window draws. Runs on the window's thread and waits for nothing.
//!
//! - [`question`]: yes/no questions with their facts
//! - [`secrets`]: fields for PINs
//! - [`progress`]: the phases of the issuance
//! - [`ending`]: the page with a result
//! - [`home`]: tokens and certificates
//! - [`about`]: this program
//! - [`paint`]: writes the window's properties

pub mod about;
pub mod ending;
pub mod home;
pub mod paint;
pub mod progress;
pub mod question;
pub mod secrets;

use inkan_agent::catalogue::{Lang, dialog};
use inkan_agent::output::outcome::TokenEntry;

use crate::catalogue::frame::{Button, Title, button, title};
use crate::catalogue::{ask, work};
use crate::ui;
use crate::view_model::{ViewModel, Waiting};

/// Everything that the window draws for one view model.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Title, sentence, buttons.
    pub frame: ui::Frame,
    /// Names and values.
    pub facts: Vec<ui::Fact>,
    /// The code to compare.
    pub comparison: ui::Comparison,
    /// Tokens to choose from.
    pub tokens: Vec<ui::TokenRow>,
    /// The announcement of each when it is chosen.
    pub announced: Vec<String>,
    /// Secret fields, empty.
    pub secrets: Vec<ui::SecretField>,
    /// Notices above the fields, one box each.
    pub notices: Vec<ui::Notice>,
    /// Phases.
    pub steps: Vec<ui::StepRow>,
    /// Tokens with their entries.
    pub cards: Vec<ui::TokenCard>,
}

impl View {
    /// Title and buttons; an empty caption means no button.
    fn of(page: ui::Page, named: Title<'_>, lang: Lang, buttons: [Option<Button>; 2]) -> Self {
        let caption = |b: Option<Button>| b.map_or("", |b| button(b, lang)).into();
        let [cancel, primary] = buttons;
        Self {
            frame: ui::Frame {
                page,
                title: title(named, lang).into(),
                cancel: caption(cancel),
                primary: caption(primary),
                ..ui::Frame::default()
            },
            ..Self::default()
        }
    }

    fn sentence(mut self, sentence: &str) -> Self {
        self.frame.sentence = sentence.into();
        self
    }

    fn fact(&mut self, name: &str, value: &str) {
        self.facts.push(ui::Fact {
            name: name.into(),
            value: shown(value).into(),
        });
    }
}

/// Foreign text without characters that could disguise the rest.
fn shown(text: &str) -> String {
    inkan_agent::output::clean::clean(text)
}

/// What the window draws for `view_model`.
#[must_use]
pub fn view(view_model: &ViewModel, lang: Lang) -> View {
    match view_model {
        ViewModel::Waiting(what) => {
            let named = Title::Waiting(*what);
            let buttons = match what {
                Waiting::Bank | Waiting::Tokens => [Some(Button::Cancel), None],
                Waiting::Stopping => [None, None],
            };
            let mut view = View::of(ui::Page::Message, named, lang, buttons)
                .sentence(work::waiting(*what, lang));
            view.frame.busy = true;
            view
        }
        ViewModel::Question(question) => question::view(question, lang),
        ViewModel::Choose(tokens) => choose(tokens, lang),
        ViewModel::ChooseCertificate(entries) => choose_certificate(entries, lang),
        ViewModel::Secrets(form) => secrets::view(form, lang),
        ViewModel::PinPad(token) => {
            let mut view = View::of(ui::Page::Message, Title::PinPad, lang, [None, None])
                .sentence(&ask::pin_pad(token, lang));
            view.frame.busy = true;
            view
        }
        ViewModel::Progress(state) => progress::view(state, lang),
        ViewModel::Done(outcome) => ending::done(outcome, lang),
        ViewModel::Failed(failure) => ending::failed(failure, lang),
        ViewModel::Home(state) => home::view(state, lang),
        ViewModel::About(facts) => about::view(facts, lang),
    }
}

fn choose(tokens: &[inkan_agent::keystore::view::TokenView], lang: Lang) -> View {
    let primary = (!tokens.is_empty()).then_some(Button::Next);
    let buttons = [Some(Button::Cancel), primary];
    let mut view = View::of(ui::Page::Choose, Title::Choose, lang, buttons)
        .sentence(ask::choose(tokens.len(), lang));
    view.frame.busy = tokens.is_empty();
    for token in tokens {
        view.tokens.push(ui::TokenRow {
            name: dialog::token_label(token, lang).into(),
            detail: shown(&ask::detail(token, lang)).into(),
            obstacle: "".into(),
        });
        view.announced.push(shown(&ask::chosen(token, lang)));
    }
    view
}

fn choose_certificate(entries: &[TokenEntry], lang: Lang) -> View {
    let buttons = [Some(Button::Cancel), Some(Button::Next)];
    let mut view = View::of(ui::Page::Choose, Title::ChooseCertificate, lang, buttons)
        .sentence(ask::choose_certificate(lang));
    for entry in entries {
        let name = dialog::entry_name(entry, lang);
        let detail = ask::certificate_detail(entry, lang);
        view.announced
            .push(shown(&ask::chosen_certificate(name, &detail, lang)));
        view.tokens.push(ui::TokenRow {
            name: shown(name).into(),
            detail: shown(&detail).into(),
            obstacle: "".into(),
        });
    }
    view
}
