//! Phases of the issuance.

use inkan_agent::catalogue::{Lang, dialog};
use inkan_pki::messages::link::Action;

use super::View;
use crate::catalogue::frame::{Button, Title};
use crate::catalogue::work;
use crate::ui;
use crate::view_model::progress::{Phase, Progress};

/// The progress page.
pub(super) fn view(state: &Progress, lang: Lang) -> View {
    let buttons = [Some(Button::Cancel), None];
    let page = match state.action {
        Some(Action::Enroll | Action::Renew) => ui::Page::Progress,
        Some(Action::Login | Action::Unseal) | None => ui::Page::Message,
    };
    let mut view =
        View::of(page, Title::Work, lang, buttons).sentence(work::doing(state.doing, lang));
    view.frame.busy = true;
    if let Some(again) = state.waiting {
        view.frame.tone = ui::Tone::Note;
        view.frame.sentence = dialog::waiting(again.seconds, again.attempt, lang).into();
    }
    if page == ui::Page::Progress {
        let reached = state.reached();
        let row = |(index, phase): (usize, &Phase)| step(*phase, index, reached, lang);
        view.steps = Phase::ALL.iter().enumerate().map(row).collect();
    }
    view
}

fn step(phase: Phase, index: usize, reached: usize, lang: Lang) -> ui::StepRow {
    let (state, spoken) = match index.cmp(&reached) {
        std::cmp::Ordering::Less => (ui::StepState::Done, work::done(lang)),
        std::cmp::Ordering::Equal => (ui::StepState::Current, work::current(lang)),
        std::cmp::Ordering::Greater => (ui::StepState::Later, ""),
    };
    ui::StepRow {
        text: work::phase(phase, lang).into(),
        spoken: spoken.into(),
        state,
    }
}
