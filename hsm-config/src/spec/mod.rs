//! The specification of one environment: tokens, keys, certificates, custodians.
//!
//! Every [`Spec`] has been checked in itself. Whether the HSM matches it is checked by `verify`.
//!
//! - `raw`: the TOML tables as written
//! - `check`: from tables to a checked [`Spec`]
//! - `fields`: rules for single values
//! - `error`: what can be wrong
//! - `types`: tokens, keys, certificates, custodians

mod check;
mod error;
mod fields;
mod raw;
mod types;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use inkan_pki::pkcs11::{ErrorKind, Module, Pkcs11Error};
use inkan_pki::secret::Pin;
use thiserror::Error;

pub use error::{Expected, Problem, SpecError};
pub use types::{CertificateSpec, Custodian, KeySpec, KeyUse, Subject, TokenSpec};

use crate::pin_source::{PinError, Prompt};
use crate::profile::Profile;

/// Largest specification read, in bytes.
pub const MAX_SPEC_BYTES: u64 = 256 * 1024;

/// A checked specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    source: PathBuf,
    pub(crate) environment: String,
    pub(crate) profile: &'static Profile,
    pub(crate) module: Option<PathBuf>,
    pub(crate) module_parameters: Option<String>,
    pub(crate) shows_pin_flags: bool,
    pub(crate) certificate_dir: PathBuf,
    pub(crate) tokens: Vec<TokenSpec>,
    pub(crate) keys: Vec<KeySpec>,
    pub(crate) certificates: Vec<CertificateSpec>,
    pub(crate) custodians: Vec<Custodian>,
}

/// Why the module could not be loaded. Sentences are in [`catalogue::module`](crate::catalogue::module).
#[derive(Debug, Error)]
pub enum ModuleError {
    /// The specification names no usable module.
    #[error("{0}")]
    Spec(#[from] SpecError),
    /// The module could not be initialised.
    #[error("{0}")]
    Hsm(#[from] Pkcs11Error),
}

impl Spec {
    /// Reads and checks a specification. Relative paths in it are relative to its directory.
    ///
    /// # Errors
    /// [`SpecError`] with file, field and problem.
    pub fn load(path: &Path) -> Result<Self, SpecError> {
        let failed = |problem| SpecError {
            file: path.to_owned(),
            field: String::new(),
            problem,
        };
        let unreadable = |e: std::io::Error| failed(Problem::Unreadable(e.kind()));
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(failed(Problem::Unreadable(
                std::io::ErrorKind::InvalidInput,
            )));
        }
        if metadata.len() > MAX_SPEC_BYTES {
            return Err(failed(Problem::FileTooLarge(MAX_SPEC_BYTES)));
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let base = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, base, path)
    }

    /// Checks a specification given as text. Relative paths in it are relative to `base`; errors name it `source`.
    ///
    /// # Errors
    /// [`SpecError`] with file, field and problem.
    pub fn parse(text: &str, base: &Path, source: &Path) -> Result<Self, SpecError> {
        check::check(text, base, source)
    }

    /// The file this came from.
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// Name of the environment, e.g. `demo`.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// The HSM product.
    pub fn profile(&self) -> &'static Profile {
        self.profile
    }

    /// Whether the HSM's tokens set their PIN flags after a wrong PIN.
    pub fn shows_pin_flags(&self) -> bool {
        self.shows_pin_flags
    }

    /// Directory of the certificates and the transcript.
    pub fn certificate_dir(&self) -> &Path {
        &self.certificate_dir
    }

    /// Path of the PKCS#11 module: the specified one, or the first of the profile's that exists.
    ///
    /// # Errors
    /// [`Problem::ModuleNotFound`] with the paths tried.
    pub fn module_path(&self) -> Result<PathBuf, SpecError> {
        let candidates: Vec<PathBuf> = match &self.module {
            Some(path) => vec![path.clone()],
            None => self
                .profile
                .module_candidates
                .iter()
                .map(PathBuf::from)
                .collect(),
        };
        match candidates.iter().find(|path| path.is_file()) {
            Some(path) => Ok(path.clone()),
            None => Err(SpecError {
                file: self.source.clone(),
                field: "module".to_owned(),
                problem: Problem::ModuleNotFound(candidates),
            }),
        }
    }

    /// The text for the reserved argument of `C_Initialize`, which NSS needs.
    pub fn module_parameters(&self) -> Option<&str> {
        self.module_parameters.as_deref()
    }

    /// Loads the PKCS#11 module.
    ///
    /// # Errors
    /// [`ModuleError::Spec`] when the file is missing or not a module, else the module's error.
    pub fn load_module(&self) -> Result<Arc<Module>, ModuleError> {
        let path = self.module_path()?;
        Module::load_with(&path, self.module_parameters()).map_err(|error| match *error.kind {
            ErrorKind::NotAModule { reason, .. } | ErrorKind::ModuleMissing { reason, .. } => {
                ModuleError::Spec(SpecError {
                    file: self.source.clone(),
                    field: "module".to_owned(),
                    problem: Problem::NotAModule(path, reason),
                })
            }
            _ => ModuleError::Hsm(error),
        })
    }

    /// All tokens, in the order of the file.
    pub fn tokens(&self) -> &[TokenSpec] {
        &self.tokens
    }

    /// All keys, in the order of the file.
    pub fn keys(&self) -> &[KeySpec] {
        &self.keys
    }

    /// All certificates, issuers before what they sign.
    pub fn certificates(&self) -> &[CertificateSpec] {
        &self.certificates
    }

    /// Who takes part in the ceremony.
    pub fn custodians(&self) -> &[Custodian] {
        &self.custodians
    }

    /// The token of that id.
    pub fn token(&self, id: &str) -> Option<&TokenSpec> {
        self.tokens.iter().find(|token| token.id == id)
    }

    /// The key of that id.
    pub fn key(&self, id: &str) -> Option<&KeySpec> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// The certificate of the key of that id.
    pub fn certificate(&self, key_id: &str) -> Option<&CertificateSpec> {
        self.certificates.iter().find(|c| c.key == key_id)
    }

    /// File of the certificate of this key: `<certificate_dir>/<id>.pem`.
    pub fn certificate_path(&self, key_id: &str) -> PathBuf {
        self.certificate_dir.join(format!("{key_id}.pem"))
    }

    /// File of the CRL of this root: `<certificate_dir>/<id>.crl`.
    pub fn crl_path(&self, key_id: &str) -> PathBuf {
        self.certificate_dir.join(format!("{key_id}.crl"))
    }

    /// File of the transcript.
    pub fn transcript_path(&self) -> PathBuf {
        self.certificate_dir.join("transcript.jsonl")
    }
}

impl TokenSpec {
    /// Reads the user PIN from its source; prompts for it only when `terminal`.
    ///
    /// # Errors
    /// [`PinError`].
    pub fn read_pin(&self, terminal: bool) -> Result<Pin, PinError> {
        let question = format!("PIN of token \"{}\"", self.label);
        self.pin.read(if terminal {
            Prompt::Ask(&question)
        } else {
            Prompt::Never
        })
    }
}
