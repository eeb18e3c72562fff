//! The PIN of the bank's HSM is shared among officers: the server starts sealed, and they unseal it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use inkan_tests::bank::{Bank, Dev};
use inkan_tests::browser::Browser;
use inkan_tests::chromium::Stage;
use inkan_tests::database::Database;
use inkan_tests::desks::Desk;
use inkan_tests::machine::{Expect as _, Machine, Ticket};
use inkan_tests::officers::{Pages, TokenOfficer, inkan_hsm, make_set, make_set_with};
use inkan_tests::programs::{self, Said};
use inkan_tests::screens::{counter, customer};
use inkan_tests::trust::Identity;
use inkan_tests::{Outcome, certificates, machine, requests};
use serde_json::Value;

use crate::mail::until;
use crate::scene::Scene;

const FIVE: [&str; 5] = ["Aoki", "Baba", "Chiba", "Doi", "Endo"];
const THREE: [&str; 3] = ["Aoki", "Baba", "Chiba"];

fn socket(bank: &Bank) -> PathBuf {
    bank.data().join("unseal/socket")
}

fn edit(file: &Path, from: &str, to: &str) -> Outcome {
    let text = fs::read_to_string(file)?;
    if !text.contains(from) {
        return Err(format!("{} lacks {from}", file.display()).into());
    }
    Ok(fs::write(file, text.replacen(from, to, 1))?)
}

/// The PIN is shared, and the bank serves: sealed.
fn seal_in(bank: &mut Bank, threshold: &str, names: &[&str], more: (&str, &str)) -> Outcome<Pages> {
    seal_in_with(bank, threshold, (names, &[]), more)
}

