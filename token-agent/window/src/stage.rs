//! The window's own thread: paints scenes, and turns what the person does into answers.
//!
//! Secrets are kept here, outside the toolkit, and only as long as their page is shown.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender};

use inkan_agent::catalogue::Lang;
use inkan_pki::secret::Pin;
use slint::{CloseRequestResponse, ComponentHandle, SharedString};
use zeroize::Zeroizing;

use crate::catalogue::program::no_japanese;
use crate::catalogue::{ask, queue};
use crate::fonts::Letters;
use crate::message::{Act, Answer, Order, Told};
use crate::scene::{About, Scene, Waiting};
use crate::typing::{self, Typed};
use crate::ui::AgentWindow;
use crate::view::paint::{dress, paint};
use crate::view::{View, view};

/// What the window shows, and where its answers go.
#[derive(Debug)]
pub struct Stage {
    lang: Lang,
    letters: Letters,
    about: About,
    scene: Scene,
    /// What is beneath the page about this program.
    beneath: Option<Scene>,
    shown: View,
    turn: i32,
    bank: Option<String>,
    waiting: usize,
    refused: bool,
    secrets: Vec<Zeroizing<String>>,
    orders: Receiver<Order>,
    answers: Sender<Told>,
}

impl Stage {
    /// Puts a stage into `window`.
    pub fn set(
        window: &AgentWindow,
        (lang, letters): (Lang, Letters),
        about: About,
        orders: Receiver<Order>,
        answers: Sender<Told>,
    ) {
        let scene = Scene::Waiting(Waiting::Tokens);
        let stage = Rc::new(RefCell::new(Self {
            lang,
            letters,
            about,
            shown: view(&scene, lang),
            scene,
            beneath: None,
            turn: 0,
            bank: None,
            waiting: 0,
            refused: false,
            secrets: Vec::new(),
            orders,
            answers,
        }));
        dress(window, lang, letters);
        stage.borrow_mut().repaint(window);
        connect(window, &stage);
    }

    fn repaint(&mut self, window: &AgentWindow) {
        self.shown = view(&self.scene, self.lang);
        if let Some(bank) = &self.bank {
            self.shown.frame.bank = bank.as_str().into();
        }
        for (field, typed) in self.shown.secrets.iter_mut().zip(&self.secrets) {
            field.bullets = typing::bullets(typed).into();
        }
        paint(window, &self.shown, self.turn);
        window.set_tokens_name(match self.scene {
            Scene::ChooseCertificate(_) => ask::certificates(self.lang).into(),
            _ => ask::tokens(self.lang).into(),
        });
        window.set_complete(self.complete());
        window.set_queued(self.beside_the_buttons().into());
        self.announce(window);
    }

    /// What waits its turn, and what cannot be shown.
    fn beside_the_buttons(&self) -> String {
        let waiting = queue::said(self.waiting, self.refused, self.lang);
        let letters = match self.letters {
            Letters::All => "",
            Letters::NoJapanese => no_japanese(),
        };
        let all = [letters, waiting.as_str()];
        let said: Vec<&str> = all.into_iter().filter(|s| !s.is_empty()).collect();
        said.join("\n")
    }

    fn complete(&self) -> bool {
        self.secrets.iter().all(|s| !s.is_empty())
    }

    fn announce(&self, window: &AgentWindow) {
        let chosen = usize::try_from(window.get_chosen()).unwrap_or_default();
        let said = self.shown.announced.get(chosen);
        window.set_chosen_label(said.map(String::as_str).unwrap_or_default().into());
    }

    fn obey(&mut self, window: &AgentWindow, order: Order) {
        match order {
            Order::Show { turn, scene, bank } => {
                self.bank = bank;
                if matches!(self.scene, Scene::About(_)) && matches!(*scene, Scene::Home(_)) {
                    self.beneath = Some(*scene);
                    self.turn = turn;
                    return;
                }
                self.beneath = None;
                window.set_chosen(chosen_again(&self.scene, window.get_chosen(), &scene));
                self.scene = *scene;
                self.turn = turn;
                self.secrets = typing::empty(&self.scene);
                self.repaint(window);
            }
            Order::Queue { waiting, refused } => {
                self.waiting = waiting;
                self.refused = refused;
                window.set_queued(self.beside_the_buttons().into());
            }
            Order::Quit => {
                let _ = slint::quit_event_loop();
            }
        }
    }

    fn answer(&self, act: Act) {
        // The worker that is gone needs no answer.
        let _ = self.answers.send(Told::Answer(Answer {
            turn: self.turn,
            act,
        }));
    }

    fn primary(&mut self, window: &AgentWindow) {
        match &self.scene {
            Scene::Choose(_) | Scene::ChooseCertificate(_) => self.answer(Act::Token(
                usize::try_from(window.get_chosen()).unwrap_or_default(),
            )),
            Scene::Secrets(_) if self.complete() => {
                let given = self.secrets.iter().map(|s| Pin::new(s.as_str())).collect();
                self.secrets.clear();
                self.answer(Act::Secrets(given));
            }
            Scene::Secrets(_) | Scene::About(_) => {}
            _ => self.answer(Act::Yes),
        }
    }

