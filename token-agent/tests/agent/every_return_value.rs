//! Every return value of PKCS#11 as the response to a PIN: how many PINs the agent sends.

use inkan_agent::config::modules::ModuleEntry;
use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore as _;
use inkan_agent::keystore::capabilities::NewKey;
use inkan_agent::pkcs11::find::tokens;
use inkan_agent::pkcs11::store::Pkcs11Store;
use inkan_hostile_module::codes;
use inkan_hostile_module::control::Control;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::secret::Pin;

use super::harness::customer::finish;
use super::harness::{Bank, Customer};

const OFFICER: &str = "70707070";
/// The token did not check the PIN, so the login counts as one.
const ALREADY_LOGGED_IN: u64 = 0x100;

/// The program: from its command line to the driver process.
#[test]
fn every_return_value_for_a_pin_ends_its_use() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let control = Control::new(customer.hsm.path());
    let environment = control.environment(&customer.hsm.module_path());
    let names = environment.each_ref().map(|(name, _)| *name);
    customer.drivers(&format!(
        "[[module]]\nname = \"bad\"\npath = {:?}\nenvironment = {names:?}\n",
        Control::module()
    ));
    for (name, code) in codes::ALL {
        control.forget_pins();
        control.set(&format!("login-answers:{code:#x}"));
        let mut command = customer.command(&["list", "--login", "--pin-env", "PIN"]);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let run = finish(command, "");
        let sent = control.pins();
        println!("{code:#x} {name}: agent: {}", sent.len());
        assert_eq!(sent, ["user"], "{name}: {run:?}");
        // "Already logged in" is not trusted either: objects that only the owner can read are missing.
        assert_ne!(run.code, 0, "{name}: {run:?}");
    }
}

struct Token {
    control: Control,
    entry: ModuleEntry,
    pin: Pin,
    _customer: Customer,
}

impl Token {
    fn new() -> Self {
        let customer = Customer::new();
        let control = Control::new(customer.hsm.path());
        control.use_in_this_process(&customer.hsm.module_path());
        Self {
            control,
            entry: ModuleEntry::at(&Control::module()),
            pin: Pin::new(customer.token.pin.clone()),
            _customer: customer,
        }
    }

    /// Opened as from a separate driver process: nobody is logged in.
    fn open(&self) -> Pkcs11Store {
        self.control.set("");
        let found = tokens(&self.entry).unwrap().remove(0);
        let store = Pkcs11Store::open(&self.entry, &found).unwrap();
        self.control.forget_pins();
        store
    }
}

fn key(label: &str) -> NewKey {
    NewKey {
        algorithm: KeyAlgorithm::EcP256,
        label: label.to_owned(),
        replaces: None,
        certificate_size: 0,
        key_store: None,
        windows_prompt: false,
    }
}

#[test]
fn every_return_value_for_a_pin_typed_twice_counts_once() {
    let token = Token::new();
    for (name, code) in codes::ALL {
        let mut store = token.open();
        token.control.set(&format!("login-answers:{code:#x}"));
        for _ in 0..3 {
            let tried = store.login(&token.pin);
            assert_eq!(
                tried.is_ok(),
                code == ALREADY_LOGGED_IN,
                "{name}: {tried:?}"
            );
            if code == ALREADY_LOGGED_IN {
                break;
            }
        }
        assert_eq!(token.control.pins(), ["user"], "{name}");
    }
}

/// PINs that succeeded and are kept: the security officer's, and the user's for the login after it.
#[test]
fn every_return_value_for_kept_pins_ends_their_use() {
    let token = Token::new();
    // SAFETY: no other thread of this test runs yet.
    #[allow(unsafe_code)]
    unsafe {
        std::env::set_var("INKAN_HOSTILE_SO", OFFICER);
    }
    for (name, code) in codes::ALL {
        let mut store = token.open();
        token.control.set("officer");
        store.login(&token.pin).unwrap();
        store.authenticate_admin(&Pin::new(OFFICER)).unwrap();
        let made = store.generate(&key("one")).unwrap();
        store.delete_key(&made.reference).unwrap();
        token.control.forget_pins();
        token
            .control
            .set(&format!("officer login-answers:{code:#x}"));
        for _ in 0..3 {
            let refused: TokenError = store.generate(&key("another")).unwrap_err();
            drop(refused);
        }
        println!("{code:#x} {name}: kept: {:?}", token.control.pins());
        assert_eq!(token.control.pins(), ["officer", "user"], "{name}");
    }
}