/// The same, also with officers who have a token.
fn seal_in_with(
    bank: &mut Bank,
    threshold: &str,
    officers: (&[&str], &[&TokenOfficer<'_>]),
    more: (&str, &str),
) -> Outcome<Pages> {
    bank.kill()?;
    let pages = make_set_with(&bank.dev, "create", threshold, officers, "")?;
    edit(
        &bank.dev.hsm_spec,
        "pin = { file = \"secrets/issuing.pin\" }",
        "pin = { shares = \"hsm/issuing.shares.json\" }",
    )?;
    let line = format!("[hsm]\nunseal_socket = {:?}\n", socket(bank));
    edit(&bank.dev.config, "[hsm]\n", &line)?;
    edit(&bank.dev.config, more.0, more.1)?;
    bank.restart_as_serve()?;
    Ok(pages)
}

fn ready(bank: &Bank) -> Outcome<Value> {
    let (_, body) = machine::fetch(&format!("{}/readyz", bank.dev.operations))?;
    Ok(serde_json::from_slice(&body)?)
}

fn metric(bank: &Bank, name: &str) -> Outcome<u64> {
    let (_, body) = machine::fetch(&format!("{}/metrics", bank.dev.operations))?;
    let metrics = String::from_utf8(body)?;
    let value = |line: &str| line.strip_prefix(name)?.trim().parse().ok();
    Ok(metrics.lines().find_map(value).ok_or(metrics)?)
}

fn at_socket(bank: &Bank, arguments: &[&str], line: &str) -> Outcome<Said> {
    let socket = socket(bank);
    let socket = socket.to_string_lossy();
    inkan_hsm(
        &bank.dev,
        &[arguments, &["--socket", &socket]].concat(),
        line,
    )
}

fn unseal(bank: &Bank, pages: &Pages, number: usize) -> Outcome<Said> {
    at_socket(bank, &["unseal"], &pages.share(number)?)
}

fn signal(bank: &Bank, name: &str) -> Outcome {
    let pid = bank.pid().ok_or("the bank is gone")?.to_string();
    programs::run(Command::new("kill").args([name, &pid]))?.expect_well()?;
    Ok(())
}

/// Actions about the HSM in the audit log, in their order.
fn recorded(bank: &Bank) -> Outcome<Vec<String>> {
    let query =
        "SELECT action || ' ' || detail FROM audit_log WHERE action LIKE 'hsm.%' ORDER BY seq";
    Database::embedded(&bank.data())?.rows(query, |row| sqlx::Row::try_get(row, 0))
}

#[test]
fn three_of_five_unseal_and_sealing_stops_the_issue() -> Outcome {
    let mut scene = Scene::registered(Bank::open()?)?;
    let pages = seal_in(&mut scene.bank, "3", &FIVE, ("", ""))?;
    let bank = &scene.bank;
    let told = ready(bank)?;
    assert_eq!(told["hsm"]["state"], "sealed", "{told}");
    assert_eq!(
        (&told["logins"], &told["issuing"]),
        (&true.into(), &false.into())
    );
    assert_eq!(told["reasons"][0]["code"], "hsm-sealed", "{told}");
    until("the metrics say so", || {
        Ok(metric(bank, "inkan_hsm_sealed{unit=\"first\"} ").is_ok_and(|sealed| sealed == 1))
    })?;
    assert_eq!(metric(bank, "inkan_hsm_logins_total{unit=\"first\"} ")?, 0);
    machine::fetch(&format!("{}/crl/customer-ca.crl", bank.dev.public))?;

    // Staff and customers log in and work; what needs a signature waits.
    scene.approve()?;
    let (key, csr) = requests::honest()?;
    let ticket = scene.ticket()?;
    let machine = Machine::new(&bank.dev)?;
    let sealed = || -> Outcome {
        let refused = machine.enrol(&ticket, &csr)?.refused()?;
        assert_eq!(
            (refused.status, refused.code.as_str()),
            (503, "sealed"),
            "{refused:?}"
        );
        assert_eq!(refused.retry_after.as_deref(), Some("60"));
        Ok(())
    };
    sealed()?;

    let security = || -> Outcome<String> {
        let officer = counter::at_work_as(&bank.dev, "security-officer")?;
        Ok(officer
            .open(&format!("{}/security", bank.dev.staff))?
            .text())
    };
    for (number, told) in [
        (4, "1 of 3 shares; officers: Doi"),
        (1, "2 of 3 shares; officers: Doi, Aoki"),
    ] {
        let said = unseal(bank, &pages, number)?;
        assert!(said.well() && said.out.contains(told), "{said}");
    }
    let shown = security()?;
    assert!(
        shown.contains("封印されています") && shown.contains("2 / 3(Doi、Aoki"),
        "{shown}"
    );
    let said = unseal(bank, &pages, 3)?;
    assert!(said.well() && said.out.contains("the HSM signs"), "{said}");
    assert_eq!(ready(bank)?["hsm"]["state"], "up");

    let said = at_socket(bank, &["seal"], "")?;
    assert!(said.well() && said.out.contains("Sealed"), "{said}");
    sealed()?;
    // Other officers; the request from before is completed.
    for number in [5, 2, 4] {
        assert!(unseal(bank, &pages, number)?.well());
    }
    let identity = certificates::soft(machine.enrol(&ticket, &csr)?.granted()?, &key);
    Machine::presenting(&bank.dev, &identity)?
        .activate()?
        .granted()?;
    at_socket(bank, &["seal"], "")?.expect_well()?;
    let browser = Browser::presenting(&bank.dev.server_ca, &identity)?;
    customer::log_in_with_certificate(&browser, &bank.dev, &scene.person.login_password)?
        .must_show("BTOP001")?;
    assert_eq!(metric(bank, "inkan_hsm_logins_total{unit=\"first\"} ")?, 2);

    let actions = recorded(bank)?;
    let count = |action: &str| actions.iter().filter(|row| row.starts_with(action)).count();
    let found = ["hsm.share-accepted ", "hsm.unsealed ", "hsm.sealed "].map(count);
    assert_eq!(found, [6, 2, 2], "{actions:?}");
    assert!(actions[0].contains("Doi"), "{actions:?}");
    Ok(())
}

/// The approver becomes a security officer, too: entered by one officer, approved by another.
fn third_officer(dev: &Dev) -> Outcome<&'static str> {
    let entering = counter::at_work_as(dev, "security-officer")?;
    let list = entering.open(&format!("{}/staff", dev.staff))?;
    let role = list.row("approver-2")?.links();
    let role = role.into_iter().find(|link| link.ends_with("/role"));
    let role = role.ok_or("no link to the role")?;
    let page = entering.open(&format!("{}{role}", dev.staff))?;
    let form = page
        .form(&role)?
        .fill_all(&[("role", "security_officer"), ("note", "officer")])?;
    let entered = entering.send(&page, &form)?;
    let path = entered.url.path().to_owned();
    if !path.starts_with("/proposals/") {
        return Err(format!("not entered:\n{}", entered.text()).into());
    }
    let approving = counter::at_work_as(dev, "security-officer-2")?;
    counter::decide(&approving, dev, &path)?;
    Ok("approver-2")
}

/// An officer's share from the console, without a browser's window: asked for, and opened by the agent on the officer's PC.
fn unseal_at_console(bank: &Bank, desk: &Desk, name: &str) -> Outcome<Result<Value, String>> {
    let officer = counter::at_work_as(&bank.dev, name)?;
    let page = officer.open(&format!("{}/security", bank.dev.staff))?;
    let Ok(form) = page.form("/security/unseal") else {
        return Ok(Err("no button".to_owned()));
    };
    let asked = officer.send(&page, &form)?;
    let followed = desk.pc.follow(&asked.link("inkan:unseal")?)?;
    Ok(followed.result().map_err(|error| error.to_string()))
}

/// A dishonest program with what it could have: the link, another officer's certificate, another officer's share.
fn nobody_enters_anothers_share(bank: &Bank, names: [&str; 3], shares: [&str; 2]) -> Outcome {
    let dev = &bank.dev;
    let console =
        |identity: &Identity| Machine::against(&dev.server_ca, &dev.portal, &dev.staff, identity);
    let machine = |name: &str| -> Outcome<Machine> {
        let found = dev.staff_identities.iter().find(|one| one.name == name);
        let one = found.ok_or("nobody")?;
        console(&Identity::from_files(&one.certificate, &one.key)?)
    };
    let ask = || -> Outcome<String> {
        let officer = counter::at_work_as(dev, names[0])?;
        let page = officer.open(&format!("{}/security", dev.staff))?;
        let asked = officer.send(&page, &page.form("/security/unseal")?)?;
        asked.link("inkan:unseal")
    };
    let (own, other) = (machine(names[0])?, machine(names[1])?);
    let link = ask()?;
    let ticket = own.pick_up_unseal(&link)?.granted()?;
    assert_eq!(own.pick_up_unseal(&link)?.refused()?.code, "request-used");
    let refused = |machine: &Machine, ticket: &Ticket, share: &str| -> Outcome<String> {
        let body = serde_json::json!({ "share": share });
        Ok(machine.about_share(ticket, "share", &body)?.refused()?.code)
    };
    let stolen = Ticket {
        credential: "another".to_owned(),
        ..ticket.clone()
    };
    assert_eq!(refused(&own, &stolen, shares[0])?, "credential-invalid");
    assert_eq!(refused(&other, &ticket, shares[1])?, "credential-invalid");
    let nobody = console(&Identity::Nobody)?;
    assert_eq!(refused(&nobody, &ticket, shares[0])?, "certificate-missing");
    assert_eq!(
        refused(&machine("teller")?, &ticket, shares[0])?,
        "credential-invalid"
    );
    // With the right certificate, but what is sent is the other officer's; then the request is over.
    assert_eq!(refused(&own, &ticket, shares[1])?, "share-other-officer");
    assert_eq!(refused(&own, &ticket, shares[0])?, "request-closed");
    for (share, code) in [("", "share-incorrect"), ("zoo", "share-incorrect")] {
        let ticket = own.pick_up_unseal(&ask()?)?.granted()?;
        assert_eq!(refused(&own, &ticket, share)?, code);
    }
    let said = at_socket(bank, &["unseal", "--status"], "")?;
    assert!(said.out.contains("0 of 3 shares"), "{said}");
    Ok(())
}

/// Three security officers, each at their own PC with a token that has the staff certificate.
fn three_desks(dev: &Dev) -> Outcome<([&'static str; 3], Vec<Desk>)> {
    let names = [
        "security-officer",
        "security-officer-2",
        third_officer(dev)?,
    ];
    let desks = names.iter().map(|name| Desk::of(dev, name));
    Ok((names, desks.collect::<Outcome<_>>()?))
}

fn with_share_keys<'a>(
    dev: &Dev,
    names: [&str; 3],
    desks: &'a [Desk],
) -> Outcome<Vec<TokenOfficer<'a>>> {
    let each = desks.iter().zip(names);
    each.map(|(desk, name)| TokenOfficer::new(dev, &desk.pc, name))
        .collect()
}

