//! Facts about HSM products.
//!
//! A profile holds the usual paths of a product's PKCS#11 module and what is special about it. It does not promise that the product
//! was tried: see [`Profile::tested`].
//!
//! One child per product, with its facts.

mod cloudhsm;
mod kryoptic;
mod luna;
mod nshield;
mod nss;
mod opencryptoki;
mod softhsm2;
mod tpm2_pkcs11;
mod utimaco;
mod yubihsm2;

use std::path::Path;

use crate::shares::new_pin::PinPrefix;

/// What is known about one HSM product.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// Name used in a specification, e.g. `softhsm2`.
    pub name: &'static str,
    /// Name of the product.
    pub product: &'static str,
    /// Usual paths of the PKCS#11 module, tried in this order.
    pub module_candidates: &'static [&'static str],
    /// Whether `apply` initialises tokens of this product with `C_InitToken`. Otherwise the vendor's tool does.
    pub initializes_tokens: bool,
    /// Whether a wrong PIN is known to set `CKF_USER_PIN_COUNT_LOW`, so that a token without that flag has counted none. A
    /// specification can override it (`pin_flags`).
    pub shows_pin_flags: bool,
    /// Whether its module reaches the HSM over a network. If not, the server lets it use none. A configuration can override it
    /// (`hsm.module_network`).
    pub needs_network: bool,
    /// Length of the `CKA_ID` of new keys, in bytes.
    pub key_id_bytes: usize,
    /// The beginning of a PIN that is a name and no secret.
    pub pin_prefix: PinPrefix,
    /// How its keys are backed up and recovered.
    pub backup: Backup,
    /// Whether the tests include this product.
    pub tested: bool,
    /// How it reports itself: parts of the manufacturer, description or model of library and token.
    pub reports_as: &'static [&'static str],
    /// What an officer should know before using it, one sentence each.
    pub notes: &'static [&'static str],
    /// What public documents state about it. It was not checked on a device.
    pub sources: &'static [SourcedFact],
}

/// How the keys of a product are backed up and recovered.
#[derive(Debug, PartialEq, Eq)]
pub struct Backup {
    /// By what.
    pub by: BackupBy,
    /// How, one or two sentences.
    pub means: &'static str,
    /// What must be kept apart from each other, so that nobody can restore alone.
    pub apart: &'static str,
    /// How the recovery is rehearsed.
    pub rehearsal: &'static str,
    /// The document that states the means; none where no document was needed.
    pub source: Option<&'static Source>,
}

/// By what a backup is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupBy {
    /// `inkan-hsm backup`: its tokens are files.
    Program,
    /// The vendor's tool, or a copy made while nothing uses the token.
    Other,
    /// Nothing: the keys cannot leave the device.
    Nothing,
}

/// A public document.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Its title.
    pub title: &'static str,
    /// Its address.
    pub url: &'static str,
}

/// A fact about a product and the public document that states it.
#[derive(Debug, PartialEq, Eq)]
pub struct SourcedFact {
    /// The fact, one sentence.
    pub fact: &'static str,
    /// Title of the document.
    pub title: &'static str,
    /// Its address.
    pub url: &'static str,
}

/// `CKA_ID` length where the product sets no limit of its own.
const USUAL_KEY_ID: usize = 16;

/// Said of every product that is not hardware.
const SOFTWARE: &str =
    "Software only: for tests, demonstrations and development, never for a bank's keys.";

const PROFILES: &[Profile] = &[
    softhsm2::PROFILE,
    kryoptic::PROFILE,
    nss::PROFILE,
    opencryptoki::PROFILE,
    tpm2_pkcs11::PROFILE,
    luna::PROFILE,
    nshield::PROFILE,
    utimaco::PROFILE,
    yubihsm2::PROFILE,
    cloudhsm::PROFILE,
];

impl Profile {
    /// The built-in profile of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// The profiles that a library or token may belong to, by what it reports and by the name of its module.
    pub(crate) fn fitting(module: &Path, reported: &[&str]) -> Vec<(&'static Self, String)> {
        let file = module.file_name();
        let fits = |profile: &'static Self| {
            let part = profile
                .reports_as
                .iter()
                .find(|part| reported.iter().any(|text| text.contains(*part)));
            if let Some(part) = part {
                return Some((profile, format!("it reports \"{part}\"")));
            }
            let mut usual = profile.module_candidates.iter().map(Path::new);
            usual
                .any(|path| path.file_name() == file)
                .then(|| (profile, "the module has its usual name".to_owned()))
        };
        PROFILES.iter().filter_map(fits).collect()
    }

    /// All built-in profiles.
    pub fn all() -> &'static [Self] {
        PROFILES
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_only_what_runs_here_is_marked_as_tested() {
        let mut names: Vec<_> = Profile::all().iter().map(|p| p.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Profile::all().len());
        let tested: Vec<_> = Profile::all()
            .iter()
            .filter(|p| p.tested)
            .map(|p| p.name)
            .collect();
        assert_eq!(
            tested,
            ["softhsm2", "kryoptic", "nss", "opencryptoki", "tpm2-pkcs11"]
        );
        for profile in Profile::all() {
            assert_eq!(
                profile.sources.is_empty(),
                profile.tested,
                "{}",
                profile.name
            );
            for source in profile.sources {
                assert!(source.url.starts_with("https://") && !source.title.is_empty());
            }
            // What the program does itself runs in the tests; what a vendor does is known from a document.
            assert_eq!(
                profile.backup.source.is_none(),
                profile.tested,
                "{}",
                profile.name
            );
            assert!(profile.tested || profile.backup.by == BackupBy::Other);
        }
    }

    #[test]
    fn unknown_name_is_none() {
        assert!(Profile::named("softhsm3").is_none());
    }
}
