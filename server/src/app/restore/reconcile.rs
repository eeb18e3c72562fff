//! `inkan-server restore reconcile`: collects the evidence, reconciles, and reports.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use crate::app::config::{self, Config};
use crate::app::error::AppError;
use crate::app::log::say;
use crate::app::rollback::file::HighWaterFile;
use crate::app::rollback::published;
use crate::app::{database, hsm, mail};
use crate::ca::{CaId, IssuingCa};
use crate::services::account_service::AccountService;
use crate::services::accounts::passwords::Passwords;
use crate::services::certificates::status::StatusMemory;
use crate::services::recovery::export::LostRows;
use crate::services::recovery::reconcile::Order;
use crate::services::recovery::report::{Report, Touched};
use crate::services::recovery::{Evidence, HighWater};
use crate::store::audit::AuditRow;
use crate::store::{Store, StoreError, open};

/// Rows of an audit export that are read at most.
const MAX_ROWS: usize = 5_000_000;

/// Options of `restore reconcile`.
#[derive(Debug, Clone, Args)]
pub struct ReconcileOptions {
    /// The configuration file.
    #[arg(long)]
    pub config: PathBuf,
    /// A published CRL (DER or PEM); repeat for others. The newest whole CRL of each CA decides.
    #[arg(long)]
    pub crl: Vec<PathBuf>,
    /// Output of `audit export` (JSON lines) that is newer than the backup.
    #[arg(long)]
    pub audit_export: Option<PathBuf>,
    /// The high-water file of another server of this bank; repeat for others.
    #[arg(long)]
    pub high_water: Vec<PathBuf>,
    /// There is neither a high-water file nor a CRL: suspend every active certificate.
    #[arg(long)]
    pub without_evidence: bool,
    /// Something is known, not everything: suspend every active certificate of the CAs that this is about.
    #[arg(long)]
    pub accept_incomplete: bool,
    /// Report what would be done, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
///
/// # Errors
/// [`AppError::Evidence`], [`AppError::Crl`], [`AppError::HighWater`], [`AppError::Store`].
pub async fn run(options: ReconcileOptions) -> Result<(), AppError> {
    let config = config::load(&options.config)?;
    let cas = hsm::cas(&config)?;
    let file = HighWaterFile::of(&config);
    let high_water = seen(&config, &file, &options.high_water)?;
    let mut crls = published::configured(&config, &cas).await?;
    for path in &options.crl {
        crls.extend(published::file(path, &cas)?);
    }
    if !open::is_used(&config.store.url).await? {
        return Err(StoreError::Empty.into());
    }
    let store = database::connect(&config).await?;
    let store = match mail::smtp_config(&config)? {
        Some(_) => store.with_mail(),
        None => store,
    };
    let evidence = Evidence {
        high_water,
        crls,
        export: None,
        none: options.without_evidence,
        accept_incomplete: options.accept_incomplete,
    };
    let done = reconcile(&config, &store, evidence, &cas, &options).await;
    let done = match done {
        Ok(report) if !report.dry_run => {
            // The greater number of reconciliations replaces everything in it.
            let now = Timestamp::now();
            match HighWater::of(&store, &config.bank.id, None, now).await {
                Ok(seen) => file.write(&seen).map(|()| report),
                Err(error) => Err(error.into()),
            }
        }
        other => other,
    };
    store.close().await;
    let report = done?;
    if options.json {
        say(&json!(report).to_string());
    } else {
        print(&report);
    }
    Ok(())
}

/// What this server and others have seen.
fn seen(
    config: &Config,
    own: &HighWaterFile,
    others: &[PathBuf],
) -> Result<Option<HighWater>, AppError> {
    let mut seen = own.read()?;
    for path in others {
        let other = HighWaterFile::at(path.clone(), config).read()?;
        let other = other.ok_or_else(|| AppError::Crl {
            place: path.display().to_string(),
            problem: "does not exist".to_owned(),
        })?;
        seen = Some(match seen {
            Some(seen) => seen.merged(other),
            None => other,
        });
    }
    Ok(seen)
}

async fn reconcile(
    config: &Config,
    store: &Store,
    mut evidence: Evidence,
    cas: &[IssuingCa],
    options: &ReconcileOptions,
) -> Result<Report, AppError> {
    if let Some(path) = &options.audit_export {
        let rows = rows(path)?;
        evidence.export = Some(LostRows::check(store, rows).await??);
    }
    let now = Timestamp::now();
    let cas: Vec<CaId> = cas
        .iter()
        .filter(|ca| !ca.is_over(now))
        .map(|ca| ca.id)
        .collect();
    let settings = config.settings();
    let passwords = Passwords::new(&settings.passwords);
    let status = StatusMemory::default();
    let accounts = AccountService::new(store, &settings, &passwords, &status);
    let order = Order {
        evidence: &evidence,
        cas: &cas,
        now,
        dry_run: options.dry_run,
    };
    Ok(accounts.reconcile(&order).await??)
}

/// The rows of an export, in their order.
fn rows(path: &Path) -> Result<Vec<AuditRow>, AppError> {
    let fail = |problem: String| AppError::Crl {
        place: path.display().to_string(),
        problem,
    };
    let file = File::open(path).map_err(|error| fail(error.to_string()))?;
    let mut rows = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| fail(error.to_string()))?;
        if line.trim().is_empty() {
            continue;
        }
        if rows.len() == MAX_ROWS {
            return Err(fail(format!("more than {MAX_ROWS} rows")));
        }
        let row = serde_json::from_str(&line);
        rows.push(row.map_err(|_| fail(format!("line {}: not an audit row", number + 1)))?);
    }
    Ok(rows)
}