/// Actions about the HSM in the audit log with the kind of actor.
fn recorded_with_actors(bank: &Bank) -> Outcome<Vec<String>> {
    let query = "SELECT action || ' ' || actor_kind || ' ' || detail FROM audit_log \
                 WHERE action LIKE 'hsm.%' ORDER BY seq";
    Database::embedded(&bank.data())?.rows(query, |row| sqlx::Row::try_get(row, 0))
}

#[test]
fn three_of_five_unseal_with_their_tokens_from_the_console() -> Outcome {
    let mut stage = Stage::open()?;
    let (names, desks) = three_desks(&stage.bank.dev)?;
    let officers = with_share_keys(&stage.bank.dev, names, &desks)?;
    let tokens: Vec<&TokenOfficer<'_>> = officers.iter().collect();
    let five = (&["Aoki", "Baba"][..], &tokens[..]);
    seal_in_with(&mut stage.bank, "3", five, ("", ""))?;
    stage.play_with(&desks, "unseal.js", &[])?;

    let bank = &stage.bank;
    let rows = recorded_with_actors(bank)?;
    let accepted: Vec<&String> = rows
        .iter()
        .filter(|row| row.starts_with("hsm.share-accepted staff "))
        .collect();
    assert_eq!(accepted.len(), 3, "{rows:?}");
    for (row, name) in accepted.iter().zip(names) {
        assert!(row.contains(&format!(" {name}\"")), "{row}");
    }
    assert!(
        rows.iter().any(|row| row.contains("share-twice")),
        "{rows:?}"
    );
    let sealed = rows.last().ok_or("nothing is recorded")?;
    assert!(
        sealed.starts_with("hsm.sealed staff ") && sealed.contains("console"),
        "{sealed}"
    );
    // The server's log and database hold no share.
    let set = bank.data().join("hsm/issuing.shares.json");
    let share = officers[0].reveal(&set)?.to_lowercase();
    let log = bank.log()?.to_lowercase();
    assert!(!log.contains(&share) && !rows.join("\n").to_lowercase().contains(&share));
    Ok(())
}

