//! `inkan-server audit`: verifies the chain, exports it, lists its signed heads; needs only the database, no HSM.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use inkan_hsm_config::Spec;
use inkan_hsm_config::catalogue;
use inkan_hsm_config::spec::KeyUse;
use inkan_hsm_config::transcript::Transcript;
use serde_json::json;

use super::config::{self, Config};
use super::database;
use super::error::AppError;
use super::log::say;
use crate::services::audit::checkpoint::{from_json, to_json};
use crate::services::audit::{Checkpoint, Verdict, export, verify};
use crate::store::Store;
use crate::store::audit::{self, Break, Chain, checkpoints};

/// Rows of one read.
const PAGE: i64 = 5000;

/// What to do with the audit log.
#[derive(Debug, Clone, Subcommand)]
pub enum AuditCommand {
    /// Check the whole chain: exit code 0, or 4 and the first row that does not match.
    Verify(VerifyOptions),
    /// Write rows to standard output, oldest first.
    Export(ExportOptions),
    /// Write every signed head to standard output; keep them elsewhere.
    Checkpoints {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
    },
}

/// Options of `audit verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyOptions {
    /// The configuration file.
    #[arg(long)]
    pub config: PathBuf,
    /// Signed heads that were kept elsewhere, in the format of `audit checkpoints`.
    #[arg(long)]
    pub checkpoints: Option<PathBuf>,
    /// SHA-256 of the audit key's public key, hex; repeat for an earlier key (default: those in the ceremony's transcript).
    #[arg(long, value_parser = digest)]
    pub key_sha256: Vec<String>,
    /// Print the result as one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Options of `audit export`.
#[derive(Debug, Clone, Args)]
pub struct ExportOptions {
    /// The configuration file.
    #[arg(long)]
    pub config: PathBuf,
    /// Only rows after this one.
    #[arg(long, default_value_t = 0)]
    pub after: i64,
    /// JSON has every field of the hash; CSV is for spreadsheets.
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    pub format: Format,
}

/// Form of an export.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    /// One JSON object per line.
    Jsonl,
    /// Comma-separated, no field is a formula.
    Csv,
}

/// Runs the command.
///
/// # Errors
/// [`AppError::AuditBroken`] if the chain is broken.
pub async fn run(command: AuditCommand) -> Result<(), AppError> {
    match command {
        AuditCommand::Verify(options) => {
            let config = config::load(&options.config)?;
            let mut keys = options.key_sha256;
            let given = !keys.is_empty();
            if !given {
                keys = recorded_keys(&config)?;
            }
            let kept = match &options.checkpoints {
                Some(file) => read_checkpoints(file)?,
                None => Vec::new(),
            };
            let store = database::open_to_read(&config).await?;
            let checked = if given {
                known(&store, &config, &keys, &kept).await
            } else {
                Ok(())
            };
            let found = match checked {
                Ok(()) => verify(&store, &keys, &kept).await.map_err(AppError::from),
                Err(error) => Err(error),
            };
            store.close().await;
            let found = found?;
            if options.json {
                say(&as_json(&found, &keys));
            } else {
                report(&found, &keys);
            }
            outcome(&found)
        }
        AuditCommand::Export(options) => {
            let config = config::load(&options.config)?;
            let store = database::open_to_read(&config).await?;
            let done = export_rows(&store, options.after, options.format).await;
            store.close().await;
            done
        }
        AuditCommand::Checkpoints { config } => {
            let config = config::load(&config)?;
            let store = database::open_to_read(&config).await?;
            let done = write_checkpoints(&store).await;
            store.close().await;
            done
        }
    }
}

