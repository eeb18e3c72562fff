//! From a [`Scene`] to what the window draws. Runs on the window's thread; asks nobody anything.
//!
//! - [`question`]: yes or no, with the facts to decide by
//! - [`secrets`]: fields for PINs
//! - [`progress`]: the steps of the work
//! - [`ending`]: what came of it
//! - [`home`]: tokens and certificates
//! - [`about`]: this program
//! - [`paint`]: into the window's properties

pub mod about;
pub mod ending;
pub mod home;
pub mod paint;
pub mod progress;
pub mod question;
pub mod secrets;

use inkan_agent::catalogue::{Lang, talk};
use inkan_agent::output::outcome::TokenEntry;

use crate::catalogue::frame::{Button, Title, button, title};
use crate::catalogue::{ask, work};
use crate::scene::{Scene, Waiting};
use crate::ui;

/// Everything the window draws for one scene.
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
    /// How each is announced when chosen.
    pub announced: Vec<String>,
    /// Secret fields, empty.
    pub secrets: Vec<ui::SecretField>,
    /// What must be known before typing, one box each.
    pub notices: Vec<ui::Notice>,
    /// Steps.
    pub steps: Vec<ui::StepRow>,
    /// Tokens with what is on them.
    pub cards: Vec<ui::TokenCard>,
}

impl View {
    /// Title and buttons; an empty caption is no button.
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

/// Text from elsewhere, without what could change how the rest is read.
fn shown(text: &str) -> String {
    inkan_agent::output::clean::clean(text)
}

/// What the window draws for `scene`.
#[must_use]
pub fn view(scene: &Scene, lang: Lang) -> View {
    match scene {
        Scene::Waiting(what) => {
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
        Scene::Question(asked) => question::view(asked, lang),
        Scene::Choose(tokens) => choose(tokens, lang),
        Scene::ChooseCertificate(entries) => choose_certificate(entries, lang),
        Scene::Secrets(asked) => secrets::view(asked, lang),
        Scene::PinPad(token) => {
            let mut view = View::of(ui::Page::Message, Title::PinPad, lang, [None, None])
                .sentence(&ask::pin_pad(token, lang));
            view.frame.busy = true;
            view
        }
        Scene::Progress(state) => progress::view(state, lang),
        Scene::Done(outcome) => ending::done(outcome, lang),
        Scene::Failed(failure) => ending::failed(failure, lang),
        Scene::Home(state) => home::view(state, lang),
        Scene::About(facts) => about::view(facts, lang),
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
            name: talk::token_label(token, lang).into(),
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
        let name = talk::entry_name(entry, lang);
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