#[test]
fn nobody_enters_anothers_share_and_a_lost_token_is_replaced() -> Outcome {
    let mut bank = Bank::open()?;
    let (names, desks) = three_desks(&bank.dev)?;
    let officers = with_share_keys(&bank.dev, names, &desks)?;
    let tokens: Vec<&TokenOfficer<'_>> = officers.iter().collect();
    let five = (&["Aoki", "Baba"][..], &tokens[..]);
    let pages = seal_in_with(&mut bank, "3", five, ("", ""))?;
    let set = bank.data().join("hsm/issuing.shares.json");
    let (one, other) = (officers[0].reveal(&set)?, officers[1].reveal(&set)?);
    nobody_enters_anothers_share(&bank, names, [&one, &other])?;

    // The third officer loses the token. The others, and one with a page, make a new set without it.
    let lines = [one, other, pages.share(1)?].join("\n") + "\n";
    let without = (&["Aoki", "Baba", "Chiba"][..], &tokens[..2]);
    let pages = make_set_with(&bank.dev, "reshare", "3", without, &lines)?;
    let lost = unseal_at_console(&bank, &desks[2], names[2])?;
    assert_eq!(lost.err().as_deref(), Some("no button"));
    assert!(
        officers[2].reveal(&set).is_err(),
        "the new set has nothing for it"
    );
    for (desk, name) in desks.iter().zip(names).take(2) {
        let sent = unseal_at_console(&bank, desk, name)??;
        assert_eq!(sent["unsealed"], false, "{sent}");
    }
    let said = unseal(&bank, &pages, 3)?;
    assert!(said.out.contains("the HSM signs"), "{said}");
    Ok(())
}

