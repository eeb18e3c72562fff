//! The key storage providers that keep this computer's keys, the preferred one first.

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_win32::cng::provider::KeyName;
use inkan_win32::cng::{Property, Provider, names};
use inkan_win32::error::CallError;

use crate::error::TokenError;
use crate::keystore::content::KeyProtection;
use crate::windows_store::code::token_error;
use crate::windows_store::names as container;

/// An opened provider.
#[derive(Debug)]
pub(super) struct OpenProvider {
    pub(super) name: &'static str,
    pub(super) protection: KeyProtection,
    pub(super) handle: Provider,
    /// The reader of the one card that is meant.
    reader: Option<String>,
    /// Whether RSA signatures with PSS have the salt that TLS 1.3 demands.
    pss: bool,
}

/// Those that this computer has.
#[derive(Debug)]
pub(super) struct Providers(Vec<OpenProvider>);

impl Providers {
    /// Those of the computer, or the one for the card in this reader.
    ///
    /// # Errors
    /// As [`Providers::open`]; the error of a card without a minidriver.
    pub(super) fn of(reader: Option<&str>) -> Result<Self, TokenError> {
        let Some(reader) = reader else {
            return Self::open();
        };
        let name = names::SMART_CARD_PROVIDER;
        let failed = |e: CallError| token_error(e.call, e.code);
        let handle = Provider::open(name).map_err(failed)?;
        let mut provider = OpenProvider::new(name, KeyProtection::Card, handle);
        provider.reader = Some(reader.to_owned());
        // Without a minidriver for the card, this fails.
        provider.key_names().map_err(failed)?;
        Ok(Self(vec![provider]))
    }

    /// Opens them. A computer without a TPM has only the second.
    ///
    /// # Errors
    /// The error of the software provider, if none opens.
    fn open() -> Result<Self, TokenError> {
        let mut all = Vec::new();
        let mut refused = None;
        for (name, protection) in [
            (names::PLATFORM_PROVIDER, KeyProtection::Tpm),
            (names::SOFTWARE_PROVIDER, KeyProtection::Software),
        ] {
            match Provider::open(name) {
                Ok(handle) => all.push(OpenProvider::new(name, protection, handle)),
                Err(error) => refused = Some(token_error(error.call, error.code)),
            }
        }
        match refused {
            Some(error) if all.is_empty() => Err(error),
            _ => Ok(Self(all)),
        }
    }

    pub(super) fn all(&self) -> &[OpenProvider] {
        &self.0
    }

    pub(super) fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|provider| provider.name).collect()
    }

    /// The opened provider with this name.
    pub(super) fn named(&self, name: &str) -> Option<&OpenProvider> {
        self.0.iter().find(|p| p.name.eq_ignore_ascii_case(name))
    }

    /// Whether one of them keeps keys in this way.
    pub(super) fn have(&self, protection: KeyProtection) -> bool {
        self.0.iter().any(|p| p.protection == protection)
    }
}

impl OpenProvider {
    fn new(name: &'static str, protection: KeyProtection, handle: Provider) -> Self {
        // The firmware of most TPMs signs PSS with the longest salt, or not at all. A provider that does not report the
        // length is a TPM of which nothing better is known.
        let pss = match protection {
            KeyProtection::Tpm => {
                handle.number(names::PSS_SALT_SIZE).ok() == Some(names::PSS_SALT_SIZE_HASH)
            }
            KeyProtection::Software => true,
            // Nothing is known of the card, and a trial would ask for its PIN.
            KeyProtection::Card => false,
        };
        Self {
            name,
            protection,
            handle,
            reader: None,
            pss,
        }
    }

    /// The names of its keys.
    ///
    /// # Errors
    /// The code of `NCryptEnumKeys`.
    pub(super) fn key_names(&self) -> Result<Vec<KeyName>, CallError> {
        let scope = self
            .reader
            .as_ref()
            .map(|reader| format!("\\\\.\\{reader}\\"));
        self.handle.key_names(scope.as_deref())
    }

    /// A name for a new container, and the same as the provider takes it. Names on cards are short.
    pub(super) fn new_name(
        &self,
        computer: &str,
        random: [u8; container::RANDOM],
        label: &str,
    ) -> (String, String) {
        match &self.reader {
            None => {
                let name = container::make(computer, random, label);
                (name.clone(), name)
            }
            Some(reader) => {
                let name = container::make_short(computer, random);
                let path = format!("\\\\.\\{reader}\\{name}");
                (name, path)
            }
        }
    }

    /// Whether it may generate such keys. A TPM may still refuse a length.
    pub(super) fn may_generate(&self, algorithm: KeyAlgorithm) -> bool {
        // No TPM has RSA keys of 4096 bits; asking takes some of them a minute.
        let known_not = self.protection == KeyProtection::Tpm && algorithm == KeyAlgorithm::Rsa4096;
        !known_not && self.handle.supports(algorithm_name(algorithm))
    }

    /// The schemes of such a key, in order of preference.
    pub(super) fn schemes(&self, algorithm: KeyAlgorithm) -> Vec<SignatureScheme> {
        let schemes = algorithm.schemes().iter().copied();
        schemes.filter(|s| self.pss || !s.is_pss()).collect()
    }
}

/// The name that Windows gives to the algorithm.
pub(super) const fn algorithm_name(algorithm: KeyAlgorithm) -> &'static str {
    match algorithm {
        KeyAlgorithm::EcP256 => names::ECDSA_P256,
        KeyAlgorithm::EcP384 => names::ECDSA_P384,
        KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => names::RSA,
    }
}
