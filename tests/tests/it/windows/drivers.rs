//! A module that misbehaves in its driver's process, and what is left of that process.

use std::process::{Command, Stdio};

use inkan_tests::Outcome;
use inkan_tests::desktop::wait_for;
use inkan_tests::programs::{self, Said};
use inkan_tests::wine::WinePrefix;

use super::{driver_processes, install_module, running};

fn listing(wine: &WinePrefix, behaviour: &str) -> Command {
    let mut command = wine.agent("inkan-agent.exe");
    command.env("INKAN_TEST_MODULE", behaviour);
    // A crash under Wine takes seconds, on a busy machine many.
    let limit = if behaviour == "hang" { "5" } else { "60" };
    command.args(["--lang", "en", "--driver-timeout", limit, "list"]);
    command
}

fn list(wine: &WinePrefix, behaviour: &str) -> Outcome<Said> {
    programs::run(&mut listing(wine, behaviour))
}

#[test]
fn output_of_a_module_does_not_reach_the_agent() -> Outcome {
    let wine = WinePrefix::new()?;
    install_module(&wine)?;
    for behaviour in ["", "chatter"] {
        let said = list(&wine, behaviour)?;
        assert_eq!(said.code, Some(0), "{behaviour}: {said}");
        assert!(said.out.contains("Windows"), "{behaviour}: {said}");
        for unwanted in ["debug", "! "] {
            assert!(!said.out.contains(unwanted), "{behaviour}: {said}");
        }
    }
    Ok(())
}

#[test]
fn a_module_that_crashes_or_hangs_costs_only_its_own_process() -> Outcome {
    let wine = WinePrefix::new()?;
    install_module(&wine)?;
    for (behaviour, code) in [("crash", "[driver-crashed]"), ("hang", "[token-timeout]")] {
        let said = list(&wine, behaviour)?;
        // The keys that Windows keeps are listed, and why others are missing.
        assert_eq!(said.code, Some(0), "{behaviour}: {said}");
        assert!(said.out.contains(code), "{behaviour}: {said}");
        assert_eq!(driver_processes(&wine), 0, "{behaviour}");
    }
    Ok(())
}

#[test]
fn a_killed_agent_leaves_neither_the_driver_nor_what_a_module_started() -> Outcome {
    let wine = WinePrefix::new()?;
    install_module(&wine)?;
    let mut command = listing(&wine, "starts");
    let mut agent = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    wait_for("the module to start a program", || {
        (running(&wine, "cmd.exe") > 0).then_some(())
    })?;
    // That of the module, and for a moment that of the keys that Windows keeps.
    assert!(driver_processes(&wine) > 0);
    agent.kill()?;
    agent.wait()?;
    wait_for("both to end", || {
        (driver_processes(&wine) + running(&wine, "cmd.exe") == 0).then_some(())
    })
}