#[test]
fn every_wrong_share_has_its_own_answer_and_no_pin_is_sent() -> Outcome {
    let mut bank = Bank::open()?;
    let old = seal_in(
        &mut bank,
        "2",
        &THREE,
        ("[hsm]\n", "[hsm]\nseal_on = [\"SIGUSR1\"]\n"),
    )?;
    let lines = [old.share(1)?, old.share(2)?].join("\n") + "\n";
    let pages = make_set(&bank.dev, "reshare", "2", &["Baba", "Chiba", "Doi"], &lines)?;
    let refused = |said: Said, code: &str| {
        assert_eq!(said.code, Some(12), "{said}");
        assert!(said.err.contains(code), "{code}: {said}");
    };

    let share = pages.share(1)?;
    let mut words: Vec<&str> = share.split(' ').collect();
    let other = (11..words.len()).find(|n| words[*n] != words[10]);
    words.swap(10, other.ok_or("the words are all the same")?);
    refused(
        at_socket(&bank, &["unseal"], &words.join(" "))?,
        "share-checksum",
    );
    words[3] = "inkan";
    refused(
        at_socket(&bank, &["unseal"], &words.join(" "))?,
        "Word 4 is not in the list",
    );
    refused(unseal(&bank, &old, 1)?, "share-other-set");
    assert!(unseal(&bank, &pages, 1)?.well());
    refused(unseal(&bank, &pages, 1)?, "share-twice");
    let said = at_socket(&bank, &["unseal", "--status"], "")?;
    assert!(said.out.contains("1 of 2 shares; officers: Baba"), "{said}");

    // What is no request at all.
    for (sent, code) in [
        ("{}\n".to_owned(), "malformed"),
        ("x".repeat(4096), "too-large"),
    ] {
        let mut stream = UnixStream::connect(socket(&bank))?;
        // It closes as soon as there is too much.
        let _ = stream.write_all(sent.as_bytes());
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert!(answer.contains(code) || code == "too-large", "{answer}");
    }
    // An unfinished change: one of two sets would cost a try.
    let pending = bank.data().join("hsm/issuing.shares.json.pending");
    at_socket(&bank, &["seal"], "")?.expect_well()?;
    fs::write(&pending, "{}")?;
    refused(unseal(&bank, &pages, 1)?, "share-pending");
    fs::remove_file(&pending)?;
    signal(&bank, "-HUP")?;
    until("SIGHUP is heard", || {
        Ok(bank.log()?.contains("it is not read again"))
    })?;
    assert_eq!(ready(&bank)?["hsm"]["state"], "sealed");
    assert_eq!(metric(&bank, "inkan_hsm_logins_total{unit=\"first\"} ")?, 0);

    assert!(unseal(&bank, &pages, 2)?.well());
    assert!(unseal(&bank, &pages, 3)?.well());
    refused(unseal(&bank, &pages, 1)?, "not-sealed");
    signal(&bank, "-USR1")?;
    until("the signal seals", || {
        Ok(ready(&bank)?["hsm"]["state"] == "sealed")
    })?;
    // Sealing does not wait for its row.
    until("the signal is recorded", || {
        Ok(recorded(&bank)?.iter().any(|row| row.contains("SIGUSR1")))
    })?;
    let actions = recorded(&bank)?;
    let codes = ["share-other-set", "share-twice"];
    for code in codes {
        assert!(
            actions.iter().any(|row| row.contains(code)),
            "{code}: {actions:?}"
        );
    }
    // The log and the database hold no share.
    let log = bank.log()?.to_lowercase();
    assert!(!log.contains(&share) && !actions.join("\n").contains(&share));
    Ok(())
}

