//! HPKE in base mode (RFC 9180): DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; one message for each encapsulated key.
//!
//! Sealing is the library's. Opening is here, because the library needs the private key for it, and a token gives only the secret
//! that it agreed on with the encapsulated key.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_P256_HKDF_SHA256_AES_256;
use rustls::crypto::hpke::{Hpke as _, HpkePublicKey};
use zeroize::Zeroizing;

use super::{AgreedSecret, ShareKeyPoint};

const HASH: usize = 32;
const KEY: usize = 32;
/// `suite_id` of the KEM (4.1): "KEM" and its number.
const KEM: &[u8] = b"KEM\x00\x10";
/// `suite_id` of the whole suite (5.1): "HPKE" and the numbers of KEM, KDF and AEAD.
const SUITE: &[u8] = b"HPKE\x00\x10\x00\x01\x00\x02";
/// `mode_base` (5.1).
const MODE_BASE: u8 = 0;

type Digest = Zeroizing<[u8; HASH]>;

/// A sealed message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The encapsulated key: an uncompressed point (SEC 1, 2.3.3).
    pub enc: Vec<u8>,
    /// Ciphertext and tag.
    pub ciphertext: Vec<u8>,
}

/// Seals a message to the holder of a key; `info` is what it is bound to. `None` if the library failed, for want of random
/// numbers.
#[must_use]
pub fn seal(recipient: &ShareKeyPoint, info: &[u8], message: &[u8]) -> Option<Sealed> {
    let key = HpkePublicKey(recipient.as_bytes().to_vec());
    let (enc, ciphertext) = DH_KEM_P256_HKDF_SHA256_AES_256
        .seal(info, &[], message, &key)
        .ok()?;
    Some(Sealed {
        enc: enc.0,
        ciphertext,
    })
}

/// Opens a message with the secret that the recipient's key and `sealed.enc` agree on; `None` if it was not sealed to this key, with
/// this `info`, or was changed.
#[must_use]
pub fn open(
    agreed: &AgreedSecret,
    recipient: &ShareKeyPoint,
    info: &[u8],
    sealed: &Sealed,
) -> Option<Zeroizing<Vec<u8>>> {
    let shared = shared_secret(agreed, &sealed.enc, recipient.as_bytes());
    let (key, nonce) = schedule(&shared, info);
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*key).ok()?);
    let mut message = Zeroizing::new(sealed.ciphertext.clone());
    let nonce = Nonce::assume_unique_for_key(nonce);
    let length = key
        .open_in_place(nonce, Aad::empty(), &mut message)
        .ok()?
        .len();
    message.truncate(length);
    Some(message)
}

/// `ExtractAndExpand` of the KEM (4.1).
fn shared_secret(agreed: &AgreedSecret, enc: &[u8], recipient: &[u8]) -> Digest {
    let prk = extract(KEM, &[0; HASH], b"eae_prk", agreed.expose());
    expand(
        KEM,
        &prk,
        b"shared_secret",
        &[enc, recipient].concat(),
        HASH as u16,
    )
}

/// `KeySchedule` in base mode (5.1): the key, and the nonce of the first message.
fn schedule(shared: &Digest, info: &[u8]) -> (Zeroizing<[u8; KEY]>, [u8; NONCE_LEN]) {
    let psk_id = extract(SUITE, &[0; HASH], b"psk_id_hash", &[]);
    let info = extract(SUITE, &[0; HASH], b"info_hash", info);
    let context = [&[MODE_BASE][..], &*psk_id, &*info].concat();
    let secret = extract(SUITE, &**shared, b"secret", &[]);
    let key = expand(SUITE, &secret, b"key", &context, KEY as u16);
    let base = expand(SUITE, &secret, b"base_nonce", &context, NONCE_LEN as u16);
    let mut nonce = [0; NONCE_LEN];
    nonce.copy_from_slice(&base[..NONCE_LEN]);
    (key, nonce)
}

/// `LabeledExtract` (4): HKDF-Extract is one HMAC.
fn extract(suite: &[u8], salt: &[u8], label: &[u8], input: &[u8]) -> Digest {
    mac(salt, &[b"HPKE-v1", suite, label, input])
}

/// `LabeledExpand` (4) for at most one block, of which the caller takes the first `length` bytes.
fn expand(suite: &[u8], prk: &Digest, label: &[u8], info: &[u8], length: u16) -> Digest {
    let length = length.to_be_bytes();
    mac(&**prk, &[&length, b"HPKE-v1", suite, label, info, &[1]])
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Digest {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    let mut digest = Zeroizing::new([0; HASH]);
    digest.copy_from_slice(context.sign().as_ref());
    digest
}

#[cfg(test)]
#[path = "hpke_tests.rs"]
mod tests;