fn print(report: &Report) {
    let (done, verb) = match report.dry_run {
        true => ("would be", "dry run: nothing was changed"),
        false => ("were", "reconciled"),
    };
    say(&format!("{verb} (reconciliation {})", report.number));
    if let Some(at) = report.backup_at {
        say(&format!(
            "backup: {at}, audit log to row {}",
            report.audit_seq
        ));
    }
    if let Some(seen) = report.audit_seq_seen {
        say(&format!(
            "audit log seen to row {seen}: {} rows were lost",
            (seen - report.audit_seq).max(0)
        ));
    }
    let list = |what: &str, all: &[Touched]| {
        say(&format!("{what}: {}", all.len()));
        for one in all {
            say(&format!(
                "  {} was {}, {} ({})",
                one.serial, one.from, one.reason, one.source
            ));
        }
    };
    list(
        &format!("certificates that {done} revoked"),
        &report.revoked,
    );
    list(
        &format!("certificates that {done} suspended"),
        &report.suspended,
    );
    list(
        &format!("certificates that {done} suspended because their state is uncertain"),
        &report.uncertain,
    );
    list(
        "certificates of security officers that stay valid although their state is uncertain: check these manually",
        &report.check_manually,
    );
    list(
        &format!("unfinished issues that {done} given up"),
        &report.given_up,
    );
    say(&format!(
        "serial numbers that the database does not know, and that stay revoked: {}",
        report.unknown.len()
    ));
    for one in &report.unknown {
        say(&format!(
            "  {} of {}, {} ({})",
            one.serial, one.ca, one.reason, one.source
        ));
    }
    list(
        "certificates that stay suspended, and are not on the newest CRL",
        &report.still_suspended,
    );
    for ca in &report.incomplete {
        say(&format!(
            "{ca}: not everything about the lost time is known"
        ));
    }
    for (name, number) in &report.numbers {
        say(&format!("{name}: continues after {number}"));
    }
    say(&format!("sessions that {done} ended: {}", report.sessions));
    match report.lost {
        None => say("lost operations: unknown (no --audit-export)"),
        Some(lost) => {
            say(&format!("lost operations: {lost}"));
            for one in &report.lost_operations {
                say(&format!(
                    "  {} {} {} {} {}",
                    one.seq, one.at, one.action, one.outcome, one.subject
                ));
            }
        }
    }
}
