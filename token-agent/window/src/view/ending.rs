//! Results.

use inkan_agent::catalogue::dialog::{self, Label, label};
use inkan_agent::catalogue::{Lang, entry};
use inkan_agent::error::Failure;
use inkan_agent::output::human;
use inkan_agent::output::outcome::{Enrolled, Outcome};

use super::{View, shown};
use crate::catalogue::ask;
use crate::catalogue::frame::{Button, Title};
use crate::catalogue::{time, work};
use crate::ui;

/// A success.
pub(super) fn done(outcome: &Outcome, lang: Lang) -> View {
    let buttons = [None, Some(Button::Close)];
    let mut view = View::of(ui::Page::Message, Title::Done, lang, buttons);
    view.frame.tone = ui::Tone::Good;
    match outcome {
        Outcome::Enrolled(enrolled) => certificate(&mut view, enrolled, lang),
        other => view.frame.sentence = human::outcome(other, lang).into(),
    }
    view
}

fn certificate(view: &mut View, enrolled: &Enrolled, lang: Lang) {
    view.frame.sentence = dialog::enrolled(lang).into();
    view.frame.bank = shown(&enrolled.bank).into();
    view.frame.advice = work::back_to_the_page(lang).into();
    let rows = [
        (Label::Bank, enrolled.bank.clone()),
        (Label::Organization, enrolled.organization.clone()),
        (
            Label::OrganizationalUnit,
            enrolled.organizational_unit.clone(),
        ),
        (Label::CommonName, enrolled.common_name.clone()),
        (Label::Serial, enrolled.serial.clone()),
        (Label::ValidUntil, time(enrolled.not_after)),
        (Label::Token, dialog::token_label(&enrolled.token, lang)),
    ];
    for (name, value) in rows {
        view.fact(label(name, lang), &value);
    }
    view.fact("", &ask::detail(&enrolled.token, lang));
}

/// A failure: what happened, what to do, and the code for the help desk.
pub(super) fn failed(failure: &Failure, lang: Lang) -> View {
    let report = entry(failure, lang);
    let cancelled = matches!(failure, Failure::Cancelled);
    let named = if cancelled {
        Title::Cancelled
    } else {
        Title::Failed
    };
    let buttons = [None, Some(Button::Close)];
    let mut view =
        View::of(ui::Page::Message, named, lang, buttons).sentence(&shown(&report.sentence));
    view.frame.tone = if cancelled {
        ui::Tone::Note
    } else {
        ui::Tone::Bad
    };
    view.frame.advice_name = label(Label::Next, lang).into();
    view.frame.advice = shown(&report.next).into();
    view.frame.code = shown(&report.code).into();
    view
}
