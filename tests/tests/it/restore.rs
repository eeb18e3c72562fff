//! A bank loses its database and restores a backup: what was revoked since then stays revoked, on both databases. An older
//! copy of the database, and one without its log, are noticed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use age::secrecy::ExposeSecret as _;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::postgres::Cluster;
use inkan_tests::programs::{self, Said};
use inkan_tests::trust::Identity;
use inkan_tests::{Outcome, machine};
use serde_json::Value;
use tempfile::TempDir;

use crate::scene::Scene;
use crate::status::judge::{Judge, Standing};
use crate::status::{Desks, certificate};

/// For a loaded machine.
const TIMEOUT: Duration = Duration::from_secs(60);
const REVOKED: Standing = Standing::Ended("keyCompromise", "Key Compromise");
/// What an operator gets when a database is not served.
const NOT_SERVED: Option<i32> = Some(5);

/// The operator, with a place for backups that is not the bank's directory.
struct Operator {
    place: TempDir,
    config: String,
    softhsm: PathBuf,
    recipient: String,
    programs: Option<PathBuf>,
}

impl Operator {
    fn of(bank: &Bank, cluster: Option<&Cluster>) -> Outcome<Self> {
        let place = TempDir::with_prefix("inkan-backups-")?;
        let key = age::x25519::Identity::generate();
        let file = place.path().join("identity");
        fs::write(&file, key.to_string().expose_secret())?;
        fs::set_permissions(&file, PermissionsExt::from_mode(0o600))?;
        Ok(Self {
            config: bank.dev.config.display().to_string(),
            softhsm: bank.dev.softhsm_conf.clone(),
            recipient: key.to_public().to_string(),
            programs: cluster.map(|cluster| cluster.programs().to_owned()),
            place,
        })
    }

    fn file(&self, name: &str) -> String {
        self.place.path().join(name).display().to_string()
    }

    /// For files of the database from before everything else.
    fn old(&self) -> PathBuf {
        self.place.path().join("old")
    }

    fn run(&self, arguments: &[&str]) -> Outcome<Said> {
        let mut command = Command::new(programs::built("inkan-server")?);
        command
            .args(arguments)
            .env("SOFTHSM2_CONF", &self.softhsm)
            // Another server, for PostgreSQL's programs alone: the database of the configuration counts.
            .envs([("PGHOSTADDR", "192.0.2.1"), ("PGSERVICE", "nowhere")])
            .env("RUST_LOG", "error");
        programs::run(&mut command)
    }

    /// With the directory of PostgreSQL's programs, if there is one.
    fn run_with_programs(&self, arguments: &[&str]) -> Outcome<Said> {
        let directory = self.programs.as_ref().map(|one| one.display().to_string());
        let more = match &directory {
            Some(directory) => vec!["--pg-bin", directory],
            None => Vec::new(),
        };
        self.run(&[arguments, &more].concat())
    }

    fn backup(&self, to: &str) -> Outcome<Said> {
        let what = [
            "backup",
            "--config",
            &self.config,
            "--recipient",
            &self.recipient,
        ];
        self.run_with_programs(&[&what[..], &["--to", to]].concat())
    }

    fn restore(&self, from: &str) -> Outcome<Said> {
        let identity = self.file("identity");
        let what = ["restore", "--config", &self.config, "--identity", &identity];
        self.run_with_programs(&[&what[..], &["--from", from]].concat())
    }

    fn reconcile(&self, more: &[&str]) -> Outcome<Said> {
        let what = ["restore", "reconcile", "--json", "--config", &self.config];
        self.run(&[&what[..], more].concat())
    }

    /// The server does not start, for this reason.
    fn must_not_serve(&self, code: &str) -> Outcome {
        let said = self.run(&["serve", "--config", &self.config])?;
        assert_eq!(said.code, NOT_SERVED, "{said}");
        assert!(said.err.contains(&format!("[{code}]")), "{code}: {said}");
        Ok(())
    }
}

