//! Programs are found wherever cargo puts them; nothing here assumes a directory of cargo's.

use std::fs;
use std::path::Path;
use std::process::Command;

use inkan_tests::{Outcome, programs};
use tempfile::TempDir;

/// Builds a small program in `crate_directory` by `scripts/built` and runs it at the printed path.
fn built_and_run(crate_directory: &Path, environment: &[(&str, &Path)]) -> Outcome<String> {
    let mut script = Command::new(programs::repository().join("scripts/built"));
    script
        .args(["small", "--quiet", "--offline"])
        .current_dir(crate_directory)
        .env("CARGO", env!("CARGO"))
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_BUILD_TARGET_DIR")
        .env_remove("CARGO_BUILD_TARGET")
        .envs(environment.iter().copied());
    let path = programs::run(&mut script)?.expect_well()?;
    let path = path.trim_end().to_owned();
    let said = programs::run(&mut Command::new(&path))?.expect_well()?;
    assert_eq!(said, "here\n", "{path}");
    Ok(path)
}

#[test]
fn a_program_is_found_wherever_cargo_puts_it() -> Outcome {
    let place = TempDir::with_prefix("inkan-places-")?;
    let (small, elsewhere) = (place.path().join("small"), place.path().join("else where"));
    fs::create_dir_all(small.join("src"))?;
    fs::create_dir_all(small.join(".cargo"))?;
    let manifest = "[package]\nname = \"small\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(small.join("Cargo.toml"), manifest)?;
    fs::write(
        small.join("src/main.rs"),
        "fn main() { println!(\"here\"); }\n",
    )?;

    let usual = built_and_run(&small, &[])?;
    assert!(
        Path::new(&usual).starts_with(small.join("target")),
        "{usual}"
    );
    let by_variable = built_and_run(&small, &[("CARGO_TARGET_DIR", &elsewhere)])?;
    assert!(
        Path::new(&by_variable).starts_with(&elsewhere),
        "{by_variable}"
    );

    let configured = place.path().join("configured");
    let config = format!("[build]\ntarget-dir = {configured:?}\n");
    fs::write(small.join(".cargo/config.toml"), config)?;
    let by_configuration = built_and_run(&small, &[])?;
    assert!(
        Path::new(&by_configuration).starts_with(&configured),
        "{by_configuration}"
    );

    let mut rustc = Command::new("rustc");
    let said = programs::run(rustc.arg("-vV"))?.expect_well()?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or("rustc names no host")?;
    fs::write(
        small.join(".cargo/config.toml"),
        format!("[build]\ntarget = \"{host}\"\n"),
    )?;
    let by_target = built_and_run(&small, &[])?;
    assert!(by_target.contains(host), "{by_target}");
    Ok(())
}

#[test]
fn no_command_of_this_repository_assumes_where_cargo_puts_programs() -> Outcome {
    for name in ["Makefile", ".config/nextest.toml", "tests/src/programs.rs"] {
        let text = fs::read_to_string(programs::repository().join(name))?;
        for place in ["target/debug", "target/release", "target/bench-release"] {
            assert!(!text.contains(place), "{name}: {place}");
        }
    }
    Ok(())
}