    fn cancel(&mut self, window: &AgentWindow) {
        match &self.scene {
            Scene::About(_) => {
                if let Some(beneath) = self.beneath.take() {
                    self.scene = beneath;
                    self.repaint(window);
                }
            }
            // What cannot be broken off in the middle ends as soon as it can.
            Scene::Progress(_) | Scene::Waiting(_) => {
                self.answer(Act::Cancel);
                self.scene = Scene::Waiting(Waiting::Stopping);
                self.repaint(window);
            }
            _ => {
                self.secrets.clear();
                self.answer(Act::Cancel);
            }
        }
    }

    fn show_about(&mut self, window: &AgentWindow) {
        let about = Scene::About(self.about.clone());
        self.beneath = Some(std::mem::replace(&mut self.scene, about));
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

/// The token that was chosen before the list changed, if it is still there.
fn chosen_again(before: &Scene, chosen: i32, now: &Scene) -> i32 {
    let (Scene::Choose(before), Scene::Choose(now)) = (before, now) else {
        return 0;
    };
    let chosen = usize::try_from(chosen).ok().and_then(|c| before.get(c));
    let again = now.iter().position(|t| Some(t) == chosen);
    again.and_then(|a| i32::try_from(a).ok()).unwrap_or(0)
}

/// Everything the person can do in the window.
fn connect(window: &AgentWindow, stage: &Rc<RefCell<Stage>>) {
    type Deed<'a> = &'a dyn Fn(&mut Stage, &AgentWindow);
    let on = |deed: fn(&mut Stage, &AgentWindow)| {
        let (stage, weak) = (Rc::clone(stage), window.as_weak());
        move || with(&stage, &weak, &deed as Deed<'_>)
    };
    fn with(stage: &Rc<RefCell<Stage>>, weak: &slint::Weak<AgentWindow>, deed: Deed<'_>) {
        if let Some(window) = weak.upgrade() {
            deed(&mut stage.borrow_mut(), &window);
        }
    }
    window.on_poke(on(|stage, window| {
        while let Ok(order) = stage.orders.try_recv() {
            stage.obey(window, order);
        }
    }));
    window.on_primary(on(Stage::primary));
    window.on_cancel(on(Stage::cancel));
    window.on_show_about(on(Stage::show_about));
    window.on_switch_language(on(|stage, window| {
        if stage.letters == Letters::NoJapanese {
            return;
        }
        stage.lang = stage.lang.pick(Lang::En, Lang::Ja);
        dress(window, stage.lang, stage.letters);
        stage.repaint(window);
    }));

    let given = |act: fn(usize) -> Act| {
        let stage = Rc::clone(stage);
        move |index: i32| {
            stage
                .borrow()
                .answer(act(usize::try_from(index).unwrap_or_default()))
        }
    };
    window.on_change_pin(given(Act::ChangePin));
    window.on_unblock(given(Act::Unblock));
    let deleting = Rc::clone(stage);
    window.on_delete(move |token, entry| {
        let at = |index: i32| usize::try_from(index).unwrap_or_default();
        deleting.borrow().answer(Act::Delete(at(token), at(entry)));
    });

    let (choosing, weak) = (Rc::clone(stage), window.as_weak());
    window.on_choice_changed(move |_| {
        // Not while a new list is being painted: that announces by itself.
        if let (Some(window), Ok(stage)) = (weak.upgrade(), choosing.try_borrow()) {
            stage.announce(&window);
        }
    });
    let (typing, weak) = (Rc::clone(stage), window.as_weak());
    window.on_secret_typed(move |field, text: SharedString| {
        if let Some(window) = weak.upgrade() {
            typing
                .borrow_mut()
                .typed(&window, field, Typed::Text(&text));
        }
    });
    let (erasing, weak) = (Rc::clone(stage), window.as_weak());
    window.on_secret_erased(move |field| {
        if let Some(window) = weak.upgrade() {
            erasing.borrow_mut().typed(&window, field, Typed::Erase);
        }
    });

    // Closing the window is the plainest way to cancel.
    let (closing, weak) = (Rc::clone(stage), window.as_weak());
    window.window().on_close_requested(move || {
        if let Some(window) = weak.upgrade() {
            let mut stage = closing.borrow_mut();
            // Nobody is left to end the program but this thread.
            if stage.answers.send(Told::Close).is_err() {
                let _ = slint::quit_event_loop();
            }
            if matches!(stage.scene, Scene::Progress(_) | Scene::Waiting(_)) {
                stage.scene = Scene::Waiting(Waiting::Stopping);
                stage.repaint(&window);
            }
        }
        CloseRequestResponse::KeepWindowShown
    });
}