#[test]
fn a_pin_that_somebody_changed_is_sent_once() -> Outcome {
    let mut bank = Bank::open()?;
    let old = seal_in(&mut bank, "2", &THREE, ("", ""))?;
    let file = bank.data().join("hsm/issuing.shares.json");
    let kept = fs::read(&file)?;
    let lines = [old.share(1)?, old.share(2)?].join("\n") + "\n";
    let new = make_set(&bank.dev, "reshare", "2", &THREE, &lines)?;
    // The token has another PIN than the set that the server sees.
    let current = fs::read(&file)?;
    fs::write(&file, kept)?;

    assert!(unseal(&bank, &old, 1)?.well());
    let said = unseal(&bank, &old, 3)?;
    assert_eq!(said.code, Some(4), "{said}");
    assert!(said.err.contains("pin-refused (refused)"), "{said}");
    assert_eq!(metric(&bank, "inkan_hsm_logins_total{unit=\"first\"} ")?, 1);
    at_socket(&bank, &["seal"], "")?.expect_well()?;
    assert!(unseal(&bank, &old, 1)?.well());
    let said = unseal(&bank, &old, 2)?;
    assert_eq!(said.code, Some(12), "{said}");
    assert!(said.err.contains("pin-withheld"), "{said}");
    assert_eq!(metric(&bank, "inkan_hsm_logins_total{unit=\"first\"} ")?, 1);
    assert_eq!(ready(&bank)?["hsm"]["state"], "sealed");

    // With the right file the shares of that set unseal it, without a restart.
    fs::write(&file, current)?;
    assert!(unseal(&bank, &new, 1)?.well());
    let said = unseal(&bank, &new, 2)?;
    assert!(said.out.contains("the HSM signs"), "{said}");
    Ok(())
}

