//! What a module finds on its tokens without a PIN, in a process of its own: SoftHSM reads its configuration once per process, so only
//! another process sees a token that was put there, or a copy.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use inkan_pki::pkcs11::error::Pkcs11Error;
use inkan_pki::pkcs11::keys::list_public_keys;
use inkan_pki::pkcs11::module::Module;
use inkan_pki::pkcs11::session::{Access, Session};
use inkan_pki::x509::fingerprint::sha256_hex;
use serde::{Deserialize, Serialize};

use super::RecoveryError;
use crate::spec::Spec;

/// The hidden command that calls [`answer`].
const COMMAND: &str = "token-contents";
/// Variable that names SoftHSM's configuration.
const CONFIGURATION: &str = "SOFTHSM2_CONF";
/// Largest question read, in bytes.
const MAX_QUESTION: u64 = 64 * 1024;

#[derive(Serialize, Deserialize)]
struct Question {
    module: PathBuf,
    parameters: Option<String>,
}

/// All initialised tokens of a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Contents {
    /// What the library reports about itself.
    pub(super) library: String,
    pub(super) tokens: Vec<TokenContents>,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TokenContents {
    pub(super) label: String,
    pub(super) serial: String,
    pub(super) manufacturer: String,
    pub(super) model: String,
    /// SHA-256 of its public keys, hex, sorted.
    pub(super) keys: Vec<String>,
}

impl Contents {
    /// The only token with this label.
    pub(super) fn labelled(&self, label: &str) -> Option<&TokenContents> {
        let mut found = self.tokens.iter().filter(|token| token.label == label);
        match (found.next(), found.next()) {
            (Some(token), None) => Some(token),
            _ => None,
        }
    }
}

/// Asks a process. `program` answers `token-contents` by [`answer`]; `configuration` is SoftHSM's, if not that of this process.
pub(super) fn read(
    spec: &Spec,
    program: &Path,
    configuration: Option<&Path>,
) -> Result<Contents, RecoveryError> {
    let module = spec.module_path().map_err(crate::apply::ApplyError::Spec)?;
    let parameters = spec.module_parameters().map(str::to_owned);
    let question = Question { module, parameters };
    let mut command = Command::new(program);
    command.arg(COMMAND).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(configuration) = configuration {
        command.env(CONFIGURATION, configuration);
    }
    let failed = |error: io::Error| RecoveryError::Contents(error.to_string());
    let mut child = command.spawn().map_err(failed)?;
    let text = serde_json::to_vec(&question).map_err(|error| failed(error.into()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A process that ended early is reported below.
        let _ = stdin.write_all(&text);
    }
    let ended = child.wait_with_output().map_err(failed)?;
    let answer = ended.stdout.rsplit(|byte| *byte == b'\n').nth(1);
    match answer.and_then(|line| serde_json::from_slice(line).ok()) {
        Some(contents) if ended.status.success() => Ok(contents),
        _ => {
            let written = String::from_utf8_lossy(&ended.stderr);
            let written = written.trim();
            let shown = if written.is_empty() {
                ended.status.to_string()
            } else {
                written.to_owned()
            };
            Err(RecoveryError::Contents(shown))
        }
    }
}

/// Answers the question on standard input with one line on standard output.
///
/// # Errors
/// As text, for standard error of this process.
pub fn answer() -> Result<(), String> {
    let mut text = Vec::new();
    let read = io::stdin().take(MAX_QUESTION).read_to_end(&mut text);
    read.map_err(|error| error.to_string())?;
    let question: Question = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    let contents = found(&question).map_err(|error| error.to_string())?;
    let mut line = serde_json::to_vec(&contents).map_err(|error| error.to_string())?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)
        .and_then(|()| out.flush())
        .map_err(|error| error.to_string())
}

fn found(question: &Question) -> Result<Contents, Pkcs11Error> {
    let module = Module::load_with(&question.module, question.parameters.as_deref())?;
    let mut tokens = Vec::new();
    for info in module.tokens()? {
        if !info.readable || !info.initialized {
            continue;
        }
        let session = Session::open(&module, &info, Access::ReadOnly)?;
        let keys = list_public_keys(&session)?;
        let mut keys: Vec<_> = keys.iter().map(|spki| sha256_hex(spki)).collect();
        keys.sort();
        tokens.push(TokenContents {
            label: info.label,
            serial: info.serial,
            manufacturer: info.manufacturer,
            model: info.model,
            keys,
        });
    }
    let library = module.library()?.to_string();
    Ok(Contents { library, tokens })
}
