//! The MSI file: for the current user only, upgraded in place, and gone when it is uninstalled.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use inkan_tests::wine::WinePrefix;
use inkan_tests::{Outcome, programs};

/// Success, and "a newer version is installed" as `msiexec` reports it (1603; a process has only eight bits for it).
const DONE: i32 = 0;
const REFUSED: i32 = 1603 & 0xff;

const PROGRAMS: &str = "AppData/Local/Programs/Inkan";
const BANK_FILE: &str = "AppData/Roaming/Inkan/banks/kenmin.toml";
const START_MENU: &str =
    "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/電子証明書アプリ.lnk";

#[test]
fn the_installer_installs_upgrades_and_leaves_only_what_is_the_customers() -> Outcome {
    let wine = WinePrefix::new()?;
    let profile = wine.profile()?;
    let packages = tempfile::tempdir()?;
    let msi = package(&wine, packages.path(), "1.0.0")?;
    let newer = package(&wine, packages.path(), "1.0.1")?;
    let banks = packages.path().join("banks");
    std::fs::create_dir(&banks)?;
    std::fs::write(banks.join("kenmin.toml"), "id = \"kenmin\"\n")?;
    // A page may have put this one into the download directory.
    std::fs::write(packages.path().join("evil.toml"), "id = \"evil\"\n")?;
    let (files, registry) = (files(&profile)?, keys(&wine)?);

    assert_eq!(run(&wine, "/i", &msi)?, DONE);
    for file in ["inkan-agent.exe", "inkan-agent-window.exe", "README.txt"] {
        assert!(profile.join(PROGRAMS).join(file).is_file(), "{file}");
    }
    assert!(profile.join(START_MENU).is_file());
    assert!(
        profile.join(BANK_FILE).is_file(),
        "a bank file in the folder beside the installer is copied"
    );
    assert!(!profile.join(BANK_FILE).with_file_name("evil.toml").exists());
    let registered = wine.registry()?;
    let command = r#"inkan-agent-window.exe\" open -- \"%1\"""#;
    assert!(registered.contains(command), "links open the window");
    let report = wine.agent("inkan-agent.exe").arg("--version").output()?;
    assert!(report.status.success(), "{report:?}");

    // The customer changes the bank file; an upgrade without one beside it leaves it alone.
    std::fs::write(profile.join(BANK_FILE), "id = \"kenmin\"\n# ours\n")?;
    std::fs::remove_dir_all(&banks)?;
    assert_eq!(run(&wine, "/i", &newer)?, DONE);
    assert_eq!(products(&wine)?, 1, "the older version is replaced");
    assert!(profile.join(PROGRAMS).join("inkan-agent.exe").is_file());
    assert!(std::fs::read_to_string(profile.join(BANK_FILE))?.contains("# ours"));
    assert_eq!(run(&wine, "/i", &msi)?, REFUSED, "an older version");
    assert_eq!(products(&wine)?, 1);

    assert_eq!(run(&wine, "/x", &newer)?, DONE);
    let left: Vec<PathBuf> = self::files(&profile)?.difference(&files).cloned().collect();
    assert_eq!(
        left,
        [PathBuf::from(BANK_FILE)],
        "only the bank file is left"
    );
    let added: Vec<String> = keys(&wine)?.difference(&registry).cloned().collect();
    // Windows Installer's own empty keys.
    let foreign = |key: &&String| !key.contains(r"Microsoft\\Installer");
    assert_eq!(added.iter().filter(foreign).count(), 0, "{added:?}");
    Ok(())
}

/// Packs the programs of the tests as this version.
fn package(wine: &WinePrefix, directory: &Path, version: &str) -> Outcome<PathBuf> {
    let script = programs::repository().join("scripts/windows/package");
    let mut command = Command::new(script);
    command.arg(wine.programs()).arg(directory);
    programs::run(command.env("INKAN_VERSION", version))?.expect_well()?;
    Ok(directory.join(format!("inkan-{version}-windows-x64.msi")))
}

fn run(wine: &WinePrefix, action: &str, msi: &Path) -> Outcome<i32> {
    let status = wine
        .command("msiexec")
        .args([action, &WinePrefix::path(msi), "/qn"])
        .status()?;
    wine.settle()?;
    status.code().ok_or_else(|| "msiexec was killed".into())
}

/// The files below a directory, relative to it.
fn files(directory: &Path) -> Outcome<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(directory)?.to_owned());
            }
        }
    }
    Ok(found)
}

/// The keys of the user's registry.
fn keys(wine: &WinePrefix) -> Outcome<BTreeSet<String>> {
    let registry = wine.registry()?;
    let names = registry.lines().filter(|line| line.starts_with('['));
    let name = |line: &str| line.split(']').next().unwrap_or_default().to_owned();
    Ok(names.map(name).collect())
}

/// The number of installed products of ours.
fn products(wine: &WinePrefix) -> Outcome<usize> {
    let registry = wine.registry()?;
    Ok(registry.matches("\"ProductName\"=").count())
}
