//! `register`: links reach the agent in every way that browsers pass them: through GLib, through `xdg-open`, and
//! through a desktop portal, which offers only what is registered and recommended.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use inkan_tests::desktop::{Desktop, wait_for};
use inkan_tests::{Outcome, programs};

const SCHEME: &str = "x-scheme-handler/inkan";
const LINK: &str = "inkan:enroll?bank=kenmin&request=0123456789abcdef0123456789abcdef";

/// The agent in a directory with a blank in its name, and beside it a window that records how it was started.
fn installed(desktop: &Desktop) -> Outcome<(PathBuf, PathBuf)> {
    let directory = desktop.home().join("my programs");
    fs::create_dir(&directory)?;
    let agent = directory.join("inkan-agent");
    fs::copy(programs::built("inkan-agent")?, &agent)?;
    let started = desktop.home().join("started");
    let window = directory.join("inkan-agent-window");
    let script = format!(
        "#!/bin/sh\nfor word in \"$@\"; do echo \"$word\"; done > {0}.new\nmv {0}.new {0}\n",
        started.display()
    );
    fs::write(&window, script)?;
    fs::set_permissions(&window, fs::Permissions::from_mode(0o755))?;
    Ok((agent, started))
}

fn output_of(desktop: &Desktop, program: &Path, words: &[&str]) -> Outcome<String> {
    programs::run(desktop.command(program).args(words))?.expect_well()
}

fn mime(desktop: &Desktop) -> Outcome<String> {
    output_of(desktop, Path::new("gio"), &["mime", SCHEME])
}

/// Every file below a directory, by name and content.
fn files(directory: &Path) -> Outcome<Vec<(PathBuf, Vec<u8>)>> {
    let mut all = Vec::new();
    if !directory.exists() {
        return Ok(all);
    }
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            all.extend(files(&path)?);
        } else {
            let content = fs::read(&path)?;
            all.push((path, content));
        }
    }
    all.sort();
    Ok(all)
}

#[test]
fn links_reach_a_registered_agent_in_every_way_and_never_after_unregister() -> Outcome {
    let desktop = Desktop::open()?;
    let (agent, started) = installed(&desktop)?;
    let bank_files = desktop.home().join("bank files");
    let named = ["--config-dir", &bank_files.to_string_lossy()].map(str::to_owned);
    let applications = desktop.home().join(".local/share/applications");
    fs::create_dir_all(&applications)?;
    let other = "[MIME Cache]\ntext/x-other=other.desktop;\n";
    fs::write(applications.join("mimeinfo.cache"), other)?;
    let before = files(&applications)?;

    let register = ["register", &named[0], &named[1]];
    output_of(&desktop, &agent, &register)?;
    let registered = mime(&desktop)?;
    for kind in ["Registered", "Recommended"] {
        let list = format!("{kind} applications:\n\tinkan-agent.desktop");
        assert!(registered.contains(&list), "{registered}");
    }
    let list = fs::read_to_string(desktop.home().join(".config/mimeapps.list"))?;
    assert!(list.contains("[Added Associations]"), "{list}");
    // The authors of the desktop entry specification provide a program that validates one.
    let entry = applications.join("inkan-agent.desktop");
    output_of(
        &desktop,
        Path::new("desktop-file-validate"),
        &[&entry.to_string_lossy()],
    )?;
    let again = output_of(&desktop, &agent, &[&register[..], &["--json"]].concat())?;
    assert!(again.contains("\"already\":true"), "{again}");

    let portal: &[&str] = &[
        "call",
        "--session",
        "--dest",
        "org.freedesktop.portal.Desktop",
        "--object-path",
        "/org/freedesktop/portal/desktop",
        "--method",
        "org.freedesktop.portal.OpenURI.OpenURI",
        "",
        LINK,
        "{}",
    ];
    for (program, words) in [
        ("gio", &["open", LINK][..]),
        ("xdg-open", &[LINK]),
        ("gdbus", portal),
    ] {
        let shown = output_of(&desktop, Path::new(program), words)?;
        let words = wait_for(&format!("the agent by {program} ({shown})"), || {
            fs::read_to_string(&started).ok()
        })?;
        let words: Vec<&str> = words.lines().collect();
        assert_eq!(words.len(), 4, "{program}: {words:?}");
        assert_eq!(
            (words[0], words[2], words[3]),
            ("--config-dir", "open", LINK)
        );
        let same = fs::read_link(words[1]).unwrap_or_else(|_| PathBuf::from(words[1]));
        assert_eq!(same, bank_files, "{program}");
        fs::remove_file(&started)?;
    }

    output_of(&desktop, &agent, &["unregister"])?;
    let unregistered = mime(&desktop)?;
    assert!(!unregistered.contains("inkan-agent"), "{unregistered}");
    assert_eq!(files(&applications)?, before);
    for gone in ["inkan", "icons/hicolor/scalable/apps/inkan-agent.svg"] {
        let path = desktop.home().join(".local/share").join(gone);
        assert!(!path.exists(), "{gone}");
    }
    Ok(())
}
