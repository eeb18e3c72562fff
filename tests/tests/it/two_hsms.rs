//! Two HSMs with the same keys: certificates are requested from many threads while one is killed and the other one stops in
//! the middle of its work; then the bank moves from one HSM to the other, as docs/hsm.md describes it.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::database::Database;
use inkan_tests::machine::{self, Expect as _, Machine};
use inkan_tests::programs;
use inkan_tests::screens::customer;
use inkan_tests::seed::{self, Work};
use inkan_tests::trust::Identity;
use serde_json::Value;

use crate::login::soft_certificate;
use crate::mail::until;
use crate::scene::Scene;

const CLIENTS: usize = 6;
const CERTIFICATES: usize = 180;

fn ready(bank: &Bank) -> Outcome<Value> {
    let (_, body) = machine::fetch(&format!("{}/readyz", bank.dev.operations))?;
    Ok(serde_json::from_slice(&body)?)
}

/// States of all HSMs, the first one first.
fn states(bank: &Bank) -> Outcome<Vec<String>> {
    let told = ready(bank)?;
    let others = told["additional_hsms"].as_array().ok_or("no HSMs")?;
    let all = std::iter::once(&told["hsm"]).chain(others);
    Ok(all
        .map(|hsm| hsm["state"].as_str().unwrap_or_default().to_owned())
        .collect())
}

fn all_up(bank: &Bank, hsms: usize) -> Outcome {
    until("all HSMs are up", || {
        Ok(states(bank)? == vec!["up".to_owned(); hsms])
    })
}

/// The process with the module of this HSM, as the log has it.
fn driver(bank: &Bank, unit: &str) -> Outcome<String> {
    let log = bank.log()?;
    let mut started = log.lines().filter(|line| {
        line.contains("in a process of its own") && line.contains(&format!("unit={unit} "))
    });
    let last = started
        .next_back()
        .ok_or_else(|| format!("no process of {unit}: {log}"))?;
    let pid = last.split("pid=").nth(1).ok_or("no pid")?;
    Ok(pid.split_whitespace().next().unwrap_or_default().to_owned())
}

/// A process that has just ended may be gone.
fn signal(pid: &str, signal: &str) -> Outcome {
    programs::run(Command::new("kill").args([signal, pid]))?;
    Ok(())
}

fn metric(bank: &Bank, name: &str) -> Outcome<u64> {
    let (_, body) = machine::fetch(&format!("{}/metrics", bank.dev.operations))?;
    let metrics = String::from_utf8(body)?;
    let value = |line: &str| line.strip_prefix(name)?.trim().parse().ok();
    Ok(metrics.lines().find_map(value).unwrap_or(0))
}

