//! Valid and invalid links, one after the other; one window for each user.

use std::process::{Child, Stdio};

use inkan_tests::desktop::{Desktop, end, wait_for};
use inkan_tests::{Outcome, programs};

/// A start of the real program, in English; ended with the test.
struct Start(Child);

impl Start {
    fn with(desktop: &Desktop, arguments: &[&str]) -> Outcome<Self> {
        Self::of_banks("config", desktop, arguments)
    }

    /// With the bank files in this directory.
    fn of_banks(directory: &str, desktop: &Desktop, arguments: &[&str]) -> Outcome<Self> {
        let config = desktop.home().join(directory);
        let mut command = desktop.command(programs::built("inkan-agent-window")?);
        command.args(["--lang", "en", "--config-dir"]).arg(config);
        command.args(arguments).stdout(Stdio::null());
        Ok(Self(command.stderr(Stdio::null()).spawn()?))
    }

    /// Waits for its end and returns its exit code.
    fn code(&mut self) -> Outcome<i32> {
        let status = wait_for("the program to end", || self.0.try_wait().ok().flatten())?;
        Ok(status.code().ok_or("ended by a signal")?)
    }
}

impl Drop for Start {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

#[test]
fn an_invalid_link_is_refused_with_a_message_in_the_window() -> Outcome {
    let desktop = Desktop::open()?;
    let long = format!("inkan:enroll?bank=a&request={}", "x".repeat(100_000));
    let garbage = [
        "https://bank.example/",
        "inkan:",
        "inkan:dance?bank=a&request=b",
        "inkan:enroll?bank=../../etc&request=1",
        "inkan:enroll?bank=a&request=1&portal=https://evil.example",
        "\u{202e}inkan:enroll",
        long.as_str(),
    ];
    for link in garbage {
        let mut start = Start::with(&desktop, &["open", link])?;
        desktop.wait_for_window("Could not continue - Certificate app")?;
        desktop.key("Return")?;
        assert_eq!(start.code()?, 3, "{link:.60}");
    }
    Ok(())
}

#[test]
fn a_bank_that_is_not_installed_is_never_contacted_by_the_window() -> Outcome {
    let desktop = Desktop::open()?;
    let link = "inkan:enroll?bank=elsewhere&request=0123456789abcdef0123456789abcdef";
    let mut start = Start::with(&desktop, &["open", link])?;
    desktop.wait_for_window("Could not continue")?;
    desktop.key("Escape")?;
    assert_eq!(start.code()?, 4);
    Ok(())
}

#[test]
fn a_second_link_waits_its_turn_and_too_many_are_refused() -> Outcome {
    let desktop = Desktop::open()?;
    let mut first = Start::with(&desktop, &["open", "inkan:first"])?;
    desktop.wait_for_window("Could not continue")?;
    for number in 0..3 {
        let link = format!("inkan:next{number}");
        assert_eq!(
            Start::with(&desktop, &["open", &link])?.code()?,
            0,
            "{link}"
        );
    }
    assert_eq!(Start::with(&desktop, &["open", "inkan:more"])?.code()?, 10);
    // A start without a link raises the open window and shows its list.
    assert_eq!(Start::with(&desktop, &[])?.code()?, 0);
    // The first one and the three that waited, one after the other; then the list.
    for _ in 0..4 {
        desktop.wait_for_window("Could not continue")?;
        desktop.key("Return")?;
        wait_for("the page to be read", || {
            desktop.shows("Could not continue").ok().map(|_| ())
        })?;
    }
    desktop.wait_for_window("Tokens and certificates")?;
    desktop.key("alt+F4")?;
    assert_eq!(first.code()?, 3);
    Ok(())
}

#[test]
fn other_bank_files_have_a_separate_window() -> Outcome {
    let desktop = Desktop::open()?;
    let mut first = Start::with(&desktop, &[])?;
    desktop.wait_for_window("Tokens and certificates")?;
    let mut other = Start::of_banks("other", &desktop, &["open", "inkan:other"])?;
    desktop.wait_for_window("Could not continue")?;
    desktop.key("Return")?;
    assert_eq!(other.code()?, 3);
    desktop.wait_for_window("Tokens and certificates")?;
    desktop.key("alt+F4")?;
    assert_eq!(first.code()?, 0);
    Ok(())
}

#[test]
fn without_a_link_the_tokens_are_shown_and_closing_ends_the_program() -> Outcome {
    let desktop = Desktop::open()?;
    let mut start = Start::with(&desktop, &[])?;
    desktop.wait_for_window("Tokens and certificates - Certificate app")?;
    desktop.key("alt+F4")?;
    assert_eq!(start.code()?, 0);
    Ok(())
}

#[test]
fn if_no_token_can_be_read_the_list_shows_why_and_remains() -> Outcome {
    let desktop = Desktop::open()?;
    desktop.enable_accessibility()?;
    let config = desktop.home().join("config");
    std::fs::create_dir_all(&config)?;
    std::fs::write(config.join("modules.toml"), "module = []\npiv = false\n")?;
    let mut start = Start::with(&desktop, &[])?;
    desktop.wait_for_window("Tokens and certificates")?;
    desktop.accessibility_tree("inkan-agent-window", |tree| {
        tree.texts().contains(&"[module-none]")
    })?;
    desktop.key("Escape")?;
    assert_eq!(start.code()?, 0);
    Ok(())
}

#[test]
fn without_a_display_the_program_reports_it_and_ends() -> Outcome {
    let program = programs::built("inkan-agent-window")?;
    let home = tempfile::tempdir()?;
    let mut command = std::process::Command::new(program);
    command
        .env_clear()
        .env("HOME", home.path())
        .env("LANG", "C");
    let output = programs::run(&mut command)?;
    assert_eq!(output.code, Some(1));
    assert!(output.err.contains("No display"), "{output}");
    Ok(())
}
