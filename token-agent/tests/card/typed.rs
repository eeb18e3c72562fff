//! A secret that was refused is typed again, by somebody who is there: never the same one by itself.

use std::sync::Mutex;
use std::time::Duration;

use inkan_agent::catalogue::Lang;
use inkan_agent::clock::Clock;
use inkan_agent::config::directory::ConfigDir;
use inkan_agent::error::{Failure, TokenError};
use inkan_agent::http::proxy::Ways;
use inkan_agent::keystore::places::Found;
use inkan_agent::keystore::secret::{SecretName, Unfit};
use inkan_agent::operations::{Context, list, pin};
use inkan_agent::output::event::Event;
use inkan_agent::prompt::Person;
use inkan_agent::prompt::choice::TokenChoice;
use inkan_agent::prompt::question::{NewPin, Question, SecretKind, SecretQuestion};
use inkan_agent::token::computer::Computer;
use inkan_pki::secret::Pin;
use inkan_virtual_card::{Model, PIN, PUK, spoil};
use tempfile::TempDir;

use crate::harness::Scene;

/// Somebody who types one answer after the other, and cancels when there is none left.
#[derive(Debug)]
struct Typist {
    /// False for a file: the same is read each time.
    types: bool,
    answers: Mutex<Vec<&'static str>>,
    new: Mutex<Vec<&'static str>>,
    /// Why they were asked again.
    told: Mutex<Vec<TokenError>>,
}

impl Typist {
    fn new(answers: &[&'static str], new: &[&'static str]) -> Self {
        let from_the_end = |all: &[&'static str]| Mutex::new(all.iter().rev().copied().collect());
        Self {
            types: true,
            answers: from_the_end(answers),
            new: from_the_end(new),
            told: Mutex::default(),
        }
    }

    fn next(from: &Mutex<Vec<&'static str>>) -> Result<Pin, Failure> {
        let next = from.lock().unwrap().pop();
        next.map(Pin::new).ok_or(Failure::Cancelled)
    }

    fn told(&self) -> Vec<TokenError> {
        std::mem::take(&mut self.told.lock().unwrap())
    }
}

impl Person for Typist {
    fn tell(&self, _event: &Event) {}

    fn agree(&self, _question: &Question) -> Result<(), Failure> {
        Ok(())
    }

    fn choose_token(&self, choice: &TokenChoice<'_>) -> Result<Found, Failure> {
        Ok(choice.only()?.expect("one card").clone())
    }

    fn secret(&self, question: &SecretQuestion) -> Result<Pin, Failure> {
        self.told.lock().unwrap().extend(question.refused.clone());
        Self::next(&self.answers)
    }

    fn types(&self, _what: SecretKind) -> bool {
        self.types
    }

    fn new_pin(&self, question: &NewPin) -> Result<Pin, Failure> {
        self.told.lock().unwrap().extend(question.refused.clone());
        Self::next(&self.new)
    }

    fn types_new_pin(&self) -> bool {
        self.types
    }
}

fn context(directory: &TempDir) -> Context {
    let config = Some(directory.path().to_owned());
    Context {
        config: ConfigDir::resolve(config, None, None).unwrap(),
        clock: Clock::default(),
        ways: Ways::default(),
        lang: Lang::En,
        places: Box::new(Computer::new(Vec::new(), true)),
        wanted: None,
        patience: Duration::ZERO,
        pin_min_length: 6,
    }
}

/// How often something was sent that the card counts.
fn sent(scene: &Scene) -> usize {
    let seen = scene.card.seen();
    seen.iter()
        .filter(|s| matches!(s.header[1], 0x20 | 0x24 | 0x2c) && s.data > 1)
        .count()
}

fn unfit(what: SecretName, why: Unfit) -> TokenError {
    let (min, max) = match why {
        Unfit::JustRefused => (0, 0),
        _ => (6, 8),
    };
    TokenError::Unfit {
        what,
        why,
        min,
        max,
    }
}

fn wrong(left: u8) -> TokenError {
    TokenError::PinWrong {
        last_try: left == 1,
        tries_left: Some(left),
    }
}

#[test]
fn a_mistyped_pin_is_typed_again_and_what_cannot_be_one_is_not_sent() {
    let scene = Scene::new(Model::Plain);
    let directory = tempfile::tempdir().unwrap();
    let typist = Typist::new(&["１２３４５６", "12345", "999999", "999999", PIN], &[]);
    list::run(true, &context(&directory), &typist).unwrap();
    let pin = SecretName::Pin;
    assert_eq!(
        typist.told(),
        [
            unfit(pin, Unfit::FullWidth),
            unfit(pin, Unfit::Length),
            wrong(2),
            unfit(pin, Unfit::JustRefused),
        ]
    );
    assert_eq!(
        sent(&scene),
        2,
        "the wrong one and the right one, once each"
    );
}

#[test]
fn the_last_try_is_asked_for_and_after_it_nothing() {
    let scene = Scene::new(Model::Yubico);
    let directory = tempfile::tempdir().unwrap();
    let typist = Typist::new(&["999991", "999992", "999993", PIN], &[]);
    let ended = list::run(true, &context(&directory), &typist);
    assert!(
        matches!(ended, Err(Failure::Token(TokenError::PinLocked))),
        "{ended:?}"
    );
    assert_eq!(typist.told(), [wrong(2), wrong(1)]);
    assert_eq!(sent(&scene), 3);
}

#[test]
fn what_is_read_from_a_file_is_tried_once() {
    let scene = Scene::new(Model::Yubico);
    let directory = tempfile::tempdir().unwrap();
    let mut typist = Typist::new(&["999999", PIN], &[]);
    typist.types = false;
    let ended = list::run(true, &context(&directory), &typist);
    assert!(
        matches!(&ended, Err(Failure::Token(error)) if *error == wrong(2)),
        "{ended:?}"
    );
    assert_eq!(sent(&scene), 1);
}

#[test]
fn old_and_new_pin_are_typed_again_and_a_new_one_is_new() {
    let scene = Scene::new(Model::Yubico);
    let directory = tempfile::tempdir().unwrap();
    scene.card.answer_instead(0x24, &[0x69, 0x85]);
    let typist = Typist::new(
        &[PIN, PIN, PIN, "999999", PIN],
        &[PIN, "２４６８１０", "111111", "246810", "246810"],
    );
    pin::change(&context(&directory), &typist).unwrap();
    assert_eq!(
        typist.told(),
        [
            TokenError::NewPinSame,
            unfit(SecretName::NewPin, Unfit::FullWidth),
            TokenError::NewPinRefused,
            wrong(2),
        ]
    );
    assert_eq!(sent(&scene), 3, "refused by a rule, wrong, right");
}

#[test]
fn a_mistyped_puk_is_typed_again_while_the_card_counts_aloud() {
    let scene = Scene::new(Model::Plain);
    let directory = tempfile::tempdir().unwrap();
    spoil::block_pin(&scene.reader);
    let _ = scene.card.seen();
    let typist = Typist::new(
        &["\u{feff}12345678", "99999999", PUK],
        &["246810", "246810", "246810"],
    );
    pin::unblock(&context(&directory), &typist).unwrap();
    let told = typist.told();
    assert_eq!(told[0], unfit(SecretName::Puk, Unfit::Invisible));
    assert!(
        matches!(
            told[1],
            TokenError::PukWrong {
                tries_left: Some(1..)
            }
        ),
        "{told:?}"
    );
    assert_eq!(sent(&scene), 2);
}
