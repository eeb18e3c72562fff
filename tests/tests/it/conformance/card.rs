//! The virtual PIV card: through the modules of Yubico and OpenSC, and without a module.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use inkan_agent::config::modules::ModuleEntry;
use inkan_agent::keystore::discovery::TokenProvider;
use inkan_agent::piv::{PivCard, PivError, Slot};
use inkan_agent::token::local::LocalTokens;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::secret::Pin;
use inkan_tests::{Outcome, modules};
use inkan_virtual_card::{Card, MANAGEMENT_KEY, Model, Moment, PIN, PUK, Pull, Reader, Readers};

use super::authority::certificate;
use super::check::Check;
use super::target::{ExternalActions, TokenUnderTest, local};
use super::verdict::Known;

/// INS of GENERAL AUTHENTICATE: a signature.
const GENERAL_AUTHENTICATE: u8 = 0x87;

/// A card in software may search minutes for large primes.
const SLOW: [Check; 2] = [
    Check::Generate(KeyAlgorithm::Rsa3072),
    Check::Generate(KeyAlgorithm::Rsa4096),
];

/// How often key generation is tried: a card that another program has just released may be in the middle of a reset.
const TRIES: usize = 5;
const AGAIN: Duration = Duration::from_millis(100);

/// A card in a reader of the machine's pcscd. The card is dropped before its reader.
#[derive(Debug)]
pub(crate) struct Inserted {
    card: Card,
    reader: Reader,
    /// Whether a key that requires the PIN for each use was put on it already.
    asks: bool,
    _readers: Readers,
}

impl Inserted {
    /// A new card of this model, in the first reader.
    pub(crate) fn new(model: Model) -> Self {
        let readers = Readers::start();
        let reader = readers.first();
        Self {
            card: Card::inserted(model, &reader),
            reader,
            asks: false,
            _readers: readers,
        }
    }
}

impl ExternalActions for Inserted {
    fn pull(&mut self) -> Outcome<bool> {
        self.card.pull();
        Ok(true)
    }

    fn put_back(&mut self) -> Outcome {
        self.card.keep();
        if self.card.is_in() {
            self.card.pull();
        } else {
            self.card.wait_until_out();
        }
        self.card.insert(&self.reader);
        Ok(())
    }

    fn pull_while_signing(&mut self) -> Outcome<bool> {
        let pull = Pull::nth_of(GENERAL_AUTHENTICATE, 1, Moment::Before);
        self.card.pull_at(pull);
        Ok(true)
    }

    fn make_always_authenticate_key(&mut self, pin: &Pin) -> Outcome<bool> {
        if !self.asks {
            let make = || make_key(&self.reader, Slot::SIGNATURE, KeyAlgorithm::EcP256, pin);
            let mut made = make();
            for _ in 1..TRIES {
                if made.is_ok() {
                    break;
                }
                sleep(AGAIN);
                made = make();
            }
            made?;
            self.asks = true;
        }
        Ok(true)
    }
}

/// Puts a key into this slot, and a certificate for it.
fn make_key(reader: &Reader, slot: Slot, algorithm: KeyAlgorithm, pin: &Pin) -> Outcome {
    let failed = |error: PivError| format!("a key for {slot}: {error:?}");
    let mut card = PivCard::open(&reader.name).map_err(failed)?;
    card.login(pin).map_err(failed)?;
    let made = card.generate(algorithm, "conformance", Some((slot, None)), 0);
    let (_, key) = made.map_err(failed)?;
    let (certificate, _) = certificate(&key.spki_der, 0)?;
    Ok(card.write_certificate(slot, &certificate).map_err(failed)?)
}

/// Through ykcs11, Yubico's module.
pub(crate) fn ykcs11(known: &'static [(Check, Known)]) -> Outcome<TokenUnderTest> {
    let path = modules::first_of(
        "ykcs11",
        "ykcs11",
        &[
            "/usr/lib/x86_64-linux-gnu/libykcs11.so.2",
            "/usr/lib/aarch64-linux-gnu/libykcs11.so.2",
            "/usr/lib64/libykcs11.so.2",
        ],
    )?;
    through("ykcs11", path, Inserted::new(Model::Plain), known)
}

/// Through OpenSC, which reads what others wrote: so the card comes with a key of each kind.
pub(crate) fn opensc(known: &'static [(Check, Known)]) -> Outcome<TokenUnderTest> {
    let path = modules::first_of(
        "OpenSC",
        "opensc-pkcs11",
        &[
            "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
            "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
            "/usr/lib64/opensc-pkcs11.so",
        ],
    )?;
    let mut card = Inserted::new(Model::Plain);
    for (slot, algorithm) in [
        (0x9a, KeyAlgorithm::EcP256),
        (0x9e, KeyAlgorithm::Rsa2048),
        (0x9c, KeyAlgorithm::EcP384),
    ] {
        let slot = Slot::numbered(slot).ok_or("a slot of every PIV card")?;
        make_key(&card.reader, slot, algorithm, &Pin::new(PIN))?;
    }
    card.asks = true;
    through("OpenSC", path, card, known)
}

/// By the agent itself, without a module.
pub(crate) fn piv(
    name: &'static str,
    model: Model,
    known: &'static [(Check, Known)],
) -> Outcome<TokenUnderTest> {
    let card = Inserted::new(model);
    let target = target(
        name,
        LocalTokens::new(None, Vec::new(), true),
        None,
        card,
        known,
    )?;
    Ok(TokenUnderTest {
        slow: &SLOW,
        ..target
    })
}

fn through(
    name: &'static str,
    path: PathBuf,
    card: Inserted,
    known: &'static [(Check, Known)],
) -> Outcome<TokenUnderTest> {
    let entry = ModuleEntry {
        name: name.to_owned(),
        path: path.clone(),
        parameters: None,
        environment: Vec::new(),
    };
    target(name, local(entry)?, Some((path, None)), card, known)
}

fn target(
    name: &'static str,
    provider: LocalTokens,
    module: Option<(PathBuf, Option<String>)>,
    card: Inserted,
    known: &'static [(Check, Known)],
) -> Outcome<TokenUnderTest> {
    let discovery = provider.find_tokens();
    let [token] = discovery.tokens.as_slice() else {
        return Err(format!("{name} sees {discovery:?}").into());
    };
    Ok(TokenUnderTest {
        name,
        wanted: token.view.serial.clone(),
        provider: Box::new(provider),
        pin: Pin::new(PIN),
        without_pin: false,
        unblock: Some(Pin::new(PUK)),
        admin: Some(Pin::new(hex::encode(MANAGEMENT_KEY))),
        module,
        external: Box::new(card),
        known,
        slow: &[],
    })
}
