//! A reader with a keypad: the PIN of a PIV card is typed there, and no program receives it.

use std::ffi::CString;

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore as _;
use inkan_agent::keystore::capabilities::NewKey;
use inkan_agent::piv::PivStore;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_virtual_card::{Card, Model, PIN};
use pcsc::{Context, Disposition, Protocols, Scope, ShareMode};

use super::card_pulled::new_customer;
use super::card_taken::readers;
use super::harness::Bank;
use super::harness::customer::finish;

const VERIFY: u8 = 0x20;
const GENERATE: u8 = 0x47;

#[test]
fn the_pin_is_typed_at_the_reader_and_nowhere_else() {
    let readers = readers();
    let reader = readers.first();
    let bank = Bank::start();
    let customer = new_customer(&bank);
    let card = Card::inserted(Model::Plain, &reader);
    let open = |typed: &str| {
        readers.type_at_keypad(typed);
        // The data on standard input does not answer any question.
        let link = bank.link();
        let command = customer.command(&["open", &link, "--yes", "--retry-for", "0"]);
        finish(command, "000000\n")
    };
    let sent = || {
        let seen = card.seen();
        let pins = seen.iter().filter(|s| s.header[1] == VERIFY && s.data > 1);
        pins.count()
    };
    // No input, a cancelled input, an invalid PIN, a wrong PIN: each is requested once, and no key is generated.
    for (typed, failure, tries) in [
        ("late", (10, "cancelled"), 0),
        ("cancel", (10, "cancelled"), 0),
        ("12345", (8, "pin-not-sent"), 0),
        ("654321", (8, "pin-wrong"), 1),
    ] {
        let run = open(typed);
        let (exit, code) = run.failure();
        assert_eq!((exit, code.as_str()), failure, "{typed}");
        assert!(run.steps().contains(&"pin-pad".to_owned()), "{run:?}");
        assert_eq!(sent(), tries, "{typed}");
    }
    assert!(bank.state().csrs.is_empty());

    let run = open(PIN);
    assert_eq!(run.code, 0, "{run:?}");
    let prompts = run.steps().iter().filter(|s| *s == "pin-pad").count();
    assert_eq!(prompts, 1, "{run:?}");
    assert!(!run.stderr.contains("PIN of the token"), "{run:?}");
    assert!(bank.state().active);

    // If another program resets the card, the user is not prompted again.
    let mut store = PivStore::open(&reader.name).unwrap();
    assert!(store.pin_state().unwrap().pin_pad);
    store.login_pin_pad().unwrap();
    let _ = card.seen();
    let context = Context::establish(Scope::User).unwrap();
    let name = CString::new(reader.name.as_str()).unwrap();
    let other = context.connect(&name, ShareMode::Shared, Protocols::ANY);
    let other = other.unwrap().disconnect(Disposition::ResetCard);
    other.map_err(|(_, error)| error).unwrap();
    let new = NewKey {
        algorithm: KeyAlgorithm::EcP256,
        label: "a label".to_owned(),
        replaces: None,
        certificate_size: 0,
        key_store: None,
        windows_prompt: false,
    };
    assert_eq!(store.generate(&new), Err(TokenError::PinNeeded));
    let seen = card.seen();
    assert!(seen.iter().all(|s| s.header[1] != GENERATE), "{seen:?}");
    assert!(
        seen.iter().all(|s| s.header[1] != VERIFY || s.data <= 1),
        "{seen:?}"
    );
}
