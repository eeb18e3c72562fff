//! Certification requests (PKCS #10): an honest one, and every kind that a bank must refuse.

use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{
    CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData, SignatureAlgorithm,
    SigningKey,
};

use crate::{Outcome, programs, roca};

/// A fresh P-256 key in memory and an honest request for it.
pub fn honest() -> Outcome<(KeyPair, Vec<u8>)> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let der = for_key(&key)?;
    Ok((key, der))
}

/// An honest request for `key`.
pub fn for_key(key: &impl SigningKey) -> Outcome<Vec<u8>> {
    Ok(CertificateParams::default()
        .serialize_request(key)?
        .der()
        .to_vec())
}

/// A request for `victim`'s public key, signed by somebody else: no proof of possession.
pub fn for_a_key_of_someone_else(victim: &KeyPair) -> Outcome<Vec<u8>> {
    let thief = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    for_key(&Impostor {
        claims: victim.der_bytes().to_vec(),
        thief,
    })
}

/// The honest request with one bit of its signature flipped.
pub fn with_wrong_signature() -> Outcome<Vec<u8>> {
    let (_, mut der) = honest()?;
    let last = der.last_mut().ok_or("an empty request")?;
    *last ^= 1;
    Ok(der)
}

/// The first half of the bytes of an honest request.
pub fn truncated() -> Outcome<Vec<u8>> {
    let (_, mut der) = honest()?;
    der.truncate(der.len() / 2);
    Ok(der)
}

/// `length` bytes that claim to be the beginning of a request.
pub fn endless(length: usize) -> Vec<u8> {
    let mut der = vec![0x30, 0x83, 0x7f, 0xff, 0xff];
    der.resize(length, 0x41);
    der
}

/// By OpenSSL: RSA with `bits` bits.
pub fn rsa(directory: &Path, bits: u32) -> Outcome<Vec<u8>> {
    let key = directory.join(format!("rsa-{bits}.pem"));
    let bits = format!("rsa_keygen_bits:{bits}");
    let made = ["genpkey", "-algorithm", "RSA", "-pkeyopt", &bits, "-out"];
    programs::run(Command::new("openssl").args(made).arg(&key))?.expect_well()?;
    by_openssl(&key, None)
}

/// By OpenSSL: a key on the named curve.
pub fn curve(directory: &Path, name: &str) -> Outcome<Vec<u8>> {
    let key = directory.join(format!("{name}.pem"));
    let parameter = format!("ec_paramgen_curve:{name}");
    let made = [
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        &parameter,
        "-out",
    ];
    programs::run(Command::new("openssl").args(made).arg(&key))?.expect_well()?;
    by_openssl(&key, None)
}

/// By OpenSSL: a valid Ed25519 key, of a type that the bank does not accept.
pub fn ed25519(directory: &Path) -> Outcome<Vec<u8>> {
    let key = directory.join("ed25519.pem");
    programs::run(
        Command::new("openssl")
            .args(["genpkey", "-algorithm", "ED25519", "-out"])
            .arg(&key),
    )?
    .expect_well()?;
    by_openssl(&key, None)
}

/// A request of a ROCA key, correctly signed.
pub fn roca(directory: &Path) -> Outcome<Vec<u8>> {
    let key = directory.join("roca.pem");
    roca::write_key(&key)?;
    by_openssl(&key, None)
}

/// What an attacker would request: another bank's administrator that is also a CA. Its key is honest.
pub fn hostile_requests(directory: &Path) -> Outcome<Vec<u8>> {
    let key = directory.join("requested.pem");
    let made = [
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
    ];
    programs::run(Command::new("openssl").args(made).arg(&key))?.expect_well()?;
    let requested = directory.join("requested.cnf");
    std::fs::write(
        &requested,
        "[req]\nprompt=no\ndistinguished_name=dn\nreq_extensions=ext\n\
         [dn]\nO=HOSTILE BANK\nCN=<script>alert(1)</script> administrator\n\
         [ext]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n\
         extendedKeyUsage=serverAuth,anyExtendedKeyUsage\n\
         subjectAltName=DNS:hostile.example,email:hostile@example.com\n",
    )?;
    by_openssl(&key, Some(&requested))
}

fn by_openssl(key: &Path, config: Option<&PathBuf>) -> Outcome<Vec<u8>> {
    let out = key.with_extension("csr");
    let mut command = Command::new("openssl");
    command
        .args(["req", "-new", "-outform", "DER", "-key"])
        .arg(key)
        .arg("-out")
        .arg(&out);
    match config {
        Some(config) => command.arg("-config").arg(config),
        None => command.args(["-subj", "/CN=whoever"]),
    };
    programs::run(&mut command)?.expect_well()?;
    Ok(std::fs::read(out)?)
}

/// Claims one public key and signs with another.
struct Impostor {
    claims: Vec<u8>,
    thief: KeyPair,
}

impl PublicKeyData for Impostor {
    fn der_bytes(&self) -> &[u8] {
        &self.claims
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl SigningKey for Impostor {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.thief.sign(message)
    }
}
