//! The program touches nothing that it did not create: another database, HSM, directory or configuration is refused at
//! the start, and nothing is written to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use inkan_dev::cli::Options;
use inkan_dev::directory::Directory;
use inkan_server::clock::Clock;
use softhsm_test_helpers::SoftHsm;
use sqlx::{AnyConnection, Connection, Executor};
use tempfile::TempDir;

const TIMEOUT: Duration = Duration::from_secs(120);

/// A data directory as a first start leaves it, without the server.
fn made() -> TempDir {
    let place = TempDir::new().unwrap();
    // The program chooses its own; this process needs one for the ceremony.
    let hsm = SoftHsm::new();
    hsm.use_in_this_process();
    let directory = Directory::open(&place.path().join("data")).unwrap();
    inkan_dev::ceremony::write_softhsm_conf(&directory).unwrap();
    let options = Options {
        data_dir: directory.path().to_owned(),
        now: None,
        store_url: None,
        leave_application: false,
        hsms: None,
        portal_port: None,
        certificate_port: None,
        staff_port: None,
        public_port: None,
        operations_port: None,
        smtp_port: None,
        crash_at: None,
    };
    wait(async {
        inkan_dev::prepare(&directory, &options, Clock::system())
            .await
            .map(drop)
    })
    .unwrap();
    place
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

/// Starts the program, which must end on its own.
fn start(data: &Path, arguments: &[&str]) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_inkan-dev"))
        .arg("--data-dir")
        .arg(data)
        .args(arguments)
        .env_remove("SOFTHSM2_CONF")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while process.try_wait().unwrap().is_none() {
        if begun.elapsed() > TIMEOUT || data.join("dev.json").exists() {
            process.kill().unwrap();
            let output = process.wait_with_output().unwrap();
            panic!("it serves: {}", String::from_utf8_lossy(&output.stderr));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    process.wait_with_output().unwrap()
}

/// Every file below a directory, with its content.
fn content(of: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(of).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(content(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

/// The program refuses with this code, and nothing anywhere in the place has changed.
fn refused(place: &Path, code: &str) -> String {
    let (data, mut before) = (place.join("data"), content(place));
    let said = start(&data, &[]);
    let error = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(3), "{error}");
    assert!(error.trim_end().ends_with(&format!("[{code}]")), "{error}");
    let mut after = content(place);
    for all in [&mut before, &mut after] {
        // Taken by every start, and empty.
        assert_eq!(all.remove(&data.join("lock")).unwrap_or_default(), b"");
    }
    let changed: Vec<_> = before
        .iter()
        .filter(|(p, c)| after.get(*p) != Some(c))
        .collect();
    assert!(
        changed.is_empty() && before.len() == after.len(),
        "{changed:?}"
    );
    error
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(file, text.replace(from, to)).unwrap();
}

/// Somebody else's database.
fn database(file: &Path) {
    fs::write(file, b"").unwrap();
    sqlx::any::install_default_drivers();
    wait(async {
        let url = format!("sqlite://{}", file.display());
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        connection
            .execute("CREATE TABLE contracts (id TEXT)")
            .await
            .unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn another_database_in_the_configuration_is_refused() {
    let place = made();
    let (data, other) = (
        place.path().join("data"),
        place.path().join("production.db"),
    );
    database(&other);
    let own = data.join("inkan.db");
    edit(
        &data.join("inkan.toml"),
        &own.display().to_string(),
        &other.display().to_string(),
    );
    let said = refused(place.path(), "dev-elsewhere");
    assert!(said.contains("store.url"), "{said}");
}

/// 192.0.2.0/24 belongs to nobody: an attempt to connect would wait, and end with another error.
#[test]
fn a_database_on_another_computer_is_not_asked_without_verified_tls() {
    let place = tempfile::tempdir().unwrap();
    let url = "postgres://inkan@192.0.2.1/inkan";
    let said = start(&place.path().join("data"), &["--store-url", url]);
    let error = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(3), "{error}");
    assert!(error.contains("sslmode=verify-full"), "{error}");
}

#[test]
fn a_database_without_the_marker_is_refused_wherever_it_is() {
    let place = made();
    let own = place.path().join("data/inkan.db");
    fs::remove_file(&own).unwrap();
    database(&own);
    refused(place.path(), "dev-database");
}

#[test]
fn a_marker_that_is_taken_away_is_not_made_again() {
    let place = made();
    let own = place.path().join("data/inkan.db");
    database_without_marker(&own);
    refused(place.path(), "dev-database");
}

fn database_without_marker(file: &Path) {
    sqlx::any::install_default_drivers();
    wait(async {
        let url = format!("sqlite://{}", file.display());
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        connection
            .execute("CREATE TABLE audit_log (seq BIGINT)")
            .await
            .unwrap();
        connection
            .execute("DELETE FROM made_by_inkan_dev")
            .await
            .unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn another_module_is_refused_by_what_it_reports_and_not_by_its_name() {
    let place = made();
    let named_so = place.path().join("libsofthsm2.so");
    fs::copy(opensc(), &named_so).unwrap();
    let spec = place.path().join("data/hsm.toml");
    let profile = "profile = \"softhsm2\"\n";
    let module = format!("{profile}module = \"{}\"\n", named_so.display());
    edit(&spec, profile, &module);
    let said = refused(place.path(), "dev-module");
    assert!(said.contains("OpenSC"), "{said}");
}

/// A module that is not SoftHSM2's; `pkcs11-tool` comes with it.
fn opensc() -> PathBuf {
    let name = "opensc-pkcs11.so";
    let mut found = fs::read_dir("/usr/lib").unwrap().flat_map(|entry| {
        let directory = entry.unwrap().path();
        [directory.join(name), directory.join("pkcs11").join(name)]
    });
    let found = found.find(|path| path.is_file());
    found.expect("OpenSC is missing; run: scripts/install-packages demo")
}

#[test]
fn a_configuration_that_leads_out_of_the_directory_is_refused() {
    let place = made();
    let (data, other) = (place.path().join("data"), place.path().join("production"));
    fs::create_dir(&other).unwrap();
    for name in ["hsm.toml", "server.pem", "server.key"] {
        fs::copy(data.join(name), other.join(name)).unwrap();
    }
    let config = data.join("inkan.toml");
    let before = fs::read_to_string(&config).unwrap();
    for name in ["hsm.toml", "server.pem", "server.key"] {
        edit(
            &config,
            &data.join(name).display().to_string(),
            &other.join(name).display().to_string(),
        );
        refused(place.path(), "dev-elsewhere");
        fs::write(&config, &before).unwrap();
    }
    let mail = "\n[mail]\nserver = \"mail.bank.example\"\nport = 587\nfrom = \"ib@bank.example\"\n";
    fs::write(&config, before.clone() + mail).unwrap();
    let said = refused(place.path(), "dev-elsewhere");
    assert!(said.contains("mail.server"), "{said}");
    fs::write(&config, before).unwrap();
    let spec = data.join("hsm.toml");
    let elsewhere = format!("certificate_dir = \"{}\"", other.display());
    edit(&spec, "certificate_dir = \"hsm\"", &elsewhere);
    refused(place.path(), "dev-elsewhere");
}

#[test]
fn a_directory_that_was_not_made_by_it_is_left_as_it_is() {
    let place = TempDir::new().unwrap();
    let data = place.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("inkan.toml"), "[store]\n").unwrap();
    let mode = |path: &Path| std::os::unix::fs::MetadataExt::mode(&fs::metadata(path).unwrap());
    let before = mode(&data);
    refused(place.path(), "dev-elsewhere");
    assert_eq!(mode(&data), before);
}
