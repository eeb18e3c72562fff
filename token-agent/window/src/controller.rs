//! The controller on the window's thread: draws view models, and turns user actions into events.
//!
//! Secrets are kept here, outside the toolkit, and only while their page is shown.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender};

use inkan_agent::catalogue::Lang;
use inkan_pki::secret::Pin;
use slint::{CloseRequestResponse, ComponentHandle, SharedString};
use zeroize::Zeroizing;

use crate::catalogue::program::no_japanese;
use crate::catalogue::{ask, queue};
use crate::fonts::FontCoverage;
use crate::front;
use crate::message::{PageAnswer, UserAction, WindowCommand, WindowEvent};
use crate::palette;
use crate::typing::{self, Typed};
use crate::ui::AgentWindow;
use crate::view::paint::{dress, paint};
use crate::view::{View, view};
use crate::view_model::{About, ViewModel, Waiting};

/// The state of the window, and its channels.
#[derive(Debug)]
pub struct WindowController {
    lang: Lang,
    coverage: FontCoverage,
    about: About,
    view_model: ViewModel,
    /// The page below the page about this program.
    beneath: Option<ViewModel>,
    shown: View,
    page_id: i32,
    bank: Option<String>,
    waiting: usize,
    refused: bool,
    secrets: Vec<Zeroizing<String>>,
    commands: Receiver<WindowCommand>,
    event_sender: Sender<WindowEvent>,
}

impl WindowController {
    /// Installs a controller in `window`.
    pub fn set(
        window: &AgentWindow,
        (lang, coverage): (Lang, FontCoverage),
        about: About,
        commands: Receiver<WindowCommand>,
        event_sender: Sender<WindowEvent>,
    ) {
        let view_model = ViewModel::Waiting(Waiting::Tokens);
        let controller = Rc::new(RefCell::new(Self {
            lang,
            coverage,
            about,
            shown: view(&view_model, lang),
            view_model,
            beneath: None,
            page_id: 0,
            bank: None,
            waiting: 0,
            refused: false,
            secrets: Vec::new(),
            commands,
            event_sender,
        }));
        palette::apply(window);
        dress(window, lang, coverage);
        controller.borrow_mut().repaint(window);
        connect(window, &controller);
    }

    fn repaint(&mut self, window: &AgentWindow) {
        self.shown = view(&self.view_model, self.lang);
        if let Some(bank) = &self.bank {
            self.shown.frame.bank = bank.as_str().into();
        }
        for (field, typed) in self.shown.secrets.iter_mut().zip(&self.secrets) {
            field.bullets = typing::bullets(typed).into();
        }
        paint(window, &self.shown, self.page_id);
        window.set_tokens_name(match self.view_model {
            ViewModel::ChooseCertificate(_) => ask::certificates(self.lang).into(),
            _ => ask::tokens(self.lang).into(),
        });
        window.set_complete(self.complete());
        window.set_queued(self.beside_the_buttons().into());
        self.announce(window);
    }

    /// Links in the queue, and missing fonts.
    fn beside_the_buttons(&self) -> String {
        let waiting = queue::message(self.waiting, self.refused, self.lang);
        let coverage = match self.coverage {
            FontCoverage::Full => "",
            FontCoverage::LatinOnly => no_japanese(),
        };
        let all = [coverage, waiting.as_str()];
        let parts: Vec<&str> = all.into_iter().filter(|s| !s.is_empty()).collect();
        parts.join("\n")
    }

    fn complete(&self) -> bool {
        self.secrets.iter().all(|s| !s.is_empty())
    }

    fn announce(&self, window: &AgentWindow) {
        let chosen = usize::try_from(window.get_chosen()).unwrap_or_default();
        let label = self.shown.announced.get(chosen);
        window.set_chosen_label(label.map(String::as_str).unwrap_or_default().into());
    }

    fn execute(&mut self, window: &AgentWindow, command: WindowCommand) {
        match command {
            WindowCommand::Show {
                page_id,
                view_model,
                bank,
            } => {
                self.bank = bank;
                if matches!(self.view_model, ViewModel::About(_))
                    && matches!(*view_model, ViewModel::Home(_))
                {
                    self.beneath = Some(*view_model);
                    self.page_id = page_id;
                    return;
                }
                self.beneath = None;
                window.set_chosen(chosen_again(
                    &self.view_model,
                    window.get_chosen(),
                    &view_model,
                ));
                self.view_model = *view_model;
                self.page_id = page_id;
                self.secrets = typing::empty(&self.view_model);
                self.repaint(window);
            }
            WindowCommand::Queue { waiting, refused } => {
                self.waiting = waiting;
                self.refused = refused;
                window.set_queued(self.beside_the_buttons().into());
            }
            WindowCommand::ToFront => front::bring(window),
            WindowCommand::Quit => {
                let _ = slint::quit_event_loop();
            }
        }
    }

    fn answer(&self, act: UserAction) {
        // A worker that has ended needs no answer.
        let _ = self.event_sender.send(WindowEvent::PageAnswer(PageAnswer {
            page_id: self.page_id,
            act,
        }));
    }

    fn primary(&mut self, window: &AgentWindow) {
        match &self.view_model {
            ViewModel::Choose(_) | ViewModel::ChooseCertificate(_) => self.answer(
                UserAction::Token(usize::try_from(window.get_chosen()).unwrap_or_default()),
            ),
            ViewModel::Secrets(_) if self.complete() => {
                let given = self.secrets.iter().map(|s| Pin::new(s.as_str())).collect();
                self.secrets.clear();
                self.answer(UserAction::Secrets(given));
            }
            ViewModel::Secrets(_) | ViewModel::About(_) => {}
            _ => self.answer(UserAction::Yes),
        }
    }

