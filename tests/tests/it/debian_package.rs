//! The agent's package for Debian and Ubuntu.

use std::path::Path;
use std::process::Command;

use inkan_tests::{Outcome, programs};

#[test]
fn the_package_has_programs_entry_icon_and_dependencies() -> Outcome {
    let directory = tempfile::tempdir()?;
    let agent = programs::built("inkan-agent")?;
    let beside = agent.parent().ok_or("a program without a directory")?;
    run(
        Command::new(programs::repository().join("scripts/package-deb"))
            .args([directory.path(), beside])
            .arg("inkan-agent")
            .env("INKAN_VERSION", "1.2.3")
            .env("DPKG_DEB_COMPRESSOR_TYPE", "gzip")
            .env("DPKG_DEB_COMPRESSOR_LEVEL", "1"),
    )?;
    let architecture = run(Command::new("dpkg").arg("--print-architecture"))?;
    let name = format!("inkan-agent_1.2.3_{}.deb", architecture.trim());
    let package = directory.path().join(name);

    let fields = run(Command::new("dpkg-deb").arg("--field").arg(&package))?;
    for expected in ["Version: 1.2.3", "libpcsclite1", "libc6"] {
        assert!(fields.contains(expected), "{expected}: {fields}");
    }
    let root = directory.path().join("root");
    run(Command::new("dpkg-deb")
        .arg("--extract")
        .args([&package, &root]))?;
    let version = run(Command::new(root.join("usr/bin/inkan-agent")).arg("--version"))?;
    assert!(version.starts_with("inkan-agent "), "{version}");
    assert!(is_program(&root.join("usr/bin/inkan-agent-window"))?);
    let icon = root.join("usr/share/icons/hicolor/scalable/apps/inkan-agent.svg");
    assert!(icon.is_file());
    let entry = root.join("usr/share/applications/inkan-agent.desktop");
    run(Command::new("desktop-file-validate").arg(&entry))?;
    assert!(std::fs::read_to_string(&entry)?.contains("Exec=/usr/bin/inkan-agent-window open %u"));
    Ok(())
}

fn run(command: &mut Command) -> Outcome<String> {
    programs::run(command)?.expect_well()
}

fn is_program(path: &Path) -> Outcome<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    let about = std::fs::metadata(path)?;
    Ok(about.is_file() && about.permissions().mode() & 0o111 == 0o111)
}
