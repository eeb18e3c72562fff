//! docs/hsm.md states what the program states.

use std::fs;
use std::path::Path;
use std::process::Command;

use inkan_hsm_config::profile::Profile;

fn guide() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/hsm.md");
    fs::read_to_string(path).unwrap()
}

#[test]
fn every_profile_and_every_source_is_in_the_guide_and_nothing_else() {
    let guide = guide();
    let mut rows = Vec::new();
    for profile in Profile::all() {
        assert!(
            guide.contains(&format!("`{}`", profile.name)),
            "{}",
            profile.name
        );
        for source in profile.sources {
            rows.push(format!(
                "| `{}` | {} | [{}]({}) |",
                profile.name, source.fact, source.title, source.url
            ));
        }
    }
    let (_, table) = guide
        .split_once("| profile | fact | source |\n|---|---|---|\n")
        .unwrap();
    let written: Vec<_> = table
        .lines()
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(written, rows);
}

#[test]
fn every_products_means_of_backup_are_in_the_guide_and_nothing_else() {
    let rows: Vec<_> = Profile::all()
        .iter()
        .map(|profile| {
            let backup = &profile.backup;
            let source = backup.source.map_or_else(
                || "–".to_owned(),
                |source| format!("[{}]({})", source.title, source.url),
            );
            format!(
                "| `{}` | {} | {} | {} | {source} |",
                profile.name, backup.means, backup.apart, backup.rehearsal
            )
        })
        .collect();
    let guide = guide();
    let (_, table) = guide
        .split_once(
            "| profile | means | to be kept apart | rehearsal | source |\n|---|---|---|---|---|\n",
        )
        .unwrap();
    let written = table.lines().take_while(|line| line.starts_with('|'));
    assert_eq!(written.collect::<Vec<_>>(), rows);
}

#[test]
fn the_exit_codes_of_the_guide_are_those_of_the_help() {
    let help = Command::new(env!("CARGO_BIN_EXE_inkan-hsm"))
        .args(["apply", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, help) = help.split_once("Exit codes:\n").unwrap();
    let codes = help.lines().filter_map(|line| {
        let (code, _) = line.trim_start().split_once("  ")?;
        code.parse::<u8>().ok()
    });
    let guide = guide();
    let (_, table) = guide.split_once("| code | meaning |\n|---|---|\n").unwrap();
    let written = table.lines().map_while(|line| {
        let (code, _) = line.strip_prefix("| ")?.split_once(" |")?;
        code.parse::<u8>().ok()
    });
    assert_eq!(written.collect::<Vec<_>>(), codes.collect::<Vec<_>>());
}