    fn cancel(&mut self, window: &AgentWindow) {
        match &self.view_model {
            ViewModel::About(_) => {
                if let Some(beneath) = self.beneath.take() {
                    self.view_model = beneath;
                    self.repaint(window);
                }
            }
            // Operations that cannot be interrupted stop as soon as possible.
            ViewModel::Progress(_) | ViewModel::Waiting(_) => {
                self.answer(UserAction::Cancel);
                self.view_model = ViewModel::Waiting(Waiting::Stopping);
                self.repaint(window);
            }
            _ => {
                self.secrets.clear();
                self.answer(UserAction::Cancel);
            }
        }
    }

    fn show_about(&mut self, window: &AgentWindow) {
        let about = ViewModel::About(self.about.clone());
        self.beneath = Some(std::mem::replace(&mut self.view_model, about));
        self.repaint(window);
    }

    fn typed(&mut self, window: &AgentWindow, field: i32, typed: Typed<'_>) {
        let Some(secret) = usize::try_from(field)
            .ok()
            .and_then(|f| self.secrets.get_mut(f))
        else {
            return;
        };
        typing::change(secret, typed);
        for (field, typed) in self.shown.secrets.iter_mut().zip(&self.secrets) {
            field.bullets = typing::bullets(typed).into();
        }
        typing::into_model(&window.get_secrets(), &self.shown.secrets);
        window.set_complete(self.complete());
    }
}

/// The index of the previously chosen token, if it is still listed.
fn chosen_again(before: &ViewModel, chosen: i32, now: &ViewModel) -> i32 {
    let (ViewModel::Choose(before), ViewModel::Choose(now)) = (before, now) else {
        return 0;
    };
    let chosen = usize::try_from(chosen).ok().and_then(|c| before.get(c));
    let again = now.iter().position(|t| Some(t) == chosen);
    again.and_then(|a| i32::try_from(a).ok()).unwrap_or(0)
}

/// Connects all user actions of the window.
fn connect(window: &AgentWindow, controller: &Rc<RefCell<WindowController>>) {
    type TokenAction<'a> = &'a dyn Fn(&mut WindowController, &AgentWindow);
    let on = |action: fn(&mut WindowController, &AgentWindow)| {
        let (controller, weak) = (Rc::clone(controller), window.as_weak());
        move || with(&controller, &weak, &action as TokenAction<'_>)
    };
    fn with(
        controller: &Rc<RefCell<WindowController>>,
        weak: &slint::Weak<AgentWindow>,
        action: TokenAction<'_>,
    ) {
        if let Some(window) = weak.upgrade() {
            action(&mut controller.borrow_mut(), &window);
        }
    }
    window.on_wake(on(|controller, window| {
        while let Ok(command) = controller.commands.try_recv() {
            controller.execute(window, command);
        }
    }));
    window.on_primary(on(WindowController::primary));
    window.on_cancel(on(WindowController::cancel));
    window.on_show_about(on(WindowController::show_about));
    window.on_switch_language(on(|controller, window| {
        if controller.coverage == FontCoverage::LatinOnly {
            return;
        }
        controller.lang = controller.lang.pick(Lang::En, Lang::Ja);
        dress(window, controller.lang, controller.coverage);
        controller.repaint(window);
    }));

    let given = |act: fn(usize) -> UserAction| {
        let controller = Rc::clone(controller);
        move |index: i32| {
            controller
                .borrow()
                .answer(act(usize::try_from(index).unwrap_or_default()))
        }
    };
    window.on_change_pin(given(UserAction::ChangePin));
    window.on_unblock(given(UserAction::Unblock));
    let deleting = Rc::clone(controller);
    window.on_delete(move |token, entry| {
        let at = |index: i32| usize::try_from(index).unwrap_or_default();
        deleting
            .borrow()
            .answer(UserAction::Delete(at(token), at(entry)));
    });

    let (choosing, weak) = (Rc::clone(controller), window.as_weak());
    window.on_choice_changed(move |_| {
        // Not while a new list is painted, which makes its own announcement.
        if let (Some(window), Ok(controller)) = (weak.upgrade(), choosing.try_borrow()) {
            controller.announce(&window);
        }
    });
    let (typing, weak) = (Rc::clone(controller), window.as_weak());
    window.on_secret_typed(move |field, text: SharedString| {
        if let Some(window) = weak.upgrade() {
            typing
                .borrow_mut()
                .typed(&window, field, Typed::Text(&text));
        }
    });
    let (erasing, weak) = (Rc::clone(controller), window.as_weak());
    window.on_secret_erased(move |field| {
        if let Some(window) = weak.upgrade() {
            erasing.borrow_mut().typed(&window, field, Typed::Erase);
        }
    });

    // Closing the window cancels.
    let (closing, weak) = (Rc::clone(controller), window.as_weak());
    window.window().on_close_requested(move || {
        if let Some(window) = weak.upgrade() {
            let mut controller = closing.borrow_mut();
            // Without a worker only this thread can end the program.
            if controller.event_sender.send(WindowEvent::Close).is_err() {
                let _ = slint::quit_event_loop();
            }
            if matches!(
                controller.view_model,
                ViewModel::Progress(_) | ViewModel::Waiting(_)
            ) {
                controller.view_model = ViewModel::Waiting(Waiting::Stopping);
                controller.repaint(&window);
            }
        }
        CloseRequestResponse::KeepWindowShown
    });
}
