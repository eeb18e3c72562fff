//! Every operation with a PIV card in a reader, without a driver.

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore;
use inkan_agent::keystore::capabilities::NewKey;
use inkan_agent::piv::PivStore;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::secret::Pin;
use inkan_virtual_card::{Card, Model, PIN, PUK, Reader, Readers};
use serde_json::Value;

use super::harness::customer::{Run, finish};
use super::harness::{Bank, Customer};

const SELECT: u8 = 0xa4;
const GENERATE: u8 = 0x47;
const PUT_DATA: u8 = 0xdb;

/// Maximum commands of a `list` and of an `open` with a card that reports its keys.
const MOST_FOR_LIST: usize = 37;
const MOST_FOR_OPEN: usize = 85;

/// Dropped in this order: the card before the service.
struct Fixture {
    card: Card,
    _readers: Readers,
    reader: Reader,
}

fn fixture(model: Model) -> Fixture {
    let readers = Readers::start();
    let reader = readers.first();
    Fixture {
        card: Card::inserted(model, &reader),
        _readers: readers,
        reader,
    }
}

/// The customer uses cards in readers and these drivers.
fn use_card(customer: &Customer, drivers: &[&str]) {
    let modules: String = drivers
        .iter()
        .map(|path| format!("[[module]]\nname = {path:?}\npath = {path:?}\n"))
        .collect();
    std::fs::write(customer.config.path().join("modules.toml"), modules).unwrap();
}

fn run(customer: &Customer, args: &[&str], pin: &str) -> Run {
    let mut command = customer.command(args);
    command.env("PIN", pin);
    finish(command, "")
}

fn entries(customer: &Customer) -> Vec<Value> {
    let listed = run(customer, &["list", "--login", "--pin-env", "PIN"], PIN);
    listed.result()["tokens"][0]["entries"]
        .as_array()
        .unwrap()
        .clone()
}

/// Issued, shown, verified, deleted.
fn a_life(model: Model) {
    let fixture = fixture(model);
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    use_card(&customer, &[]);
    let link = bank.link();
    let open = ["open", &link, "--yes", "--pin-env", "PIN"];
    let issued = run(&customer, &open, PIN);
    assert_eq!(issued.code, 0, "{issued:?}");
    assert_eq!(issued.result()["token"]["kind"], "piv");
    assert_eq!(
        issued.result()["token"]["reader"],
        fixture.reader.name.as_str()
    );
    let shown = entries(&customer);
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(
        (&shown[0]["usable"], &shown[0]["location"]),
        (&true.into(), &"9A".into())
    );
    let verify = ["verify", "kenmin", "--pin-env", "PIN"];
    assert_eq!(run(&customer, &verify, PIN).code, 0);

    let serial = shown[0]["serial"].as_str().unwrap();
    let delete = ["delete", serial, "--yes", "--last", "--pin-env", "PIN"];
    let deleted = run(&customer, &delete, PIN);
    assert_eq!(deleted.code, 0, "{deleted:?}");
    let left = entries(&customer);
    assert!(left.iter().all(|e| e["serial"].is_null()), "{left:?}");
}

#[test]
fn the_whole_lifecycle_on_a_card_that_deletes_keys() {
    a_life(Model::Yubico);
}

#[test]
fn a_life_on_a_plain_card() {
    a_life(Model::Plain);
}

#[test]
fn the_whole_lifecycle_on_a_card_with_strict_t0() {
    a_life(Model::Strict);
}

#[test]
fn a_failure_of_the_card_generates_no_key_of_another_type() {
    let fixture = fixture(Model::Plain);
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    use_card(&customer, &[]);
    let link = bank.link();
    let open = ["open", &link, "--yes", "--pin-env", "PIN"];
    let made = || {
        let seen = fixture.card.seen();
        seen.iter().filter(|s| s.header[1] == GENERATE).count()
    };
    for at in [GENERATE, PUT_DATA] {
        made();
        fixture.card.answer_instead_last(at, &[0x6f, 0x00]);
        let failed = run(&customer, &open, PIN);
        assert_eq!(failed.failure(), (12, "token-failed".to_owned()), "{at:x}");
        assert!(made() <= 1, "{at:x}");
    }
    // If the card does not support a type, the next one is used.
    fixture.card.answer_instead(GENERATE, &[0x6a, 0x80]);
    let run = run(&customer, &open, PIN);
    assert_eq!((run.code, made()), (0, 2), "{run:?}");
    assert_eq!(entries(&customer).len(), 1);
}

