//! A card in a reader, and operations that tests share.

use std::ffi::CString;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use inkan_agent::piv::content::{KeyState, SlotContent, SlotKey};
use inkan_agent::piv::{PivCard, Slot};
use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::secret::Pin;
use inkan_virtual_card::{Card, Model, PIN, Reader, Readers};
use pcsc::{Context, Protocols, Scope, ShareMode};
use rcgen::{CertificateParams, DnType, Issuer, KeyPair, SerialNumber, SubjectPublicKeyInfo};
use webpki::EndEntityCert;

pub(crate) const BOTH: [Model; 2] = [Model::Plain, Model::Yubico];

/// A reader with a new card in it. Dropped in this order: the card before pcscd.
pub(crate) struct InsertedCard {
    pub(crate) card: Card,
    pub(crate) readers: Readers,
    pub(crate) reader: Reader,
}

impl InsertedCard {
    pub(crate) fn new(model: Model) -> Self {
        let readers = Readers::start();
        let reader = readers.first();
        let card = Card::inserted(model, &reader);
        Self {
            card,
            readers,
            reader,
        }
    }

    /// Removes the card for good and inserts a new one.
    pub(crate) fn another(&mut self, model: Model) {
        self.card.pull();
        self.card = Card::inserted(model, &self.reader);
    }

    pub(crate) fn open(&self) -> PivCard {
        PivCard::open(&self.reader.name).expect("a PIV card")
    }

    /// Opened and logged in.
    pub(crate) fn logged_in(&self) -> PivCard {
        let mut card = self.open();
        card.login(&pin()).expect("the PIN");
        card
    }
}

/// Another program's connection to the card.
pub(crate) fn connect(inserted: &InsertedCard, mode: ShareMode) -> pcsc::Card {
    let context = Context::establish(Scope::System).unwrap();
    let name = CString::new(inserted.reader.name.as_str()).unwrap();
    context.connect(&name, mode, Protocols::ANY).unwrap()
}

pub(crate) fn pin() -> Pin {
    Pin::new(PIN)
}

/// A certificate for this public key, signed by a CA made for it.
pub(crate) fn certificate(spki_der: &[u8], name: &str, serial: u64) -> Vec<u8> {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::default();
    ca.distinguished_name.push(DnType::CommonName, "Test CA");
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.serial_number = Some(SerialNumber::from(serial));
    let issuer = Issuer::new(ca, ca_key);
    let key = SubjectPublicKeyInfo::from_der(spki_der).unwrap();
    params.signed_by(&key, &issuer).unwrap().der().to_vec()
}

/// The key in a slot.
pub(crate) fn key_in(content: &[SlotContent], slot: Slot) -> Option<SlotKey> {
    let found = content.iter().find(|c| c.slot == slot)?;
    match &found.key {
        KeyState::Known(key) => Some(key.clone()),
        _ => None,
    }
}

pub(crate) fn slot_of(content: &[SlotContent], slot: Slot) -> &SlotContent {
    content.iter().find(|c| c.slot == slot).expect("a slot")
}

/// Has the card sign in every scheme of the key, and checks each signature with independent code.
pub(crate) fn signs(card: &mut PivCard, slot: Slot, key: &SlotKey) {
    for scheme in key.algorithm.schemes() {
        signs_with(card, slot, key, *scheme);
    }
}

pub(crate) fn signs_with(card: &mut PivCard, slot: Slot, key: &SlotKey, scheme: SignatureScheme) {
    let message = b"what is signed";
    let signature = card
        .sign(slot, key.algorithm, scheme, message)
        .unwrap_or_else(|e| panic!("{slot} {scheme:?}: {e:?}"));
    assert!(
        verifies(&key.spki_der, scheme, message, &signature),
        "{slot} {scheme:?}"
    );
}

pub(crate) fn verifies(
    spki_der: &[u8],
    scheme: SignatureScheme,
    message: &[u8],
    signature: &[u8],
) -> bool {
    use webpki::aws_lc_rs as algorithms;
    let algorithm = match scheme {
        SignatureScheme::EcdsaP256Sha256 => algorithms::ECDSA_P256_SHA256,
        SignatureScheme::EcdsaP384Sha384 => algorithms::ECDSA_P384_SHA384,
        SignatureScheme::RsaPkcs1Sha256 => algorithms::RSA_PKCS1_2048_8192_SHA256,
        SignatureScheme::RsaPkcs1Sha384 => algorithms::RSA_PKCS1_2048_8192_SHA384,
        SignatureScheme::RsaPkcs1Sha512 => algorithms::RSA_PKCS1_2048_8192_SHA512,
        SignatureScheme::RsaPssSha256 => algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        SignatureScheme::RsaPssSha384 => algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        SignatureScheme::RsaPssSha512 => algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
    };
    let der = certificate(spki_der, "proof", 1).into();
    let certificate = EndEntityCert::try_from(&der).expect("a certificate");
    certificate
        .verify_signature(algorithm, message, signature)
        .is_ok()
}

/// A key and its certificate on the card.
pub(crate) fn key_with_certificate(card: &mut PivCard, name: &str) -> (Slot, SlotKey, Vec<u8>) {
    let (slot, key) = card
        .generate(KeyAlgorithm::EcP256, name, None, 0)
        .expect("a key");
    let der = certificate(&key.spki_der, name, 7);
    card.write_certificate(slot, &der).expect("a certificate");
    (slot, key, der)
}

/// Runs another program; returns its output and whether it succeeded.
pub(crate) fn run(program: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|e| panic!("{program}: {e}"));
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

pub(crate) fn well(program: &str, arguments: &[&str]) -> String {
    let (success, text) = run(program, arguments);
    assert!(success, "{program} {arguments:?}: {text}");
    text
}

/// Another program generates a key in a slot; returns the public key (DER SubjectPublicKeyInfo).
pub(crate) fn made_by_others(slot: &str, algorithm: &str) -> Vec<u8> {
    let text = well(
        "yubico-piv-tool",
        &[
            "-r", "Yubico", "-a", "generate", "-s", slot, "-A", algorithm,
        ],
    );
    pem(&text)
}

/// Another program writes a certificate into a slot.
pub(crate) fn written_by_others(slot: &str, der: &[u8]) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("cert.der");
    std::fs::write(&file, der).unwrap();
    let file = file.to_string_lossy();
    well(
        "yubico-piv-tool",
        &[
            "-r",
            "Yubico",
            "-a",
            "import-certificate",
            "-s",
            slot,
            "-K",
            "DER",
            "-i",
            &file,
        ],
    );
}

/// The content of the first PEM block of a text.
pub(crate) fn pem(text: &str) -> Vec<u8> {
    let body: String = text
        .lines()
        .skip_while(|l| !l.starts_with("-----BEGIN"))
        .skip(1)
        .take_while(|l| !l.starts_with("-----END"))
        .collect();
    STANDARD.decode(body).unwrap()
}