async fn write_checkpoints(store: &Store) -> Result<(), AppError> {
    let mut after = 0;
    loop {
        let page = checkpoints::after(store, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.seq;
        for one in &page {
            say(&to_json(one));
        }
    }
}

async fn export_rows(store: &Store, mut after: i64, format: Format) -> Result<(), AppError> {
    if matches!(format, Format::Csv) {
        say(export::csv_head().trim_end());
    }
    loop {
        let page = audit::after(store, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.seq;
        for row in &page {
            match format {
                Format::Jsonl => say(&export::json_line(row)),
                Format::Csv => say(export::csv_line(row).trim_end()),
            }
        }
    }
}

/// A SHA-256 in hexadecimal, lower case; a mistyped one is an error of the command line, not a finding about the log.
fn digest(text: &str) -> Result<String, String> {
    let digest = text.to_ascii_lowercase();
    if digest.len() == 64 && digest.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        return Ok(digest);
    }
    Err("a SHA-256 has 64 hexadecimal digits".to_owned())
}

/// Digests that belong to no key are the caller's mistake: with them every signed head would look forged.
async fn known(
    store: &Store,
    config: &Config,
    given: &[String],
    kept: &[Checkpoint],
) -> Result<(), AppError> {
    // The ceremony's transcript need not be on this machine.
    let mut known = recorded_keys(config).unwrap_or_default();
    known.extend(kept.iter().map(Checkpoint::key_sha256));
    let mut after = 0;
    loop {
        let page = checkpoints::after(store, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        known.extend(page.iter().map(Checkpoint::key_sha256));
    }
    match given.iter().find(|digest| !known.contains(digest)) {
        Some(digest) if !known.is_empty() => Err(AppError::NoSuchAuditKey(digest.clone())),
        Some(_) | None => Ok(()),
    }
}

/// The digests of audit keys in the transcripts of the ceremonies.
fn recorded_keys(config: &Config) -> Result<Vec<String>, AppError> {
    let mut digests = Vec::new();
    for unit in config.hsm.units() {
        digests.extend(recorded_in(&Spec::load(unit.spec)?)?);
    }
    Ok(digests)
}

fn recorded_in(spec: &Spec) -> Result<Vec<String>, AppError> {
    let unreadable = |error| {
        AppError::System(format!(
            "transcript: {}",
            catalogue::transcript(&error).sentence
        ))
    };
    let transcript = Transcript::load(&spec.transcript_path()).map_err(unreadable)?;
    let Some(transcript) = transcript else {
        return Ok(Vec::new());
    };
    let keys = spec.keys().iter();
    let of_audit = keys.filter(|key| key.key_use == KeyUse::Audit);
    let digest = |id: &str| {
        let line = transcript.done(&format!("key:{id}"))?;
        line.details.get("spki_sha256").cloned()
    };
    Ok(of_audit.filter_map(|key| digest(&key.id)).collect())
}

fn read_checkpoints(file: &Path) -> Result<Vec<Checkpoint>, AppError> {
    let bad = |why: String| AppError::System(format!("{}: {why}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| bad(error.to_string()))?;
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| {
            from_json(line).ok_or_else(|| bad(format!("line {}: no checkpoint", number + 1)))
        })
        .collect()
}

fn report(found: &Verdict, keys: &[String]) {
    if let Chain::Whole { rows, hash } = &found.chain {
        let signed = found.signed_up_to;
        say(&format!("whole: {rows} rows, last hash {hash}"));
        if keys.is_empty() {
            say(
                "signed: unknown; no audit key is known (no transcript, no --key-sha256), so no signature counts",
            );
            return;
        }
        say(&format!(
            "signed: {} heads, up to row {signed}",
            found.checkpoints
        ));
        say(&format!("signed with: {}", keys.join(", ")));
    }
}

fn as_json(found: &Verdict, keys: &[String]) -> String {
    let chain = match &found.chain {
        Chain::Whole { rows, hash } => json!({ "whole": true, "rows": rows, "hash": hash }),
        Chain::Broken { seq, why } => json!({ "whole": false, "row": seq, "why": why }),
    };
    let mut all = chain;
    all["signed_heads"] = json!(found.checkpoints);
    all["signed_up_to"] = json!(found.signed_up_to);
    all["key_known"] = json!(found.key_known);
    all["keys_sha256"] = json!(keys);
    all.to_string()
}

/// A broken chain is a separate error.
fn outcome(found: &Verdict) -> Result<(), AppError> {
    match &found.chain {
        // An empty log must not pass as intact.
        Chain::Whole { rows: 0, .. } => Err(AppError::AuditEmpty),
        Chain::Whole { .. } => Ok(()),
        Chain::Broken { seq, why } => Err(AppError::AuditBroken {
            seq: *seq,
            why: words(*why),
        }),
    }
}

/// For the operator.
fn words(why: Break) -> &'static str {
    match why {
        Break::Missing => "it is missing",
        Break::Edited => "it was changed, or swapped with another row",
        Break::Unlinked => "it does not follow the row before it",
        Break::CutOff => "the log was cut off before it",
        Break::PastHead => "it is after the head of the log",
        Break::Head => "the head of the log does not match it",
        Break::NotAsSigned => "it differs from the row that was signed in a checkpoint",
        Break::Signature => "the signature of its checkpoint is invalid",
        Break::CheckpointGone => "its signed head, which the log records, was deleted",
    }
}