#[test]
fn a_card_without_space_is_reported_before_a_key_is_generated() {
    let fixture = fixture(Model::Plain);
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    use_card(&customer, &[]);
    let link = bank.link();
    let open = ["open", &link, "--yes", "--pin-env", "PIN"];
    let _ = fixture.card.seen();
    fixture.card.answer_instead_last(PUT_DATA, &[0x6a, 0x84]);
    let full = run(&customer, &open, PIN);
    assert_eq!(full.failure(), (11, "token-full".to_owned()), "{full:?}");
    let seen = fixture.card.seen();
    assert!(seen.iter().all(|s| s.header[1] != GENERATE));
    assert!(bank.state().csrs.is_empty());
    let run = run(&customer, &open, PIN);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn findings_instead_of_a_token_are_distinguished() {
    let customer = Customer::new();
    use_card(&customer, &[]);
    let mut sentences = std::collections::BTreeSet::new();
    let mut expect_failure = |exit: i32, code: &str, run: Run| {
        assert_eq!(run.failure(), (exit, code.to_owned()));
        let result = run.result();
        sentences.insert((
            result["sentence"].clone().to_string(),
            result["next"].to_string(),
        ));
    };
    let list = || run(&customer, &["list"], PIN);
    let mut none = Readers::none();
    expect_failure(7, "reader-none", list());
    none.stop();
    expect_failure(7, "reader-service", list());
    drop(none);

    let readers = Readers::start();
    expect_failure(7, "card-none", list());
    let card = Card::inserted(Model::Plain, &readers.first());
    card.answer_instead(SELECT, &[0x6a, 0x82]);
    expect_failure(7, "card-unsupported", list());
    drop((card, readers));

    customer.own_driver();
    let blank = softhsm_test_helpers::SoftHsm::new();
    let mut command = customer.command(&["list"]);
    command.envs(blank.env());
    expect_failure(12, "token-not-initialised", finish(command, ""));
    assert_eq!(sentences.len(), 5, "{sentences:?}");
}

#[test]
fn removed_in_the_middle_and_continued() {
    let mut fixture = fixture(Model::Yubico);
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    use_card(&customer, &[]);
    bank.state()
        .enroll
        .push_back(super::harness::bank::Fault::DropAfter);
    let link = bank.link();
    let open = [
        "open",
        &link,
        "--yes",
        "--pin-env",
        "PIN",
        "--retry-for",
        "0",
    ];
    assert_eq!(run(&customer, &open, PIN).code, 14, "the line broke");
    fixture.card.pull();
    let without = run(&customer, &open, PIN);
    assert_eq!(without.failure(), (7, "card-none".to_owned()));
    fixture.card.insert(&fixture.reader);
    let again = run(&customer, &open, PIN);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.steps().contains(&"key-reused".to_owned()));
    assert_eq!(entries(&customer).len(), 1, "one key, one certificate");
}

#[test]
fn a_wrong_pin_shows_the_tries_left_and_the_puk_unblocks_the_card() {
    let _fixture = fixture(Model::Yubico);
    let customer = Customer::new();
    use_card(&customer, &[]);
    let list = ["list", "--login", "--pin-env", "PIN"];
    let wrong = run(&customer, &list, "999999");
    assert_eq!(wrong.failure(), (8, "pin-wrong".to_owned()));
    let warned = run(&customer, &list, "999999");
    let warning = warned
        .lines()
        .into_iter()
        .find(|l| l["event"] == "pin-warning");
    let warning = warning.expect("a warning");
    assert_eq!(
        (&warning["state"], &warning["tries_left"]),
        (&"count-low".into(), &2.into())
    );
    let last = run(&customer, &list, "999999");
    assert!(
        last.lines().iter().any(|l| l["state"] == "final-try"),
        "{last:?}"
    );
    assert_eq!(last.failure(), (9, "pin-locked".to_owned()));
    assert_eq!(
        run(&customer, &list, PIN).failure(),
        (9, "pin-locked".to_owned())
    );

    let unblock = |puk: &str| {
        let args = ["pin", "unblock", "--puk-env", "PUK"];
        let mut command = customer.command(&args);
        command.args(["--new-pin-env", "NEW"]);
        command.env("PUK", puk).env("NEW", "864209");
        finish(command, "")
    };
    assert_eq!(unblock("00000000").failure(), (17, "puk-wrong".to_owned()));
    assert_eq!(unblock(PUK).code, 0);
    assert_eq!(run(&customer, &list, "864209").code, 0);
}

