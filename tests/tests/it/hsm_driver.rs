//! The process that has loaded the HSM's module, under a whole bank: it crashes, and it loses its server.

use std::process::Command;

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::hsm_process;
use inkan_tests::machine;
use inkan_tests::programs;
use inkan_tests::screens::customer;
use serde_json::Value;

use crate::login::soft_certificate;
use crate::mail::until;
use crate::scene::Scene;

fn ready(bank: &Bank) -> Outcome<Value> {
    let url = format!("{}/readyz", bank.dev.operations);
    let (_, body) = machine::fetch(&url)?;
    Ok(serde_json::from_slice(&body)?)
}

fn signal(pid: u32, signal: &str) -> Outcome {
    let mut kill = Command::new("kill");
    programs::run(kill.args([signal, &pid.to_string()]))?.expect_well()?;
    Ok(())
}

#[test]
fn a_driver_that_crashes_costs_no_login_and_is_replaced() -> Outcome {
    let scene = Scene::at(Bank::open()?)?;
    let identity = soft_certificate(&scene, true)?;
    let Scene {
        mut bank, person, ..
    } = scene;
    bank.restart_as_serve()?;
    let up = |bank: &Bank| Ok(ready(bank)?["hsm"]["state"] == "up");
    until("the HSM is up", || up(&bank))?;
    let log_in = |bank: &Bank| -> Outcome {
        let browser = Browser::presenting(&bank.dev.server_ca, &identity)?;
        customer::log_in_with_certificate(&browser, &bank.dev, &person.login_password)?
            .must_show("BTOP001")?;
        Ok(())
    };

    let first = hsm_process::of(&bank)?.ok_or("no driver")?;
    signal(first, "-ABRT")?;
    log_in(&bank)?;
    until("another process signs", || {
        Ok(hsm_process::of(&bank)?.is_some_and(|pid| pid != first) && up(&bank)?)
    })?;
    let told = ready(&bank)?;
    assert_eq!(told["hsm"]["driver"]["crashes"], 1, "{told}");

    let (_, body) = machine::fetch(&format!("{}/metrics", bank.dev.operations))?;
    let metrics = String::from_utf8(body)?;
    for line in [
        "inkan_hsm_driver_crashes_total{unit=\"first\"} 1",
        "inkan_hsm_driver_restricted{unit=\"first\",part=\"network\"} 1",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    Ok(())
}

#[test]
fn a_server_that_is_killed_leaves_no_driver_behind() -> Outcome {
    let mut bank = Bank::open()?;
    bank.restart_as_serve()?;
    until(
        "the HSM is up",
        || Ok(ready(&bank)?["hsm"]["state"] == "up"),
    )?;
    let driver = hsm_process::of(&bank)?.ok_or("no driver")?;
    // SIGKILL.
    bank.kill()?;
    until("it has ended, too", || {
        Ok(hsm_process::name(driver).is_none())
    })?;
    Ok(())
}
