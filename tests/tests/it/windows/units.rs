//! The unit tests of the agent's crates, built for Windows and run under Wine.

use std::path::PathBuf;

use inkan_tests::wine::WinePrefix;
use inkan_tests::{Outcome, programs};

/// The program with the tests of this crate or file.
fn program(name: &str) -> Outcome<PathBuf> {
    let all = std::env::var("INKAN_WINDOWS_TESTS")
        .map_err(|_| "INKAN_WINDOWS_TESTS is not set: `make test` sets it")?;
    let begin = format!("{name}-");
    let is_it = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default();
        file.to_string_lossy().starts_with(&begin)
    };
    let found = all.split(':').map(PathBuf::from).find(is_it);
    found.ok_or_else(|| format!("no tests of {name} in {all}").into())
}

/// Runs the tests; at least `least` must pass, and none may fail.
fn run(name: &str, least: usize) -> Outcome {
    let wine = WinePrefix::new()?;
    let said = programs::run(&mut wine.command(program(name)?))?;
    let (_, result) = said
        .out
        .split_once("test result: ok. ")
        .filter(|_| said.code == Some(0))
        .ok_or_else(|| format!("{name}: {said}"))?;
    let passed: usize = result.split(' ').next().unwrap_or_default().parse()?;
    assert!(passed >= least, "{name}: only {passed} passed");
    Ok(())
}

#[test]
fn functions_of_the_desktop() -> Outcome {
    run("desktop", 7)
}

#[test]
fn inherited_pipes() -> Outcome {
    run("inherited", 1)
}

#[test]
fn the_agent() -> Outcome {
    run("inkan_agent", 100)
}

#[test]
fn the_window() -> Outcome {
    run("inkan_agent_window", 20)
}
