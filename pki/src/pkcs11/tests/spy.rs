//! The calls that the module really receives: OpenSC's spy module in front of SoftHSM2 records every call.

use std::path::{Path, PathBuf};

use softhsm_test_helpers::SoftHsm;

use super::{log_in, new_pair, verifies};
use crate::algorithm::KeyAlgorithm;
use crate::pkcs11::generate::{NewKey, generate_key_pair};
use crate::pkcs11::keys::find_private_key;
use crate::pkcs11::sign::sign;
use crate::pkcs11::{Access, Module, Session, TokenSelector};
use crate::secret::Pin;

const SPIES: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/pkcs11/pkcs11-spy.so",
    "/usr/lib/aarch64-linux-gnu/pkcs11/pkcs11-spy.so",
    "/usr/lib64/pkcs11/pkcs11-spy.so",
];

struct Spied {
    hsm: SoftHsm,
    pin: Pin,
    session: Session,
}

impl Spied {
    #[allow(unsafe_code, reason = "the spy is told by environment variables only")]
    fn new() -> Self {
        let hsm = SoftHsm::new();
        hsm.use_in_this_process();
        let token = hsm.init_token("spied");
        // SAFETY: the test has its process to itself and no other thread yet.
        unsafe {
            std::env::set_var("PKCS11SPY", hsm.module_path());
            std::env::set_var("PKCS11SPY_OUTPUT", hsm.path().join("spy.log"));
        }
        let spy = SPIES.iter().map(Path::new).find(|path| path.is_file());
        let module = Module::load(spy.expect("the package opensc-pkcs11")).unwrap();
        let selector = TokenSelector::Label(token.label);
        let info = module.find_token(&selector).unwrap();
        let session = Session::open(&module, &info, Access::ReadWrite).unwrap();
        Self {
            hsm,
            pin: Pin::new(token.pin),
            session,
        }
    }

    fn log(&self) -> String {
        let path: PathBuf = self.hsm.path().join("spy.log");
        std::fs::read_to_string(path).unwrap()
    }

    fn calls(&self, function: &str) -> usize {
        let line = format!(": {function}");
        self.log().lines().filter(|l| l.ends_with(&line)).count()
    }
}

#[test]
fn a_wrong_pin_is_sent_exactly_once() {
    let spied = Spied::new();
    log_in(&spied.session, &Pin::new("99999999")).unwrap_err();
    assert_eq!(spied.calls("C_Login"), 1);
    log_in(&spied.session, &spied.pin).unwrap();
    assert_eq!(spied.calls("C_Login"), 2);
}

#[test]
fn a_pin_pad_login_sends_no_pin() {
    let spied = Spied::new();
    // SoftHSM2 has no keypad and refuses; what counts is what it received.
    spied.session.login_pin_pad().unwrap_err();
    assert_eq!(spied.calls("C_Login"), 1);
    let log = spied.log();
    let login = log.split(": C_Login").nth(1).unwrap();
    assert!(login.contains("pPin[ulPinLen] NULL"), "{login}");
}

#[test]
fn generation_asks_for_signing_and_nothing_that_must_not_be_sent() {
    let spied = Spied::new();
    log_in(&spied.session, &spied.pin).unwrap();
    let new_key = NewKey::with_random_id(KeyAlgorithm::EcP256, "key").unwrap();
    generate_key_pair(&spied.session, &new_key).unwrap();
    let log = spied.log();
    let template = log.split(": C_GenerateKeyPair").nth(1).unwrap();
    let template = template.split("[out]").next().unwrap();
    for sent in ["CKA_SIGN", "CKA_VERIFY", "CKA_SENSITIVE", "CKA_EXTRACTABLE"] {
        assert!(template.contains(&format!("{sent} ")), "{sent}: {template}");
    }
    for never in [
        "CKA_ALWAYS_SENSITIVE",
        "CKA_NEVER_EXTRACTABLE",
        "CKA_LOCAL",
        "CKA_ENCRYPT",
        "CKA_WRAP",
    ] {
        assert!(!template.contains(never), "{never}: {template}");
    }
    for denied in ["CKA_DECRYPT", "CKA_UNWRAP", "CKA_DERIVE"] {
        let line = template.lines().find(|line| line.contains(denied)).unwrap();
        assert!(line.contains("False"), "{line}");
    }
}

#[test]
fn os_locking_is_asked_for_and_one_signature_is_one_call() {
    let spied = Spied::new();
    log_in(&spied.session, &spied.pin).unwrap();
    let made = new_pair(&spied.session, KeyAlgorithm::EcP256, "key");
    let key = find_private_key(&spied.session, &made.spki_der).unwrap();
    let scheme = key.algorithm.default_scheme();
    let signature = sign(&spied.session, &key, scheme, b"message").unwrap();
    assert!(verifies(&made.spki_der, scheme, b"message", &signature));
    assert_eq!((spied.calls("C_SignInit"), spied.calls("C_Sign")), (1, 1));
    assert_eq!(spied.calls("C_Initialize"), 1);
    assert!(spied.log().contains("flags: 2"), "CKF_OS_LOCKING_OK");
}