/// One certificate for each request, none refused.
fn enrol_all(bank: &Bank, work: Vec<Work>, done: &AtomicUsize) -> Outcome {
    for one in work {
        let machine = Machine::new(&bank.dev)?;
        let link = format!("inkan:enroll?bank=dev&request={}", one.request);
        let ticket = machine.pick_up(&link)?.granted()?;
        machine.enrol(&ticket, &one.csr)?.granted()?;
        done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn log_in(bank: &Bank, identity: &Identity, password: &str) -> Outcome {
    let browser = Browser::presenting(&bank.dev.server_ca, identity)?;
    customer::log_in_with_certificate(&browser, &bank.dev, password)?.must_show("BTOP001")?;
    Ok(())
}

#[test]
fn one_of_two_hsms_is_killed_or_stops_and_no_issue_fails_then_the_bank_moves_to_the_other()
-> Outcome {
    let scene = Scene::at(Bank::open_with(&["--hsms", "2"])?)?;
    let identity = soft_certificate(&scene, true)?;
    let Scene {
        mut bank, person, ..
    } = scene;
    let password = person.login_password;
    bank.restart_as_serve()?;
    all_up(&bank, 2)?;
    under_load(&bank, &identity, &password)?;
    all_up(&bank, 2)?;
    consistent(&bank, CERTIFICATES + 1)?;
    moves(&mut bank, &identity, &password)?;
    consistent(&bank, CERTIFICATES + 4)
}

fn under_load(bank: &Bank, identity: &Identity, password: &str) -> Outcome {
    let done = AtomicUsize::new(0);
    let mut work = seed::requests(bank, CERTIFICATES)?;
    thread::scope(|scope| -> Outcome {
        let mut clients = Vec::new();
        for _ in 0..CLIENTS {
            let share = work.split_off(work.len() - CERTIFICATES / CLIENTS);
            let done = &done;
            clients.push(scope.spawn(move || {
                let enrolled = enrol_all(bank, share, done);
                enrolled.map_err(|error| error.to_string())
            }));
        }
        let issued = |count: usize| {
            until("certificates are issued", || {
                Ok(done.load(Ordering::Relaxed) >= count
                    || clients.iter().all(|one| one.is_finished()))
            })
        };
        for round in 1..=5 {
            issued(round * 10)?;
            signal(&driver(bank, "first")?, "-KILL")?;
            until("another process", || Ok(states(bank)?[0] == "up"))?;
        }
        issued(60)?;
        // It hangs: whatever waits for it waits for ever.
        let hanging = driver(bank, "second")?;
        signal(&hanging, "-STOP")?;
        log_in(bank, identity, password)?;
        issued(CERTIFICATES - 40)?;
        signal(&hanging, "-CONT")?;
        for client in clients {
            client.join().map_err(|_| "a client ended badly")??;
        }
        Ok(())
    })?;
    assert_eq!(done.load(Ordering::Relaxed), CERTIFICATES);
    let overdue = metric(bank, "inkan_hsm_overdue_total{unit=\"second\"} ")?;
    assert!((1..=40).contains(&overdue), "{overdue}");
    for unit in ["first", "second"] {
        let signed = metric(
            bank,
            &format!("inkan_hsm_sign_seconds_count{{unit=\"{unit}\"}} "),
        )?;
        assert!(signed > 5, "{unit} has signed {signed}");
    }
    Ok(())
}

/// Every certificate is recorded once and signed, and the audit log is whole.
fn consistent(bank: &Bank, count: usize) -> Outcome {
    let certificates = Database::embedded(&bank.data())?.customer_certificates()?;
    assert_eq!(certificates.len(), count, "{certificates:?}");
    assert!(
        certificates.iter().all(|one| one.signed),
        "{certificates:?}"
    );
    let serials: BTreeSet<_> = certificates.iter().map(|one| &one.serial).collect();
    assert_eq!(serials.len(), count);
    let mut verify = Command::new(programs::built("inkan-server")?);
    verify
        .args(["audit", "verify", "--config"])
        .arg(&bank.dev.config);
    programs::run(&mut verify)?.expect_well()?;
    Ok(())
}

/// A login and an issue.
fn works(bank: &Bank, identity: &Identity, password: &str) -> Outcome {
    log_in(bank, identity, password)?;
    enrol_all(bank, seed::requests(bank, 1)?, &AtomicUsize::new(0))
}

fn moves(bank: &mut Bank, identity: &Identity, password: &str) -> Outcome {
    // The new HSM has a specification of its own; it is `second` already, and its keys are restored ones.
    let (first, second) = (bank.data().join("hsm.toml"), bank.data().join("hsm-2.toml"));
    fs::copy(&first, &second)?;
    let conf = bank.data().join("softhsm2-2.conf");
    let mut verify = Command::new(programs::built("inkan-hsm")?);
    verify.arg("verify").arg("--spec").arg(&second);
    programs::run(verify.env("SOFTHSM2_CONF", &conf))?.expect_well()?;

    // The old one fails for good: nobody notices but the operator.
    let tokens = bank.data().join("tokens");
    fs::rename(&tokens, bank.data().join("tokens-old"))?;
    signal(&driver(bank, "first")?, "-KILL")?;
    until("the first one is gone", || Ok(states(bank)?[0] != "up"))?;
    works(bank, identity, password)?;
    let told = ready(bank)?;
    assert_eq!(
        (&told["issuing"], &told["ready"]),
        (&true.into(), &true.into())
    );
    let found = &told["findings"][0];
    assert_eq!(found["code"], "hsm-unavailable", "{told}");
    assert!(
        found["detail"]
            .as_str()
            .is_some_and(|text| text.starts_with("first")),
        "{told}"
    );

    // The new one becomes the first, and the old one is removed from the configuration.
    bank.kill()?;
    let mut config: toml::Table = fs::read_to_string(&bank.dev.config)?.parse()?;
    let hsm = config.get_mut("hsm").and_then(toml::Value::as_table_mut);
    let hsm = hsm.ok_or("no [hsm]")?;
    let removed = hsm.remove("additional").ok_or("no second HSM")?;
    let variables = removed[0]["module_variables"].clone();
    hsm.insert("module_variables".to_owned(), variables);
    hsm.insert("spec".to_owned(), second.display().to_string().into());
    fs::write(&bank.dev.config, toml::to_string(&config)?)?;
    let mut check = Command::new(programs::built("inkan-server")?);
    check
        .args(["config", "check", "--config"])
        .arg(&bank.dev.config);
    programs::run(&mut check)?.expect_well()?;
    bank.restart_as_serve()?;
    all_up(bank, 1)?;
    works(bank, identity, password)?;
    works(bank, identity, password)
}