/// Number of the published CRL, and the CRL.
fn crl(bank: &Bank, place: &Path) -> Outcome<(i64, String)> {
    let (_, der) = machine::fetch(&format!("{}/crl/customer-ca.crl", bank.dev.public))?;
    let file = place.join("published.crl");
    fs::write(&file, der)?;
    let path = file.display().to_string();
    let words = [
        "crl",
        "-inform",
        "DER",
        "-noout",
        "-crlnumber",
        "-in",
        &path,
    ];
    let said = programs::openssl(words)?.expect_well()?;
    let number = said.trim().rsplit('=').next().unwrap_or_default();
    let number = i64::from_str_radix(number.trim_start_matches("0x"), 16)?;
    Ok((number, path))
}

/// Waits until the high-water file has this CRL.
fn seen(bank: &Bank, number: i64) -> Outcome {
    let (file, begun) = (bank.data().join("high-water"), Instant::now());
    loop {
        let text = fs::read_to_string(&file)?;
        let seen: Value = serde_json::from_str(text.lines().next().unwrap_or_default())?;
        if seen["crls"]["customer"]["number"].as_i64() >= Some(number) {
            return Ok(());
        }
        if begun.elapsed() > TIMEOUT {
            return Err(format!("CRL {number} is not in the high-water file: {text}").into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The files of an embedded database.
fn files(bank: &Bank) -> Outcome<Vec<PathBuf>> {
    let config = fs::read_to_string(&bank.dev.config)?;
    let url = config
        .split("sqlite://")
        .nth(1)
        .ok_or("no embedded database")?;
    let file = url.split('"').next().unwrap_or_default();
    let all = ["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{file}{end}")));
    Ok(all.into_iter().filter(|path| path.exists()).collect())
}

fn remove(bank: &Bank) -> Outcome {
    for file in files(bank)? {
        fs::remove_file(file)?;
    }
    Ok(())
}

/// Copies files by their names.
fn copy(files: &[PathBuf], to: &Path) -> Outcome<Vec<PathBuf>> {
    fs::create_dir_all(to)?;
    let mut copies = Vec::new();
    for file in files {
        let copy = to.join(file.file_name().ok_or("no name")?);
        fs::copy(file, &copy)?;
        fs::set_permissions(&copy, PermissionsExt::from_mode(0o600))?;
        copies.push(copy);
    }
    Ok(copies)
}

fn refused(bank: &Bank, identity: &Identity, code: &str) -> Outcome {
    let browser = Browser::presenting(&bank.dev.server_ca, identity)?;
    let page = browser.open(&format!("{}/login", bank.dev.certificate))?;
    assert_eq!(page.status, 403, "{}", page.text());
    page.must_show(code)?;
    Ok(())
}

/// Everything until the database is lost, and from there to a bank that serves again.
fn lose_and_restore(cluster: Option<&Cluster>) -> Outcome<(Bank, Operator, Identity)> {
    let bank = match cluster {
        Some(cluster) => Bank::open_with(&["--store-url", &cluster.url()])?,
        None => Bank::open()?,
    };
    let scene = Scene::at(bank)?;
    let identity = certificate(&scene.bank, &scene.browser, &scene.person)?;
    let mut bank = scene.bank;
    bank.stop()?;
    let operator = Operator::of(&bank, cluster)?;
    if cluster.is_none() {
        copy(&files(&bank)?, &operator.old())?;
    }
    bank.restart_as_serve()?;
    let judge = Judge::of(&bank.dev, &identity)?;
    judge.must_agree(&bank.dev, Standing::Good)?;

    let backup = operator.file("one.backup");
    operator.backup(&backup)?.expect_well()?;
    let again = operator.backup(&backup)?;
    assert!(again.err.contains("[backup-target-exists]"), "{again}");
    let identity_file = operator.file("identity");
    let verify = [
        "backup",
        "verify",
        "--json",
        "--from",
        &backup,
        "--identity",
        &identity_file,
    ];
    let manifest: Value = serde_json::from_str(&operator.run(&verify)?.expect_well()?)?;
    assert!(
        manifest["rows"]["certificates"].as_i64() >= Some(1),
        "{manifest}"
    );

    // Revoked after the backup, and published.
    let desks = Desks::at(&bank.dev)?;
    let proposal = desks.entered("1234567", "revoke")?;
    desks.approve(&proposal)?;
    judge.must_agree(&bank.dev, REVOKED)?;
    let (number, published) = crl(&bank, operator.place.path())?;
    seen(&bank, number)?;

    // A crash, and the database is lost.
    bank.kill()?;
    match cluster {
        Some(cluster) => cluster.recreate()?,
        None => remove(&bank)?,
    }
    operator.must_not_serve("rollback-empty")?;
    operator.restore(&backup)?.expect_well()?;
    let twice = operator.restore(&backup)?;
    assert!(twice.err.contains("[restore-not-empty]"), "{twice}");
    operator.must_not_serve("restore-not-reconciled")?;

    // What would be done; then it is done.
    let dry = operator
        .reconcile(&["--crl", &published, "--dry-run"])?
        .expect_well()?;
    operator.must_not_serve("restore-not-reconciled")?;
    let report = operator.reconcile(&["--crl", &published])?.expect_well()?;
    let (dry, report): (Value, Value) =
        (serde_json::from_str(&dry)?, serde_json::from_str(&report)?);
    for one in [&dry, &report] {
        assert_eq!(one["revoked"].as_array().map(Vec::len), Some(1), "{one}");
        assert_eq!(one["revoked"][0]["reason"], "keyCompromise");
        assert_eq!(one["incomplete"], serde_json::json!([]), "{one}");
    }
    bank.restart_as_serve()?;
    refused(&bank, &identity, "certificate-revoked")?;
    judge.must_agree(&bank.dev, REVOKED)?;
    let (next, _) = crl(&bank, operator.place.path())?;
    assert!(next > number, "{next} after {number}");
    let audit = ["audit", "verify", "--json", "--config", &operator.config];
    operator.run(&audit)?.expect_well()?;
    let nothing = operator.reconcile(&[])?;
    assert!(nothing.err.contains("[nothing-to-reconcile]"), "{nothing}");
    Ok((bank, operator, identity))
}

#[test]
fn a_revoked_certificate_stays_revoked_after_a_restore_of_an_embedded_database() -> Outcome {
    let (mut bank, operator, identity) = lose_and_restore(None)?;
    // An old copy of the files, put back without a restore.
    bank.stop()?;
    remove(&bank)?;
    let old: Vec<PathBuf> = fs::read_dir(operator.old())?
        .map(|entry| entry.map(|one| one.path()))
        .collect::<Result<_, _>>()?;
    copy(&old, &bank.data())?;
    for code in [
        "database-rolled-back",
        "rollback-crl",
        "rollback-reconciliation",
    ] {
        operator.must_not_serve(code)?;
    }
    // Without a CRL nobody knows what became of the certificate: nothing is done, or it is suspended.
    let incomplete = operator.reconcile(&[])?;
    assert!(
        incomplete.err.contains("[evidence-incomplete]"),
        "{incomplete}"
    );
    operator.must_not_serve("rollback-crl")?;
    let report = operator
        .reconcile(&["--accept-incomplete"])?
        .expect_well()?;
    let report: Value = serde_json::from_str(&report)?;
    assert_eq!(
        report["uncertain"].as_array().map(Vec::len),
        Some(1),
        "{report}"
    );
    assert_eq!(report["number"], 2);
    bank.restart_as_serve()?;
    refused(&bank, &identity, "certificate-suspended")
}

#[test]
fn a_revoked_certificate_stays_revoked_after_a_restore_of_a_postgresql_database() -> Outcome {
    let cluster = Cluster::start()?;
    lose_and_restore(Some(&cluster)).map(drop)
}

#[test]
fn a_cold_copy_after_a_crash_needs_all_files_and_less_is_noticed() -> Outcome {
    let mut bank = Bank::open()?;
    let operator = Operator::of(&bank, None)?;
    seen(&bank, 1)?;
    bank.kill()?;
    let all = files(&bank)?;
    assert_eq!(all.len(), 3, "{all:?}");
    let copies = copy(&all, &operator.place.path().join("cold"))?;
    remove(&bank)?;
    copy(&copies[..1], &bank.data())?;
    operator.must_not_serve("database-rolled-back")?;
    remove(&bank)?;
    copy(&copies, &bank.data())?;
    bank.restart_as_serve()?;
    let audit = ["audit", "verify", "--config", &operator.config];
    operator.run(&audit)?.expect_well()?;
    Ok(())
}
