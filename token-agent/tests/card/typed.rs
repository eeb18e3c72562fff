//! A refused secret is typed again by a user who is present, and never resent automatically.

use std::sync::Mutex;
use std::time::Duration;

use inkan_agent::catalogue::Lang;
use inkan_agent::clock::Clock;
use inkan_agent::config::directory::ConfigDir;
use inkan_agent::error::{Failure, TokenError};
use inkan_agent::http::proxy::ProxyConfig;
use inkan_agent::keystore::discovery::FoundToken;
use inkan_agent::keystore::secret::{SecretFault, SecretName};
use inkan_agent::operations::{Context, list, pin};
use inkan_agent::output::event::Event;
use inkan_agent::prompt::UserInterface;
use inkan_agent::prompt::choice::TokenChoice;
use inkan_agent::prompt::question::{NewPin, Question, SecretKind, SecretQuestion};
use inkan_agent::token::local::LocalTokens;
use inkan_pki::secret::Pin;
use inkan_virtual_card::{Model, PIN, PUK, spoil};
use tempfile::TempDir;

use crate::harness::InsertedCard;

/// A user who types one answer after the other, and cancels when there is none left.
#[derive(Debug)]
struct Typist {
    /// False for a file: reading it again gives the same.
    types: bool,
    answers: Mutex<Vec<&'static str>>,
    new: Mutex<Vec<&'static str>>,
    /// Why the user was asked again.
    refusals: Mutex<Vec<TokenError>>,
}

impl Typist {
    fn new(answers: &[&'static str], new: &[&'static str]) -> Self {
        let from_the_end = |all: &[&'static str]| Mutex::new(all.iter().rev().copied().collect());
        Self {
            types: true,
            answers: from_the_end(answers),
            new: from_the_end(new),
            refusals: Mutex::default(),
        }
    }

    fn next(from: &Mutex<Vec<&'static str>>) -> Result<Pin, Failure> {
        let next = from.lock().unwrap().pop();
        next.map(Pin::new).ok_or(Failure::Cancelled)
    }

    fn refusals(&self) -> Vec<TokenError> {
        std::mem::take(&mut self.refusals.lock().unwrap())
    }
}

impl UserInterface for Typist {
    fn notify(&self, _event: &Event) {}

    fn confirm(&self, _question: &Question) -> Result<(), Failure> {
        Ok(())
    }

    fn choose_token(&self, choice: &TokenChoice<'_>) -> Result<FoundToken, Failure> {
        Ok(choice.only()?.expect("one card").clone())
    }

    fn secret(&self, question: &SecretQuestion) -> Result<Pin, Failure> {
        self.refusals
            .lock()
            .unwrap()
            .extend(question.refused.clone());
        Self::next(&self.answers)
    }

    fn can_retype(&self, _what: SecretKind) -> bool {
        self.types
    }

    fn new_pin(&self, question: &NewPin) -> Result<Pin, Failure> {
        self.refusals
            .lock()
            .unwrap()
            .extend(question.refused.clone());
        Self::next(&self.new)
    }

    fn can_retype_new_pin(&self) -> bool {
        self.types
    }
}

fn context(directory: &TempDir) -> Context {
    Context {
        config: ConfigDir::at(directory.path().to_owned()),
        clock: Clock::default(),
        proxies: ProxyConfig::default(),
        lang: Lang::En,
        provider: Box::new(LocalTokens::new(None, Vec::new(), true)),
        wanted: None,
        retry_for: Duration::ZERO,
        pin_min_length: 6,
    }
}

/// How often a secret was sent that the card counts.
fn sent(inserted: &InsertedCard) -> usize {
    let seen = inserted.card.seen();
    seen.iter()
        .filter(|s| matches!(s.header[1], 0x20 | 0x24 | 0x2c) && s.data > 1)
        .count()
}

fn unusable(what: SecretName, why: SecretFault) -> TokenError {
    let (min, max) = match why {
        SecretFault::JustRefused => (0, 0),
        _ => (6, 8),
    };
    TokenError::InvalidSecret {
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
fn a_mistyped_pin_is_retyped_and_an_invalid_one_is_not_sent() {
    let inserted = InsertedCard::new(Model::Plain);
    let directory = tempfile::tempdir().unwrap();
    let typist = Typist::new(&["１２３４５６", "12345", "999999", "999999", PIN], &[]);
    list::run(true, &context(&directory), &typist).unwrap();
    let pin = SecretName::Pin;
    assert_eq!(
        typist.refusals(),
        [
            unusable(pin, SecretFault::FullWidth),
            unusable(pin, SecretFault::Length),
            wrong(2),
            unusable(pin, SecretFault::JustRefused),
        ]
    );
    assert_eq!(
        sent(&inserted),
        2,
        "the wrong one and the right one, once each"
    );
}

#[test]
fn the_last_try_is_offered_and_nothing_after_it() {
    let inserted = InsertedCard::new(Model::Yubico);
    let directory = tempfile::tempdir().unwrap();
    let typist = Typist::new(&["999991", "999992", "999993", PIN], &[]);
    let ended = list::run(true, &context(&directory), &typist);
    assert!(
        matches!(ended, Err(Failure::Token(TokenError::PinLocked))),
        "{ended:?}"
    );
    assert_eq!(typist.refusals(), [wrong(2), wrong(1)]);
    assert_eq!(sent(&inserted), 3);
}

#[test]
fn what_is_read_from_a_file_is_tried_once() {
    let inserted = InsertedCard::new(Model::Yubico);
    let directory = tempfile::tempdir().unwrap();
    let mut typist = Typist::new(&["999999", PIN], &[]);
    typist.types = false;
    let ended = list::run(true, &context(&directory), &typist);
    assert!(
        matches!(&ended, Err(Failure::Token(error)) if *error == wrong(2)),
        "{ended:?}"
    );
    assert_eq!(sent(&inserted), 1);
}

#[test]
fn old_and_new_pin_are_retyped_and_the_new_one_must_differ() {
    let inserted = InsertedCard::new(Model::Yubico);
    let directory = tempfile::tempdir().unwrap();
    inserted.card.answer_instead(0x24, &[0x69, 0x85]);
    let typist = Typist::new(
        &[PIN, PIN, PIN, "999999", PIN],
        &[PIN, "２４６８１０", "111111", "246810", "246810"],
    );
    pin::change(&context(&directory), &typist).unwrap();
    assert_eq!(
        typist.refusals(),
        [
            TokenError::NewPinSame,
            unusable(SecretName::NewPin, SecretFault::FullWidth),
            TokenError::NewPinRefused,
            wrong(2),
        ]
    );
    assert_eq!(sent(&inserted), 3, "refused by a rule, wrong, right");
}

#[test]
fn a_mistyped_puk_is_retyped_if_the_card_reports_the_tries_left() {
    let inserted = InsertedCard::new(Model::Plain);
    let directory = tempfile::tempdir().unwrap();
    spoil::block_pin(&inserted.reader);
    let _ = inserted.card.seen();
    let typist = Typist::new(
        &["\u{feff}12345678", "99999999", PUK],
        &["246810", "246810", "246810"],
    );
    pin::unblock(&context(&directory), &typist).unwrap();
    let refusals = typist.refusals();
    assert_eq!(
        refusals[0],
        unusable(SecretName::Puk, SecretFault::Invisible)
    );
    assert!(
        matches!(
            refusals[1],
            TokenError::PukWrong {
                tries_left: Some(1..)
            }
        ),
        "{refusals:?}"
    );
    assert_eq!(sent(&inserted), 2);
}
