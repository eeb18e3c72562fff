//! A whole issuance with the card removed at every command that proves or changes something. The customer inserts it
//! again and clicks again; one key remains, with one certificate, and it is active.

use std::process::Command;

use inkan_agent::keystore::KeyStore as _;
use inkan_agent::keystore::content::KeyLocation;
use inkan_agent::piv::PivStore;
use inkan_pki::secret::Pin;
use inkan_virtual_card::{Card, Model, Moment, PIN, Pull, Reader, Readers};

use super::harness::customer::{Run, finish};
use super::harness::{Bank, Customer};

/// GENERATE, GENERAL AUTHENTICATE (signatures and the management key), PUT DATA.
const INSTRUCTIONS: [u8; 3] = [0x47, 0x87, 0xdb];

/// Does not change the card: both moments are the same then.
const AUTHENTICATE: u8 = 0x87;

pub(super) fn command(bank: &Bank, customer: &Customer) -> Command {
    let link = bank.link();
    let args = [
        "open",
        &link,
        "--yes",
        "--pin-env",
        "PIN",
        "--retry-for",
        "0",
    ];
    let mut command = customer.command(&args);
    command.env("PIN", PIN);
    command
}

pub(super) fn open(bank: &Bank, customer: &Customer) -> Run {
    finish(command(bank, customer), "")
}

pub(super) fn new_customer(bank: &Bank) -> Customer {
    let customer = Customer::of(bank);
    // No drivers: readers only.
    std::fs::write(customer.config.path().join("modules.toml"), "").unwrap();
    customer
}

/// The bank has no earlier state.
fn as_new(bank: &Bank) {
    let mut state = bank.state();
    state.issued = None;
    state.active = false;
    state.csrs.clear();
}

/// One key, one certificate, active; then the card is cleared for the next round.
pub(super) fn one_key_and_active(bank: &Bank, reader: &Reader, what: &str) {
    let mut store = PivStore::open(&reader.name).unwrap();
    store.login(&Pin::new(PIN)).unwrap();
    let content = store.content().unwrap();
    let locations: Vec<_> = content.keys.iter().map(|k| k.location.clone()).collect();
    assert_eq!(locations, [Some(KeyLocation::new("9A"))], "{what}");
    assert!(content.orphans.is_empty(), "{what}");
    let (spki, der) = bank.state().issued.clone().unwrap();
    let key = &content.keys[0];
    assert_eq!(
        inkan_pki::x509::fingerprint::sha256_hex(&key.spki_der),
        spki,
        "{what}"
    );
    assert_eq!(content.certificates.len(), 1, "{what}");
    assert!(content.holds(&der) && bank.state().active, "{what}");
    assert!(bank.state().csrs.iter().all(|c| *c == spki), "{what}");
    store.delete_key(&key.reference).unwrap();
    store.delete_certificate(&der).unwrap();
}

fn pulled_everywhere(model: Model) {
    let readers = Readers::start();
    let reader = readers.first();
    let mut card = Card::inserted(model, &reader);
    let _ = card.seen();
    let bank = Bank::start();
    let customer = new_customer(&bank);
    let whole = open(&bank, &customer);
    assert_eq!(whole.code, 0, "{whole:?}");
    let seen = card.seen();
    one_key_and_active(&bank, &reader, "not pulled");
    let mut pulled = 0;
    for ins in INSTRUCTIONS {
        let times = seen.iter().filter(|s| s.header[1] == ins).count();
        assert!(times > 0, "{ins:02x}");
        let moments = if ins == AUTHENTICATE {
            &[Moment::Before][..]
        } else {
            &[Moment::Before, Moment::After]
        };
        for (n, moment) in (1..=times).flat_map(|n| moments.iter().map(move |m| (n, *m))) {
            let what = format!("{model:?} {ins:02x} {n} {moment:?}");
            as_new(&bank);
            card.pull_at(Pull::nth_of(ins, n, moment));
            let broken = open(&bank, &customer);
            card.keep();
            if !card.is_in() {
                pulled += 1;
                assert_ne!(broken.code, 0, "{what}: {broken:?}");
                assert_ne!(
                    broken.code, 1,
                    "{what}: no fault of the agent's: {broken:?}"
                );
                card.wait_until_out();
                card.insert(&reader);
                let again = open(&bank, &customer);
                assert_eq!(again.code, 0, "{what}: {again:?}");
            }
            one_key_and_active(&bank, &reader, &what);
        }
    }
    assert!(pulled > 15, "pulled only {pulled} times");
}

#[test]
fn a_plain_card() {
    pulled_everywhere(Model::Plain);
}

#[test]
fn a_card_with_metadata() {
    pulled_everywhere(Model::Yubico);
}