/// With a third of a second for each command, only the necessary ones are sent, once.
#[test]
fn commands_to_the_card_are_few() {
    let fixture = fixture(Model::Yubico);
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    use_card(&customer, &[]);
    let _ = fixture.card.seen();
    assert_eq!(run(&customer, &["list"], PIN).code, 0);
    let list = fixture.card.seen().len();
    let link = bank.link();
    let open = ["open", &link, "--yes", "--pin-env", "PIN"];
    assert_eq!(run(&customer, &open, PIN).code, 0);
    let open = fixture.card.seen().len();
    assert!(
        list <= MOST_FOR_LIST && open <= MOST_FOR_OPEN,
        "{list}, {open}"
    );
}

#[test]
fn one_card_shown_three_times_is_one_token() {
    let _fixture = fixture(Model::Yubico);
    let customer = Customer::new();
    let drivers: Vec<String> = ["opensc", "ykcs11"]
        .iter()
        .map(|id| inkan_agent::config::known::called(id).unwrap())
        .map(|known| known.installed().expect(known.name).display().to_string())
        .collect();
    let drivers: Vec<&str> = drivers.iter().map(String::as_str).collect();
    use_card(&customer, &drivers);
    let kinds = |customer: &Customer| -> Vec<String> {
        let tokens = run(customer, &["list"], PIN).result()["tokens"].clone();
        let kind = |t: &Value| t["token"]["kind"].as_str().unwrap().to_owned();
        tokens.as_array().unwrap().iter().map(kind).collect()
    };
    assert_eq!(kinds(&customer), ["piv"]);
    let path = customer.config.path().join("modules.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("piv = false\n{text}")).unwrap();
    assert_eq!(kinds(&customer), ["pkcs11", "pkcs11"]);
}

/// Fills every slot of the card with a key of another program; returns their number.
fn fill(fixture: &Fixture) -> usize {
    let mut store = PivStore::open(&fixture.reader.name).unwrap();
    store.login(&Pin::new(PIN)).unwrap();
    let new = NewKey {
        algorithm: KeyAlgorithm::EcP256,
        label: "somebody else's".to_owned(),
        replaces: None,
        certificate_size: 0,
        key_store: None,
        windows_prompt: false,
    };
    let full = (0..30).find_map(|_| store.generate(&new).err());
    assert_eq!(full, Some(TokenError::Full));
    store.content().unwrap().keys.len()
}

#[test]
fn on_a_full_card_nothing_is_deleted_without_explicit_consent() {
    let fixture = fixture(Model::Yubico);
    let keys = fill(&fixture);
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    use_card(&customer, &[]);
    let link = bank.link();
    let open = |answer: &str| {
        let mut command = customer.command(&["open", &link, "--yes", "--pin-env", "PIN"]);
        command.env("PIN", PIN);
        finish(command, answer)
    };
    for no in ["", "\n", "n\n"] {
        let run = open(no);
        assert_eq!(run.failure(), (10, "cancelled".to_owned()), "{run:?}");
        assert!(run.stderr.contains("cannot be undone"), "{run:?}");
    }
    let label = |e: &&Value| e["label"] == "somebody else's";
    assert_eq!(entries(&customer).iter().filter(label).count(), keys);
    let run = open("y\n");
    assert_eq!(run.code, 0, "{run:?}");
    let shown = entries(&customer);
    assert_eq!(shown.iter().filter(label).count(), keys - 1);
    assert_eq!(shown.iter().filter(|e| e["usable"] == true).count(), 1);
}
