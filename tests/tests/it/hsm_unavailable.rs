//! The HSM is unavailable when a CRL must be renewed: the last valid one stays, the operator is warned, logins
//! continue, and everything pending is signed automatically once the HSM is back. And the HSM refuses the PIN: an
//! operator corrects it without a restart.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use inkan_tests::Outcome;
use inkan_tests::bank::{Bank, Dev};
use inkan_tests::browser::Browser;
use inkan_tests::machine;
use inkan_tests::programs;
use inkan_tests::screens::customer;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::login::soft_certificate;
use crate::mail::{job, until};
use crate::scene::Scene;

/// Directory of the HSM's tokens.
fn tokens(dev: &Dev) -> Outcome<PathBuf> {
    let text = fs::read_to_string(&dev.softhsm_conf)?;
    let line = text
        .lines()
        .find_map(|l| l.strip_prefix("directories.tokendir"));
    let path = line.and_then(|rest| rest.split_once('='));
    Ok(path.ok_or("no tokendir")?.1.trim().into())
}

/// Number of the customer CA's CRL, after its signature and validity were checked.
fn list(bank: &Bank) -> Outcome<u64> {
    let (_, der) = machine::fetch(&format!("{}/crl/customer-ca.crl", bank.dev.public))?;
    let file = bank.data().join("away.crl");
    fs::write(&file, der)?;
    let file = file.display().to_string();
    let ca = bank.dev.customer_ca.display().to_string();
    let said = programs::openssl([
        "crl",
        "-inform",
        "DER",
        "-in",
        &file,
        "-CAfile",
        &ca,
        "-noout",
        "-crlnumber",
        "-nextupdate",
    ])?;
    assert!(said.well() && said.err.contains("verify OK"), "{said}");
    let number = said
        .out
        .lines()
        .find_map(|l| l.strip_prefix("crlNumber=0x"));
    Ok(u64::from_str_radix(number.ok_or("no number")?, 16)?)
}

fn ready(bank: &Bank) -> Outcome<Value> {
    let (_, body) = machine::fetch(&format!("{}/readyz", bank.dev.operations))?;
    Ok(serde_json::from_slice(&body)?)
}

#[test]
fn a_list_is_due_while_the_hsm_is_unavailable_and_is_made_when_it_is_back() -> Outcome {
    // Signed fourteen hours ago: a CRL that is valid for a day, and has been pending renewal for two hours.
    let then = (Timestamp::now() - SignedDuration::from_hours(14)).to_string();
    let scene = Scene::at(Bank::open_with(&["--now", &then])?)?;
    let identity = soft_certificate(&scene, true)?;
    let Scene {
        mut bank, person, ..
    } = scene;
    until("a list is there", || Ok(list(&bank).is_ok()))?;
    bank.kill()?;
    let (here, away) = (tokens(&bank.dev)?, bank.data().join("tokens-away"));
    fs::rename(&here, &away)?;
    bank.restart_as_serve()?;

    until("the job fails and says so", || {
        let job = job(&bank, "crl")?;
        Ok(job["outcome"] == "failed" && job["state"] == "failed")
    })?;
    let told = ready(&bank)?;
    assert_ne!(told["hsm"]["state"], "up", "{told}");
    assert_eq!(
        (&told["ready"], &told["logins"]),
        (&false.into(), &true.into()),
        "{told}"
    );
    assert_eq!(told["reasons"][0]["code"], "hsm-unavailable", "{told}");
    assert_eq!(told["crl"], "fresh", "{told}");
    let before = list(&bank)?;
    let browser = Browser::presenting(&bank.dev.server_ca, &identity)?;
    customer::log_in_with_certificate(&browser, &bank.dev, &person.login_password)?
        .must_show("BTOP001")?;
    let (_, body) = machine::fetch(&format!("{}/metrics", bank.dev.operations))?;
    let metrics = String::from_utf8(body)?;
    assert!(
        metrics.contains("inkan_job_failing{job=\"crl\"} 1"),
        "there is something to raise an alarm by"
    );

    fs::rename(&away, &here)?;
    until("a new list, by itself", || Ok(list(&bank)? > before))?;
    until("the job is well again", || {
        Ok(job(&bank, "crl")?["outcome"] == "done")
    })?;
    assert_eq!(ready(&bank)?["hsm"]["state"], "up");
    Ok(())
}

fn hang_up(bank: &Bank) -> Outcome {
    let pid = bank.pid().ok_or("the bank is gone")?.to_string();
    programs::run(Command::new("kill").args(["-HUP", &pid]))?.expect_well()?;
    Ok(())
}

/// How many PINs were sent to the HSM.
fn logins(bank: &Bank) -> Outcome<u64> {
    let (_, body) = machine::fetch(&format!("{}/metrics", bank.dev.operations))?;
    let metrics = String::from_utf8(body)?;
    let name = "inkan_hsm_logins_total{unit=\"first\"} ";
    let value = |line: &str| line.strip_prefix(name)?.parse().ok();
    Ok(metrics.lines().find_map(value).ok_or(metrics)?)
}

#[test]
fn a_refused_pin_is_told_and_a_corrected_one_is_taken_without_a_restart() -> Outcome {
    let mut bank = Bank::open()?;
    bank.kill()?;
    let file = bank.data().join("secrets/issuing.pin");
    let right = fs::read(&file)?;
    fs::write(&file, "not-the-pin")?;
    bank.restart_as_serve()?;

    until("the PIN is refused", || {
        Ok(ready(&bank)?["hsm"]["state"] == "pin-refused")
    })?;
    let told = ready(&bank)?;
    assert_eq!(
        (&told["ready"], &told["logins"], &told["issuing"]),
        (&false.into(), &true.into(), &false.into()),
        "{told}"
    );
    let reason = &told["reasons"][0];
    assert_eq!(
        (&reason["code"], &reason["detail"]),
        (&"hsm-pin-refused".into(), &"refused".into()),
        "{told}"
    );
    let issuing = format!("{}/readyz?for=issuing", bank.dev.operations);
    match machine::fetch(&issuing) {
        Ok(_) => return Err("readyz says that certificates can be issued".into()),
        Err(closed) => assert!(closed.to_string().contains("503"), "{closed}"),
    }
    let (_, body) = machine::fetch(&format!("{}/metrics", bank.dev.operations))?;
    let metrics = String::from_utf8(body)?;
    assert!(
        metrics.contains("inkan_hsm_pin_halted{unit=\"first\",reason=\"refused\"} 1"),
        "{metrics}"
    );

    // A refused PIN is not sent again, for any request and after any other PIN.
    let withheld = |times: usize| -> Outcome<bool> {
        Ok(bank.log()?.matches("was sent before and is not").count() == times)
    };
    hang_up(&bank)?;
    until("the same PIN is withheld", || withheld(1))?;
    fs::write(&file, "nor-is-this-one")?;
    hang_up(&bank)?;
    until("the other PIN is sent", || Ok(logins(&bank)? == 2))?;
    fs::write(&file, "not-the-pin")?;
    hang_up(&bank)?;
    until("the first PIN is withheld", || withheld(2))?;
    assert_eq!(ready(&bank)?["hsm"]["state"], "pin-refused");

    fs::write(&file, right)?;
    hang_up(&bank)?;
    until("it issues", || Ok(ready(&bank)?["ready"] == true))?;
    machine::fetch(&issuing)?;
    assert_eq!(logins(&bank)?, 3, "one for each PIN");
    Ok(())
}
