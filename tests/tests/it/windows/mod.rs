//! The agent for Windows, under Wine. Wine is not Windows: `docs/windows.md` lists what was never run on it.
//!
//! - [`installer`]: the MSI file: installed, upgraded, uninstalled
//! - [`journey`]: a certificate with the real bank
//! - [`legacy`]: a key of a legacy provider
//! - [`store`]: the keys that Windows keeps
//! - [`files`]: directories, bank files from Notepad, files that others can read
//! - [`register`]: `inkan:` links in the registry
//! - [`console`]: Ctrl-C ends what runs
//! - [`drivers`]: modules that misbehave, and the agent killed beside one
//! - [`screen`]: the agent's window on a display of the test's own
//! - [`window`]: one window per user
//! - [`login`]: from a link through the window to the browser
//! - [`units`]: the unit tests of the agent's crates

mod console;
mod drivers;
mod files;
mod installer;
mod journey;
mod legacy;
mod login;
mod register;
mod screen;
mod store;
mod units;
mod window;

use std::fs;
use std::process::Command;

use inkan_tests::wine::WinePrefix;
use inkan_tests::{Outcome, programs};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

/// A valid bank file.
fn bank_file() -> Outcome<String> {
    let mut ca = CertificateParams::new(Vec::new())?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = ca.self_signed(&KeyPair::generate()?)?.pem();
    let fields = [
        ("id", "kenmin"),
        ("name", "県民信組"),
        ("portal", "https://127.0.0.1:9"),
        ("certificate", "https://127.0.0.1:9"),
        ("server_ca", &pem),
        ("customer_ca", &pem),
    ];
    let line = |(name, value): (&str, &str)| format!("{name} = '''{value}'''\n");
    Ok(fields.map(line).concat().replace("\r\n", "\n"))
}

/// Installs the test double of a module, in a directory whose name has a blank and is not ASCII.
fn install_module(wine: &WinePrefix) -> Outcome {
    let directory = wine.drive_c().join("証明書 ドライバー");
    fs::create_dir(&directory)?;
    let mut compiler = Command::new("x86_64-w64-mingw32-gcc-posix");
    compiler
        .args(["-shared", "-O1", "-o"])
        .arg(directory.join("module.dll"))
        .arg(programs::repository().join("tests/wine/module.c"));
    programs::run(&mut compiler)?.expect_well()?;
    let config = wine.profile()?.join("AppData/Roaming/Inkan");
    fs::create_dir_all(&config)?;
    let list = "piv = false\n[[module]]\nname = \"double\"\npath = 'C:\\証明書 ドライバー\\module.dll'\nenvironment = [\"INKAN_TEST_MODULE\"]\n";
    Ok(fs::write(config.join("modules.toml"), list)?)
}

/// How many processes of this prefix have `mark` in their command line.
fn running(wine: &WinePrefix, mark: &str) -> usize {
    let prefix = wine.drive_c().display().to_string();
    let prefix = prefix.trim_end_matches("/drive_c");
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ours = processes.filter(|process| {
        let read = |name: &str| fs::read(process.path().join(name)).unwrap_or_default();
        let environment = String::from_utf8_lossy(&read("environ")).into_owned();
        let line = String::from_utf8_lossy(&read("cmdline")).into_owned();
        environment.contains(prefix) && line.contains(mark)
    });
    ours.count()
}

/// How many drivers run in this prefix.
fn driver_processes(wine: &WinePrefix) -> usize {
    running(wine, "driver-host")
}
