//! An officer's share: the key is made on a card or with a driver, vouched for, tried, and opens the share for the bank's sealed HSM.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use inkan_agent::piv::{PivCard, Slot};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::officer::OfficerKey;
use inkan_pki::officer::share::{Binding, SealedShare, code, same_code};
use inkan_pki::secret::Pin;
use inkan_pki::x509::fingerprint::{grouped, sha256_hex};
use inkan_virtual_card::{Card, Model, Moment, PIN, Pull, Reader, Readers};
use serde_json::json;

use super::harness::bank::Fault;
use super::harness::customer::{Run, finish};
use super::harness::{Bank, Customer};

const SHARE: &str = "ABANDON ZEBRA ZOO";
const SET: &str = "00112233445566778899aabbccddeeff";
const GROUPED: &str = "0011 2233 4455 6677 8899 aabb ccdd eeff";
const AUTHENTICATE: u8 = 0x87;
const GENERATE: u8 = 0x47;

/// An officer with a certificate of the bank.
struct Officer {
    customer: Customer,
    pin: String,
}

impl Officer {
    fn with_driver(bank: &Bank) -> Self {
        let customer = Customer::of(bank);
        let pin = customer.token.pin.clone();
        Self::enrolled(bank, customer, pin)
    }

    fn with_card(bank: &Bank) -> Self {
        let customer = Customer::of(bank);
        fs::write(customer.config.path().join("modules.toml"), "").unwrap();
        Self::enrolled(bank, customer, PIN.to_owned())
    }

    fn enrolled(bank: &Bank, customer: Customer, pin: String) -> Self {
        let officer = Self { customer, pin };
        let link = bank.link();
        let issued = officer.run(&["open", &link, "--yes"]);
        assert_eq!(issued.code, 0, "{issued:?}");
        officer
    }

    fn run(&self, args: &[&str]) -> Run {
        let args = [args, &["--pin-env", "PIN"]].concat();
        let mut command = self.customer.command(&args);
        command.env("PIN", &self.pin);
        finish(command, "")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.customer.config.path().join(name)
    }

    fn create(&self, name: &str) -> Run {
        let out = self.file(name);
        let out = out.to_str().unwrap();
        self.run(&["officer-key", "create", "kenmin", "--out", out])
    }

    fn key(&self, name: &str) -> OfficerKey {
        OfficerKey::read(&fs::read_to_string(self.file(name)).unwrap()).unwrap()
    }

    fn with_set(&self, command: &str, set: &Path) -> Run {
        self.run(&["officer-key", command, set.to_str().unwrap()])
    }

    fn unseal(&self, bank: &Bank) -> Run {
        bank.state().action = "unseal";
        let link = bank.link();
        self.run(&["open", &link, "--yes"])
    }
}

fn binding() -> Binding {
    Binding {
        set: SET.to_owned(),
        index: 2,
        officer: "Aoki".to_owned(),
    }
}

/// The share is sealed to this key: a set's public file, and what the bank hands out.
fn seal(officer: &Officer, bank: &Bank, key: &OfficerKey) -> PathBuf {
    let sealed = SealedShare::seal(&key.share_key, &binding(), SHARE).unwrap();
    let mut state = bank.state();
    state.set = GROUPED;
    state.sealed = json!({ "binding": binding(), "share": sealed });
    let set = json!({
        "version": 2, "set": SET, "token": "issuing",
        "officers": [
            { "index": 1, "name": "Paper", "role": "", "kind": "paper" },
            { "index": 2, "name": "Aoki", "role": "", "kind": "token", "staff": "E-1001", "sealed": sealed },
        ],
    });
    let path = officer.file("set.json");
    fs::write(&path, set.to_string()).unwrap();
    path
}

