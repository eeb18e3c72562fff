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
    let directories = [r"C:\tools", r"C:\more tools"];
    set_path(&wine, &directories.join(";"))?;
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
    assert_eq!(path(&wine)?[..2], directories, "what was there stays");
    assert!(path(&wine)?[2].ends_with(r"\Programs\Inkan\"));
    // By its name alone, as the documents write it.
    let mut typed = wine.command("cmd.exe");
    let version = programs::run(typed.args(["/c", "inkan-agent --version"]))?.expect_well()?;
    assert!(version.starts_with("inkan-agent "), "{version}");
    scheme_is_as_the_agent_registers_it(&wine, &profile)?;

    // The customer changes the bank file; an upgrade without one beside it leaves it alone.
    std::fs::write(profile.join(BANK_FILE), "id = \"kenmin\"\n# ours\n")?;
    std::fs::remove_dir_all(&banks)?;
    assert_eq!(run(&wine, "/i", &newer)?, DONE);
    assert_eq!(products(&wine)?, 1, "the older version is replaced");
    assert_eq!(path(&wine)?.len(), 3, "one entry, not two");
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
    assert_eq!(path(&wine)?, directories);
    Ok(())
}

/// The installer and `inkan-agent register` write the same keys and values.
fn scheme_is_as_the_agent_registers_it(wine: &WinePrefix, profile: &Path) -> Outcome {
    let installed = values(wine, r"[Software\\Classes\\inkan")?;
    assert_eq!(installed.len(), 4, "{installed:#?}");
    let command = r#"inkan-agent-window.exe\" open -- \"%1\"""#;
    assert!(
        installed.iter().any(|value| value.contains(command)),
        "{installed:#?}"
    );
    let register = || {
        let mut agent = wine.command(profile.join(PROGRAMS).join("inkan-agent.exe"));
        programs::run(agent.args(["--lang", "en", "register"]))?.expect_well()
    };
    assert!(register()?.starts_with("Already registered."));
    let key = r"HKCU\Software\Classes\inkan";
    programs::run(wine.command("reg.exe").args(["delete", key, "/f"]))?.expect_well()?;
    assert!(register()?.starts_with("Registered."));
    assert_eq!(values(wine, r"[Software\\Classes\\inkan")?, installed);
    Ok(())
}

/// The values below the keys of the user's registry that begin so, each with its key.
fn values(wine: &WinePrefix, keys: &str) -> Outcome<BTreeSet<String>> {
    let registry = wine.registry()?;
    let (mut key, mut found) = ("", BTreeSet::new());
    for line in registry.lines() {
        if line.starts_with('[') {
            // Behind the name is the time of the last change.
            key = line.split(']').next().unwrap_or_default();
        } else if key.starts_with(keys) && line.starts_with(['@', '"']) {
            found.insert(format!("{key}] {line}"));
        }
    }
    Ok(found)
}

const ENVIRONMENT: &str = r"HKCU\Environment";

fn set_path(wine: &WinePrefix, path: &str) -> Outcome {
    let add = [
        "add",
        ENVIRONMENT,
        "/v",
        "PATH",
        "/t",
        "REG_EXPAND_SZ",
        "/d",
        path,
        "/f",
    ];
    programs::run(wine.command("reg.exe").args(add))?.expect_well()?;
    Ok(())
}

/// The directories in the user's own `PATH`.
fn path(wine: &WinePrefix) -> Outcome<Vec<String>> {
    let query = ["query", ENVIRONMENT, "/v", "PATH"];
    let text = programs::run(wine.command("reg.exe").args(query))?.expect_well()?;
    let value = text.split("REG_EXPAND_SZ").nth(1).ok_or("no text value")?;
    // Wine leaves the separator of an entry that was removed.
    let entries = value.trim().split(';').filter(|entry| !entry.is_empty());
    Ok(entries.map(str::to_owned).collect())
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
