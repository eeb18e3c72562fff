//! One stored key: opened, read, used, deleted. A key of a legacy provider is read and used, never created or deleted.

use inkan_pki::algorithm::{Hash, SignatureScheme};
use inkan_pki::spki::PublicKey;
use inkan_pki::{ecdsa, padding};
use inkan_win32::certificates::KeyLink;
use inkan_win32::cng::{Key, Padding, Property, Provider, names as cng};
use inkan_win32::error::CallError;
use inkan_win32::legacy::{self, LegacyKey};

use super::providers::{OpenProvider, Providers};
use crate::error::TokenError;
use crate::keystore::content::{KeyEntry, KeyGoneReason, KeyProtection};
use crate::windows_store::code::{Meaning, key_error, meaning};
use crate::windows_store::link::Link;
use crate::windows_store::{blob, names};

/// Opens a key of a key storage provider. Other providers are opened for the moment. `silent`: no use of it shows a
/// prompt.
pub(super) fn open(providers: &Providers, link: &Link, silent: bool) -> Result<Key, CallError> {
    let opened;
    let provider = match providers.named(&link.provider) {
        Some(provider) => &provider.handle,
        None => {
            opened = Provider::open(&link.provider)?;
            &opened
        }
    };
    Key::open(provider, &link.container, link.key_spec, link.flags, silent)
}

/// The link as Windows stores it.
pub(super) fn to_system(link: &Link) -> KeyLink {
    KeyLink {
        container: link.container.clone(),
        provider: link.provider.clone(),
        provider_type: link.provider_type,
        flags: link.flags,
        key_spec: link.key_spec,
    }
}

/// The link as the agent stores it.
pub(super) fn from_system(link: &KeyLink) -> Link {
    Link {
        provider: link.provider.clone(),
        container: link.container.clone(),
        provider_type: link.provider_type,
        key_spec: link.key_spec,
        flags: link.flags,
    }
}

/// Reads the key that a link names; `Ok(None)` if it is of an unsupported type.
pub(super) fn find(providers: &Providers, link: &Link) -> Result<Option<KeyEntry>, CallError> {
    if link.is_legacy() {
        let key = LegacyKey::open(&to_system(link), true)?;
        let public = blob::legacy_public_key(&key.export_public()?);
        return Ok(public.and_then(|public| described(&public, link, None)));
    }
    let key = open(providers, link, true)?;
    let protection = providers.named(&link.provider).map(|p| p.protection);
    Ok(public_key(&key)?.and_then(|public| described(&public, link, protection)))
}

/// Reads an opened key.
///
/// # Errors
/// [`TokenError::NoAlgorithm`] for a key of an unsupported type.
pub(super) fn entry(
    key: &Key,
    link: &Link,
    protection: Option<KeyProtection>,
) -> Result<KeyEntry, TokenError> {
    let public = public_key(key).map_err(|e| key_error(link, "", e.call, e.code))?;
    let entry = public.and_then(|public| described(&public, link, protection));
    entry.ok_or(TokenError::NoAlgorithm)
}

fn public_key(key: &Key) -> Result<Option<PublicKey>, CallError> {
    let blob = match key.text(cng::ALGORITHM_GROUP)?.as_str() {
        "RSA" => cng::RSA_PUBLIC_BLOB,
        "ECDSA" => cng::ECC_PUBLIC_BLOB,
        _ => return Ok(None),
    };
    Ok(blob::public_key(&key.export_public(blob)?))
}

fn described(
    public: &PublicKey,
    link: &Link,
    protection: Option<KeyProtection>,
) -> Option<KeyEntry> {
    let name = names::parse(&link.container).filter(|_| !link.is_legacy());
    Some(KeyEntry {
        reference: link.reference(),
        label: name.map(|name| name.label).unwrap_or_default(),
        location: None,
        algorithm: public.algorithm(),
        spki_der: public.to_spki().ok()?,
        always_authenticate: false,
        protection,
    })
}

/// Whether the key reports that no form of it may be exported. A provider that does not report it could export it.
pub(super) fn is_confined(key: &Key) -> bool {
    key.number(cng::EXPORT_POLICY)
        .is_ok_and(|policy| policy == 0)
}

/// Deletes a key that must not remain, and makes sure of it.
///
/// # Errors
/// [`TokenError::Failed`] with the code of the deletion, if the key may still be there.
pub(super) fn discard(
    key: Key,
    provider: &OpenProvider,
    container: &str,
) -> Result<(), TokenError> {
    let Err(error) = key.delete() else {
        return Ok(());
    };
    let name = provider.name;
    let opened = Key::open(&provider.handle, container, 0, 0, true);
    match opened.map_err(|e| meaning(e.code)) {
        // A provider that kept it in memory only. A key that cannot be decrypted now may be usable later.
        Err(Meaning::Gone(KeyGoneReason::Deleted) | Meaning::Unsupported) => Ok(()),
        Ok(_) | Err(_) => Err(TokenError::Failed {
            operation: error.call.to_owned(),
            detail: format!("0x{:08x}: the new key remains in {name}", error.code),
        }),
    }
}

/// Signs a message.
///
/// # Errors
/// [`TokenError::KeyLost`], [`TokenError::Cancelled`], [`TokenError::CannotSign`], [`TokenError::Failed`].
pub(super) fn sign(
    providers: &Providers,
    link: &Link,
    computer: &str,
    scheme: SignatureScheme,
    message: &[u8],
) -> Result<Vec<u8>, TokenError> {
    let failed = |e: CallError| key_error(link, computer, e.call, e.code);
    let hash = padding::hash(scheme.hash(), message);
    if link.is_legacy() {
        if scheme.is_pss() {
            return Err(TokenError::CannotSign);
        }
        let key = LegacyKey::open(&to_system(link), false).map_err(failed)?;
        let mut signature = key
            .sign(legacy_hash(scheme.hash()), &hash)
            .map_err(failed)?;
        signature.reverse();
        return Ok(signature);
    }
    let key = open(providers, link, false).map_err(failed)?;
    let signature = key.sign(&hash, system_padding(scheme)).map_err(failed)?;
    match scheme {
        SignatureScheme::EcdsaP256Sha256 => to_der(&signature, 32),
        SignatureScheme::EcdsaP384Sha384 => to_der(&signature, 48),
        _ => Ok(signature),
    }
}

fn to_der(signature: &[u8], number_length: usize) -> Result<Vec<u8>, TokenError> {
    ecdsa::raw_to_der(signature, number_length).ok_or_else(|| TokenError::Failed {
        operation: "NCryptSignHash".to_owned(),
        detail: format!("{} bytes", signature.len()),
    })
}

const fn hash_name(hash: Hash) -> &'static str {
    match hash {
        Hash::Sha256 => "SHA256",
        Hash::Sha384 => "SHA384",
        Hash::Sha512 => "SHA512",
    }
}

const fn legacy_hash(hash: Hash) -> u32 {
    match hash {
        Hash::Sha256 => legacy::SHA_256,
        Hash::Sha384 => legacy::SHA_384,
        Hash::Sha512 => legacy::SHA_512,
    }
}

fn system_padding(scheme: SignatureScheme) -> Padding {
    let name = hash_name(scheme.hash());
    match scheme {
        SignatureScheme::EcdsaP256Sha256 | SignatureScheme::EcdsaP384Sha384 => Padding::None,
        _ if scheme.is_pss() => {
            let salt = u32::try_from(padding::salt_length(scheme)).unwrap_or_default();
            Padding::Pss(name, salt)
        }
        _ => Padding::Pkcs1(name),
    }
}