/// From the key to the share at the bank.
fn a_share_is_opened(officer: &Officer, bank: &Bank) {
    let made = officer.create("key.json");
    assert_eq!(made.code, 0, "{made:?}");
    let key = officer.key("key.json");
    assert_eq!(made.result()["fingerprint"], key.share_key.fingerprint());
    assert_eq!(made.result()["already"], false);
    // The file is not overwritten, and the key is made once.
    let again = officer.create("key.json");
    assert_eq!(again.failure(), (2, "out-exists".to_owned()));
    let again = officer.create("again.json");
    assert_eq!(again.result()["already"], true, "{again:?}");
    assert_eq!(officer.key("again.json").share_key, key.share_key);

    let set = seal(officer, bank, &key);
    let confirmed = officer.with_set("confirm", &set);
    assert_eq!(confirmed.code, 0, "{confirmed:?}");
    let shown = confirmed.result();
    assert!(same_code(
        shown["code"].as_str().unwrap(),
        &code(&binding(), SHARE)
    ));
    assert!(!confirmed.stdout.contains("ABANDON"), "{confirmed:?}");
    let revealed = officer.with_set("reveal", &set);
    assert_eq!(revealed.result()["share"], SHARE);

    let sent = officer.unseal(bank);
    assert_eq!(sent.code, 0, "{sent:?}");
    assert_eq!(sent.result()["have"], 1);
    assert!(!sent.stdout.contains("ABANDON"), "{sent:?}");
    assert!(sent.stdout.contains("123-456") && sent.stdout.contains(GROUPED));
    let state = bank.state();
    let [(share, client)] = state.shares.as_slice() else {
        panic!("{:?}", state.shares.len());
    };
    assert_eq!((share.as_str(), client), (SHARE, &key.certificate));
}

/// Signed with the token, and verified by another program, with the chain alone.
fn a_record_is_signed(officer: &Officer, bank: &Bank) {
    let record = officer.file("record.txt");
    fs::write(&record, "plan sha256 …\nlast hash …\n").unwrap();
    let sign = |record: &Path, out: &str| {
        let out = officer.file(out);
        let [record, out] = [record, &out].map(|path| path.to_str().unwrap());
        officer.run(&["sign-record", "kenmin", record, "--out", out])
    };
    let signed = sign(&record, "record.p7s");
    assert_eq!(signed.code, 0, "{signed:?}");
    let content = fs::read(&record).unwrap();
    assert_eq!(signed.result()["digest"], grouped(&sha256_hex(&content)));
    let again = sign(&record, "record.p7s");
    assert_eq!(again.failure(), (2, "out-exists".to_owned()));

    let chain = officer.file("chain.pem");
    let (_, cas) = bank.file.split_once("customer_ca = '''").unwrap();
    fs::write(&chain, cas.replace("'''", "")).unwrap();
    let verify = |what: &Path| {
        let mut openssl = Command::new("openssl");
        openssl
            .args("cms -verify -binary -inform DER -purpose any -cades -out /dev/null".split(' '));
        openssl.arg("-in").arg(officer.file("record.p7s"));
        openssl.arg("-content").arg(what).arg("-CAfile").arg(&chain);
        openssl.output().unwrap()
    };
    let verified = verify(&record);
    assert!(verified.status.success(), "{verified:?}");
    let other = officer.file("other.txt");
    fs::write(&other, "plan sha256 …\nlast hash ..\n").unwrap();
    assert!(!verify(&other).status.success());

    // What is no record is told before the token is used.
    for (length, code) in [
        (0, "record-unusable"),
        (4 * 1024 * 1024 + 1, "record-unusable"),
    ] {
        fs::write(&other, vec![b'x'; length]).unwrap();
        assert_eq!(sign(&other, "no.p7s").failure(), (2, code.to_owned()));
    }
    let missing = sign(&officer.file("missing.txt"), "no.p7s");
    assert_eq!(missing.failure(), (5, "file-unreadable".to_owned()));
    assert!(!officer.file("no.p7s").exists());
}

#[test]
fn a_share_is_opened_and_a_record_signed_with_a_driver() {
    let bank = Bank::start();
    let officer = Officer::with_driver(&bank);
    a_share_is_opened(&officer, &bank);
    a_record_is_signed(&officer, &bank);
}

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

fn on_a_card(model: Model) {
    let _fixture = fixture(model);
    let bank = Bank::start();
    let officer = Officer::with_card(&bank);
    a_share_is_opened(&officer, &bank);
    a_record_is_signed(&officer, &bank);
}

#[test]
fn a_share_is_opened_on_a_card_that_reports_its_keys() {
    on_a_card(Model::Yubico);
}

#[test]
fn a_share_is_opened_on_a_plain_card() {
    on_a_card(Model::Plain);
}

