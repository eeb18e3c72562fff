//! Bounced messages, and how the bank handles them: `inkan-server mail`.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::database::Database;
use inkan_tests::programs::{self, Said};
use inkan_tests::smtp::{Caught, MailServer};
use serde_json::Value;

use crate::login::soft_certificate;
use crate::mail::{bank_with, until};
use crate::scene::Scene;

/// `inkan-server mail` with this on its standard input.
fn mail(bank: &Bank, arguments: &[&str], input: &str) -> Outcome<Said> {
    let (command, more) = arguments.split_first().ok_or("no command")?;
    let mut process = Command::new(programs::built("inkan-server")?)
        .args(["mail", command, "--config"])
        .arg(&bank.dev.config)
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = process.stdin.take().ok_or("no standard input")?;
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    Ok(process.wait_with_output()?.into())
}

/// A mail server's report that a message could not be delivered after all.
fn came_back(letter: &Caught, action: &str) -> String {
    let status = if action == "failed" { "5.1.1" } else { "4.4.1" };
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: {}\nSubject: Undelivered Mail Returned to Sender\n\
         MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"XYZ\"\n\n\
         --XYZ\nContent-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\nI'm sorry.\n\n\
         --XYZ\nContent-Description: Delivery report\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {}\nAction: {action}\nStatus: {status}\n\
         Diagnostic-Code: smtp; 550 5.1.1 no such user here\n\n--XYZ\nContent-Type: message/rfc822\n\n{}\n--XYZ--\n",
        letter.from, letter.to[0], letter.raw
    )
}

fn failed(bank: &Bank) -> Outcome<Vec<Value>> {
    let said = mail(bank, &["failed"], "")?.expect_well()?;
    let read = |line: &str| -> Outcome<Value> { Ok(serde_json::from_str(line)?) };
    said.lines().map(read).collect()
}

#[test]
fn a_message_that_comes_back_is_shown_to_the_bank_and_goes_again_to_a_better_address() -> Outcome {
    let server = MailServer::open()?;
    let mut bank = bank_with(&server, &[])?;
    let config = fs::read_to_string(&bank.dev.config)?;
    let each = config.replace("\"bounces@bank.example\"", "\"bounces+{id}@bank.example\"");
    assert_ne!(config, each);
    fs::write(&bank.dev.config, each)?;
    bank.restart()?;
    let scene = Scene::registered(bank)?;
    let letter = server.wait_for(1)?.remove(0);
    let id = letter.message_id.trim_start_matches('<').split('@').next();
    let id = id.unwrap_or_default().to_owned();
    assert_eq!(letter.from, format!("bounces+{id}@bank.example"));
    let states = || -> Outcome<Vec<String>> {
        let query =
            "SELECT state || ' ' || COALESCE(error, '') FROM outbox ORDER BY created_at, id";
        Database::embedded(&scene.bank.data())?.rows(query, |row| sqlx::Row::try_get(row, 0))
    };
    until("sent", || Ok(states()? == ["sent "]))?;

    // A report that is not about a failure of our messages changes nothing, and is no error for the mail server.
    let mut strange = letter.clone();
    strange.from = "bounces+00000000000000000000000000000000@bank.example".to_owned();
    strange.raw = "Message-ID: <somebody@else.example>\n\n".to_owned();
    for message in [
        String::new(),
        "Subject: I am away\n\nback on Monday\n".to_owned(),
        came_back(&letter, "delayed"),
        came_back(&strange, "failed"),
    ] {
        assert!(
            mail(&scene.bank, &["bounce"], &message)?.well(),
            "{message}"
        );
        assert_eq!(states()?, ["sent "]);
    }

    // The same report twice is one bounce.
    let report = came_back(&letter, "failed");
    for _ in 0..2 {
        assert!(mail(&scene.bank, &["bounce"], &report)?.well());
    }
    let listed = failed(&scene.bank)?;
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(listed[0]["id"], id.as_str());
    assert_eq!(listed[0]["error"], "mail-bounced");
    assert_eq!(listed[0]["address"], "hanakodt@oozora.co.jp");
    assert!(listed[0]["reply"].to_string().contains("no such user here"));
    let audit = Database::embedded(&scene.bank.data())?.audit()?;
    let noted = audit.iter().filter(|row| row.starts_with("mail.bounced"));
    assert_eq!(noted.count(), 1);

    // The customer has given another address: the message is sent there. Other messages were sent all the time.
    scene.approve()?;
    soft_certificate(&scene, true)?;
    assert_eq!(server.wait_for(3)?.len(), 3);
    Database::embedded(&scene.bank.data())?
        .execute("UPDATE users SET email = 'hanako@oozora.example'")?;
    let unknown = mail(
        &scene.bank,
        &["retry", "ffffffffffffffffffffffffffffffff"],
        "",
    )?;
    assert!(!unknown.well());
    mail(&scene.bank, &["retry", &id], "")?.expect_well()?;
    let mails = server.wait_for(4)?;
    assert_eq!(mails[3].to, ["hanako@oozora.example"]);
    assert_eq!(mails[3].message_id, letter.message_id);
    assert!(failed(&scene.bank)?.is_empty());
    assert!(
        !mail(&scene.bank, &["retry", &id], "")?.well(),
        "it is not failed any more"
    );

    // The database is unavailable: the exit code makes the mail server try again.
    let config = fs::read_to_string(&scene.bank.dev.config)?;
    let elsewhere = config.replace("sqlite://", "postgres://127.0.0.1:1/");
    fs::write(&scene.bank.dev.config, elsewhere)?;
    assert_eq!(mail(&scene.bank, &["bounce"], &report)?.code, Some(75));
    Ok(())
}