#[test]
fn a_copy_of_the_token_is_unsealed_and_sealed_with_the_first_one() -> Outcome {
    let mut bank = Bank::open_with(&["--hsms", "2"])?;
    let pages = seal_in(&mut bank, "2", &THREE, ("", ""))?;
    // The set was made after inkan-dev had copied the token: the copy has another PIN, as after a reshare.
    let states = |bank: &Bank| -> Outcome<[Value; 2]> {
        let ready = ready(bank)?;
        let (first, second) = (&ready["hsm"], &ready["additional_hsms"][0]);
        Ok([first, second].map(|hsm| hsm["state"].clone()))
    };
    assert_eq!(states(&bank)?, ["sealed", "sealed"]);
    assert!(unseal(&bank, &pages, 1)?.well());
    let said = unseal(&bank, &pages, 3)?;
    assert!(said.out.contains("the HSM signs"), "{said}");
    until("the copy has refused the PIN", || {
        Ok(states(&bank)? == ["up", "pin-refused"])
    })?;
    assert_eq!(
        metric(&bank, "inkan_hsm_logins_total{unit=\"second\"} ")?,
        1
    );
    // The same shares again: it is not sent to the copy again, and the first one is unsealed.
    at_socket(&bank, &["seal"], "")?.expect_well()?;
    assert_eq!(states(&bank)?, ["sealed", "sealed"]);
    assert!(unseal(&bank, &pages, 1)?.well());
    assert!(unseal(&bank, &pages, 2)?.out.contains("the HSM signs"));
    assert_eq!(states(&bank)?, ["up", "sealed"]);
    assert_eq!(
        metric(&bank, "inkan_hsm_logins_total{unit=\"second\"} ")?,
        1
    );
    let withheld = recorded(&bank)?;
    let withheld = withheld
        .iter()
        .filter(|row| row.starts_with("hsm.pin-withheld"));
    assert_eq!(withheld.count(), 1);

    // With a new copy both are unsealed, and sealed, by the same shares.
    bank.kill()?;
    let (first, second) = (bank.data().join("tokens"), bank.data().join("tokens-2"));
    fs::remove_dir_all(&second)?;
    let mut copy = Command::new("cp");
    programs::run(copy.arg("-a").args([first, second]))?.expect_well()?;
    bank.restart_as_serve()?;
    assert!(unseal(&bank, &pages, 2)?.well());
    assert!(unseal(&bank, &pages, 3)?.out.contains("the HSM signs"));
    assert_eq!(states(&bank)?, ["up", "up"]);
    at_socket(&bank, &["seal"], "")?.expect_well()?;
    assert_eq!(states(&bank)?, ["sealed", "sealed"]);

    // Shares of another set do not open the copy, and the start says so.
    bank.kill()?;
    let set = bank.data().join("hsm/issuing.shares.json");
    fs::copy(&set, set.with_file_name("other.shares.json"))?;
    let lines = [pages.share(1)?, pages.share(2)?].join("\n") + "\n";
    make_set(&bank.dev, "reshare", "2", &THREE, &lines)?;
    let spec = fs::read_to_string(&bank.dev.hsm_spec)?;
    let (own, other) = (&bank.dev.hsm_spec, bank.data().join("hsm-2.toml"));
    fs::write(&other, spec.replace("issuing.shares", "other.shares"))?;
    let additional = "name = \"second\"\nspec = ";
    let (from, to) = (
        format!("{additional}{own:?}"),
        format!("{additional}{other:?}"),
    );
    edit(&bank.dev.config, &from, &to)?;
    let mut check = Command::new(programs::built("inkan-server")?);
    let checked = programs::run(
        check
            .args(["config", "check", "--config"])
            .arg(&bank.dev.config),
    )?;
    assert!(
        !checked.well() && checked.err.contains("in another set"),
        "{checked}"
    );
    Ok(())
}

#[test]
fn an_unfinished_attempt_is_forgotten() -> Outcome {
    let mut bank = Bank::open()?;
    let pages = seal_in(
        &mut bank,
        "2",
        &THREE,
        ("unseal_minutes = 15", "unseal_minutes = 1"),
    )?;
    assert!(unseal(&bank, &pages, 1)?.well());
    let (began, limit) = (Instant::now(), Duration::from_secs(120));
    let status = || at_socket(&bank, &["unseal", "--status"], "");
    assert!(status()?.out.contains("1 of 2 shares"));
    while !status()?.out.contains("0 of 2 shares") {
        assert!(began.elapsed() < limit, "{}", status()?);
        std::thread::sleep(Duration::from_millis(500));
    }
    assert!(began.elapsed() > Duration::from_secs(55));
    let actions = recorded(&bank)?;
    assert!(
        actions
            .iter()
            .any(|row| row.starts_with("hsm.unseal-timed-out")),
        "{actions:?}"
    );
    // The first share is needed again.
    assert!(unseal(&bank, &pages, 2)?.out.contains("1 of 2 shares"));
    Ok(())
}

#[test]
fn a_shared_pin_without_a_socket_is_refused_at_the_start() -> Outcome {
    let mut bank = Bank::open()?;
    seal_in(&mut bank, "2", &THREE, ("", ""))?;
    bank.kill()?;
    let line = format!("unseal_socket = {:?}\n", socket(&bank));
    edit(&bank.dev.config, &line, "")?;
    let mut command = Command::new(programs::built("inkan-server")?);
    command.args(["serve", "--config"]).arg(&bank.dev.config);
    let said = programs::run(command.env("SOFTHSM2_CONF", &bank.dev.softhsm_conf))?;
    assert_eq!(said.code, Some(3), "{said}");
    assert!(said.err.contains("hsm.unseal_socket"), "{said}");
    Ok(())
}