#[test]
fn a_share_is_opened_on_a_card_with_strict_t0() {
    on_a_card(Model::Strict);
}

#[test]
fn a_key_of_another_program_is_not_overwritten_and_not_used() {
    let fixture = fixture(Model::Yubico);
    let bank = Bank::start();
    let officer = Officer::with_card(&bank);
    let mut card = PivCard::open(&fixture.reader.name).unwrap();
    card.login(&Pin::new(PIN)).unwrap();
    let slot = Some((Slot::KEY_MANAGEMENT, None));
    let (_, theirs) = card
        .generate(KeyAlgorithm::EcP256, "theirs", slot, 0)
        .unwrap();
    drop(card);
    let _ = fixture.card.seen();
    let refused = officer.create("key.json");
    assert_eq!(refused.failure(), (11, "share-key-slot-taken".to_owned()));
    let seen = fixture.card.seen();
    assert!(seen.iter().all(|s| s.header[1] != GENERATE), "{seen:?}");
    assert!(!officer.file("key.json").exists());

    // Nor is a share that is sealed to it opened.
    let key = {
        let share_key = inkan_pki::officer::ShareKeyPoint::of_spki(&theirs.spki_der).unwrap();
        SealedShare::seal(&share_key, &binding(), SHARE).unwrap()
    };
    let mut state = bank.state();
    state.set = GROUPED;
    state.sealed = json!({ "binding": binding(), "share": key });
    drop(state);
    let refused = officer.unseal(&bank);
    assert_eq!(refused.failure(), (7, "share-key-missing".to_owned()));
    assert!(bank.state().shares.is_empty());
}

#[test]
fn what_goes_wrong_with_the_token_or_the_bank_sends_no_share() {
    let mut fixture = fixture(Model::Plain);
    let bank = Bank::start();
    let officer = Officer::with_card(&bank);
    assert_eq!(officer.create("key.json").code, 0);
    let key = officer.key("key.json");
    let set = seal(&officer, &bank, &key);

    // The token is pulled while it opens the share: the second agreement after the signature of TLS.
    fixture
        .card
        .pull_at(Pull::nth_of(AUTHENTICATE, 2, Moment::Before));
    let pulled = officer.unseal(&bank);
    assert_eq!(pulled.failure(), (7, "token-removed".to_owned()));
    fixture.card.wait_until_out();
    let reader = fixture.reader.clone();
    fixture.card.insert(&reader);
    assert!(bank.state().shares.is_empty());

    // Another set than the one that was consented to, another officer's share, one for another key, a changed one.
    let good = bank.state().sealed.clone();
    let spoil = |at: &str, value: serde_json::Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(at).unwrap() = value;
        bank.state().sealed = changed;
        let refused = officer.unseal(&bank).failure();
        assert!(bank.state().shares.is_empty(), "{at}");
        refused.1
    };
    assert_eq!(spoil("/binding/set", json!("ff")), "request-mismatch");
    assert_eq!(spoil("/binding/officer", json!("Baba")), "share-not-opened");
    let enc = good["share"]["enc"].clone();
    assert_eq!(spoil("/share/share_key", enc), "share-key-missing");
    assert_eq!(spoil("/share/ciphertext", json!("00")), "share-not-opened");
    assert_eq!(spoil("/share/enc", json!("04")), "bank-response-unexpected");
    bank.state().sealed = good;

    // What the bank refuses has its own code.
    bank.state()
        .take
        .push_back(Fault::Refuse(409, "share-twice"));
    assert_eq!(officer.unseal(&bank).failure().1, "share-twice");

    // A file that is no set, or has no share for this token.
    let empty = officer.file("empty.json");
    fs::write(&empty, r#"{"set": "00", "officers": []}"#).unwrap();
    let refused = officer.with_set("confirm", &empty);
    assert_eq!(refused.failure(), (2, "share-set-invalid".to_owned()));

    // The PIN is blocked: nothing is opened, and nothing is sent.
    let wrong = Officer {
        customer: officer.customer,
        pin: "999999".to_owned(),
    };
    for _ in 0..3 {
        let _ = wrong.with_set("confirm", &set);
    }
    let blocked = wrong.unseal(&bank);
    assert_eq!(blocked.failure(), (9, "pin-locked".to_owned()));
    assert!(bank.state().shares.is_empty());
}
