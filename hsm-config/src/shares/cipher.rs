//! The PIN under the shared secret: HKDF-SHA-256 (RFC 5869) with the set's id as salt, AES-256-GCM.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use inkan_pki::secret::Pin;
use inkan_pki::secret::locked::LockedBytes;
use zeroize::Zeroizing;

use super::{NoRandomness, SetId};

/// A PIN that is encrypted, with its nonce, both in hexadecimal.
pub(super) struct EncryptedPin {
    pub(super) nonce: String,
    pub(super) ciphertext: String,
}

fn key(secret: &LockedBytes, set: &SetId, context: &[&[u8]]) -> Option<LessSafeKey> {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, set.as_bytes());
    let derived = salt.extract(secret.expose());
    let derived = derived.expand(context, &AES_256_GCM).ok()?;
    let mut octets = Zeroizing::new([0; 32]);
    hkdf_fill(derived, &mut octets)?;
    UnboundKey::new(&AES_256_GCM, &*octets)
        .ok()
        .map(LessSafeKey::new)
}

fn hkdf_fill(
    derived: hkdf::Okm<'_, &'static aws_lc_rs::aead::Algorithm>,
    octets: &mut [u8; 32],
) -> Option<()> {
    derived.fill(octets).ok()
}

/// Encrypts. `context` names what the key is for; `facts` are what must not be changed beside the ciphertext.
pub(super) fn encrypt(
    secret: &LockedBytes,
    set: &SetId,
    context: &[&[u8]],
    facts: &[u8],
    pin: &Pin,
) -> Result<EncryptedPin, NoRandomness> {
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|_| NoRandomness)?;
    let mut octets = Zeroizing::new(pin.expose().as_bytes().to_vec());
    let key = key(secret, set, context).ok_or(NoRandomness)?;
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(facts),
        &mut *octets,
    )
    .map_err(|_| NoRandomness)?;
    Ok(EncryptedPin {
        nonce: hex::encode(nonce),
        ciphertext: hex::encode(&*octets),
    })
}

/// Decrypts; `None` if anything was changed.
pub(super) fn decrypt(
    secret: &LockedBytes,
    set: &SetId,
    context: &[&[u8]],
    facts: &[u8],
    pin: &EncryptedPin,
) -> Option<Pin> {
    let mut nonce = [0; NONCE_LEN];
    hex::decode_to_slice(&pin.nonce, &mut nonce).ok()?;
    let mut octets = Zeroizing::new(hex::decode(&pin.ciphertext).ok()?);
    let key = key(secret, set, context)?;
    let nonce = Nonce::assume_unique_for_key(nonce);
    let opened = key
        .open_in_place(nonce, Aad::from(facts), &mut octets)
        .ok()?;
    std::str::from_utf8(opened).ok().map(Pin::new)
}
