//! Where the agent keeps its files, and files as they are written on Windows.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use inkan_tests::Outcome;
use inkan_tests::programs::{self, Said};
use inkan_tests::wine::WinePrefix;

use super::bank_file;

const LINK: &str = "inkan:enroll?bank=kenmin&request=0123456789abcdef0123456789abcdef";

fn agent(wine: &WinePrefix, arguments: &[&str]) -> Outcome<Said> {
    programs::run(wine.agent("inkan-agent.exe").args(arguments))
}

#[test]
fn bank_files_follow_the_user_and_notepads_marks_do_no_harm() -> Outcome {
    let wine = WinePrefix::new()?;
    let file = wine.drive_c().join("銀行 ファイル.toml");
    let text = bank_file()?.replace('\n', "\r\n");
    fs::write(&file, format!("\u{feff}{text}"))?;
    let add = ["bank", "add", r"C:\銀行 ファイル.toml", "--yes"];
    agent(&wine, &add)?.expect_well()?;
    let installed = wine.profile()?;
    let installed = installed.join("AppData/Roaming/Inkan/banks/kenmin.toml");
    assert_eq!(fs::read_to_string(&installed)?, text);
    let listed = |wine: &WinePrefix| agent(wine, &["bank", "list"])?.expect_well();
    let first = listed(&wine)?;
    assert!(first.contains("県民信組"), "{first}");
    // Without the mark it is the same bank, and with it the installed file is still valid.
    fs::write(&file, &text)?;
    agent(&wine, &add)?.expect_well()?;
    fs::write(&installed, format!("\u{feff}{text}"))?;
    assert_eq!(listed(&wine)?, first);

    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    let utf16: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    fs::write(&file, utf16)?;
    let refused = agent(&wine, &[&["--lang", "ja"], &add[..]].concat())?;
    assert_eq!(refused.code, Some(5), "{refused}");
    for part in ["[file-utf16]", "メモ帳"] {
        assert!(refused.err.contains(part), "{refused}");
    }
    Ok(())
}

#[test]
fn a_profile_outside_ascii_or_on_a_share_holds_the_files() -> Outcome {
    let wine = WinePrefix::new()?;
    let profile = wine.drive_c().join("users/山田 太郎🏦");
    fs::create_dir_all(profile.join("share"))?;
    fs::write(wine.drive_c().join("bank.toml"), bank_file()?)?;
    let program = WinePrefix::path(&wine.programs().join("inkan-agent.exe"));
    // Wine sets the variable when it starts a program, so a shell inside has to change it.
    let add = |roaming: &str| {
        let words = r"--lang en bank add C:\bank.toml --yes";
        let line = format!("set APPDATA={roaming}&& {program} {words}");
        programs::run(wine.command("cmd.exe").args(["/c", &line]))
    };
    add(r"C:\users\山田 太郎🏦\Roaming")?.expect_well()?;
    assert!(profile.join("Roaming/Inkan/banks/kenmin.toml").is_file());
    // As Windows names a folder on a server. Wine's own way to name this system's files is one.
    let share = format!(r"\\?\unix{}", profile.join("share").display()).replace('/', r"\");
    add(&share)?.expect_well()?;
    assert!(profile.join("share/Inkan/banks/kenmin.toml").is_file());
    // Without a directory, or with one that is a file, the agent says so.
    for (roaming, code) in [
        ("relative", "[config-directory]"),
        (r"C:\bank.toml", "[file-unwritable]"),
    ] {
        let said = add(roaming)?;
        assert_eq!(said.code, Some(5), "{said}");
        assert!(said.err.contains(code), "{said}");
    }
    Ok(())
}

#[test]
fn a_file_with_a_secret_that_others_can_read_is_not_used() -> Outcome {
    let wine = WinePrefix::new()?;
    fs::write(wine.drive_c().join("bank.toml"), bank_file()?)?;
    agent(&wine, &["bank", "add", r"C:\bank.toml", "--yes"])?.expect_well()?;
    let settings = wine.profile()?.join("AppData/Roaming/Inkan/agent.toml");
    fs::write(&settings, "proxy = \"http://user:geheim@127.0.0.1:9\"\n")?;
    // Wine makes the access list from the permission bits.
    for (mode, code) in [(0o644, "[file-shared]"), (0o600, "[proxy-unreachable]")] {
        fs::set_permissions(&settings, fs::Permissions::from_mode(mode))?;
        let follow = ["open", "--yes", "--retry-for", "0", "--", LINK];
        let said = agent(&wine, &[&["--lang", "en"], &follow[..]].concat())?;
        assert!(said.err.contains(code), "{mode:o}: {said}");
        assert!(!said.err.contains("geheim"), "{said}");
    }
    Ok(())
}
