//! Messages to customers, delivered to a real mail server: when they are sent, and that none is lost in any failure.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::database::Database;
use inkan_tests::machine;
use inkan_tests::screens::customer::log_in_with_password;
use inkan_tests::smtp::{Caught, MailServer};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::login::soft_certificate;
use crate::scene::Scene;

/// Time limit on a loaded machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A bank that sends its mail to this mail server.
pub(crate) fn bank_with(server: &MailServer, options: &[&str]) -> Outcome<Bank> {
    let port = server.port.to_string();
    Bank::open_with(&[&["--smtp-port", &port], options].concat())
}

/// Waits until `what` is true.
pub(crate) fn until(what: &str, mut so: impl FnMut() -> Outcome<bool>) -> Outcome {
    let end = Instant::now() + TIMEOUT;
    while !so()? {
        if Instant::now() > end {
            return Err(format!("still not so: {what}").into());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// State of a job in `/readyz`.
pub(crate) fn job(bank: &Bank, name: &str) -> Outcome<Value> {
    let (_, body) = machine::fetch(&format!("{}/readyz", bank.dev.operations))?;
    let ready: Value = serde_json::from_slice(&body)?;
    let jobs = ready["jobs"].as_array().cloned().unwrap_or_default();
    Ok(jobs
        .into_iter()
        .find(|job| job["name"] == name)
        .unwrap_or(Value::Null))
}

fn states(bank: &Bank) -> Outcome<Vec<String>> {
    let query = "SELECT state || ' ' || attempts || ' ' || COALESCE(error, '') FROM outbox ORDER BY created_at, id";
    Database::embedded(&bank.data())?.rows(query, |row| sqlx::Row::try_get(row, 0))
}

fn metric(bank: &Bank, name: &str) -> Outcome<Option<String>> {
    let (_, body) = machine::fetch(&format!("{}/metrics", bank.dev.operations))?;
    let text = String::from_utf8(body)?;
    let found = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name} ")));
    Ok(found.map(str::to_owned))
}

/// In order of time: the bank's clock in minutes from now.
fn in_minutes(minutes: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_mins(minutes)
}

fn harmless(mail: &Caught) {
    for text in [&mail.plain, &mail.html] {
        for forbidden in [
            "http",
            "href",
            "inkan:",
            "hanakodt",
            "Ozora#2026",
            "Kakunin-77",
        ] {
            assert!(!text.contains(forbidden), "{forbidden} in {text}");
        }
    }
    for (name, value) in [
        ("Auto-Submitted", "auto-generated"),
        ("To", "hanakodt@oozora.co.jp"),
        ("MIME-Version", "1.0"),
    ] {
        assert_eq!(mail.header(name), Some(value), "{:?}", mail.headers);
    }
    assert!(mail.header("Date").is_some());
    assert_eq!(mail.kind, "multipart/alternative");
    assert_eq!(mail.from, "bounces@bank.example");
    assert!(
        mail.header("From")
            .is_some_and(|from| from.contains("internet-banking@bank.example"))
    );
    assert!(
        mail.message_id.ends_with("@bank.example>"),
        "{}",
        mail.message_id
    );
    assert!(mail.raw.is_ascii());
}

#[test]
fn operations_of_a_customer_are_told_by_mail() -> Outcome {
    let server = MailServer::open()?;
    let scene = Scene::at(bank_with(&server, &[])?)?;
    server.wait_for(2)?;
    soft_certificate(&scene, true)?;
    server.wait_for(3)?;
    let browser = Browser::new(&scene.bank.dev.server_ca)?;
    for _ in 0..5 {
        log_in_with_password(
            &browser,
            &scene.bank.dev,
            &scene.person.login_id,
            "Wrong#2026",
        )?;
    }
    let mails = server.wait_for(4)?;
    let mut told: Vec<&str> = mails
        .iter()
        .map(|mail| mail.subject.split("] ").nth(1).unwrap_or_default())
        .collect();
    // The first two have the same second, and are sent in any order.
    told[..2].sort_unstable();
    assert_eq!(
        told,
        [
            "ログインIDを登録しました",
            "電子証明書を発行できるようになりました",
            "電子証明書を発行しました",
            "利用を一時停止しました"
        ]
    );
    for mail in &mails {
        harmless(mail);
        assert!(mail.plain.contains("株式会社大空商事") && mail.plain.contains("データ花子 様"));
        assert!(mail.plain.contains("0120-565-657"), "{}", mail.plain);
    }

    // Once each, with a row in the audit log, and no more of them later.
    until("all are on record as sent", || {
        Ok(states(&scene.bank)?
            .iter()
            .all(|state| state.starts_with("sent 0")))
    })?;
    let audit = Database::embedded(&scene.bank.data())?.audit()?;
    assert_eq!(
        audit
            .iter()
            .filter(|row| row.starts_with("mail.sent done"))
            .count(),
        4
    );
    assert_eq!(job(&scene.bank, "mail")?["outcome"], "done");
    assert_eq!(server.caught()?.len(), 4);
    Ok(())
}

#[test]
fn a_mail_server_that_is_unavailable_costs_time_and_no_mail() -> Outcome {
    let mut server = MailServer::open()?;
    server.stop()?;
    let scene = Scene::registered(bank_with(&server, &[])?)?;
    until("the job fails and says why", || {
        let job = job(&scene.bank, "mail")?;
        Ok(job["outcome"] == "failed"
            && job["detail"]
                .to_string()
                .contains("mail server unavailable"))
    })?;
    assert_eq!(
        states(&scene.bank)?,
        ["waiting 0 "],
        "it counts against no mail"
    );

    server.start()?;
    harmless(&server.wait_for(1)?[0]);
    until("the job is well again", || {
        Ok(job(&scene.bank, "mail")?["failures"] == 0)
    })?;
    Ok(())
}

#[test]
fn what_is_put_off_comes_later_and_what_is_refused_is_shown_to_the_bank() -> Outcome {
    let server = MailServer::behaving(
        &json!({ "rcpt": { "hanakodt@oozora.co.jp": "451 4.7.1 try again later" } }),
        None,
    )?;
    let mut scene = Scene::registered(bank_with(&server, &[])?)?;
    let first =
        |bank: &Bank| Ok::<_, Box<dyn std::error::Error + Send + Sync>>(states(bank)?.remove(0));
    until("put off", || {
        Ok(first(&scene.bank)? == "waiting 1 mail-put-off")
    })?;

    // An address that does not work: other messages are sent, and the bank is shown the address.
    server.behave(&json!({ "rcpt": { "hanakodt@oozora.co.jp": "550 5.1.1 no such user" } }))?;
    scene.bank.restart_at(in_minutes(3))?;
    until("given up", || {
        Ok(first(&scene.bank)? == "failed 2 mail-recipient-refused")
    })?;
    until("counted", || {
        Ok(metric(&scene.bank, "inkan_mail_failed")? == Some("1".to_owned()))
    })?;
    let audit = Database::embedded(&scene.bank.data())?.audit()?;
    assert!(
        audit.iter().any(|row| row.starts_with("mail.given-up")),
        "{audit:?}"
    );
    assert!(server.caught()?.is_empty());

    // A message that it rejects, and one that it defers.
    server.behave(&json!({ "data": "452 4.3.1 full" }))?;
    scene.approve()?;
    soft_certificate(&scene, true)?;
    until("put off", || {
        let states = states(&scene.bank)?;
        let put_off = |state: &String| state.ends_with("mail-put-off");
        Ok(states.len() == 3 && states[1..].iter().all(put_off))
    })?;
    server.behave(&json!({}))?;
    scene.bank.restart_at(in_minutes(10))?;
    let mails = server.wait_for(2)?;
    assert_eq!(mails.len(), 2);
    for told in ["発行できるようになりました", "電子証明書を発行しました"]
    {
        assert!(
            mails.iter().any(|mail| mail.subject.contains(told)),
            "{told}"
        );
    }
    Ok(())
}

#[test]
fn a_sender_or_login_that_is_refused_holds_the_mail_back() -> Outcome {
    let server = MailServer::behaving(&json!({ "mail": "553 5.7.1 who are you" }), None)?;
    let scene = Scene::registered(bank_with(&server, &[])?)?;
    until("the job fails", || {
        Ok(job(&scene.bank, "mail")?["detail"]
            .to_string()
            .contains("sender address"))
    })?;
    assert_eq!(states(&scene.bank)?, ["waiting 0 "]);
    server.behave(&Value::Null)?;
    server.wait_for(1)?;
    Ok(())
}

#[test]
fn a_mail_server_that_is_slow_or_breaks_off_holds_up_nobody_for_long() -> Outcome {
    let server = MailServer::behaving(&json!({ "delay": 600 }), None)?;
    let mut bank = bank_with(&server, &[])?;
    let config = fs::read_to_string(&bank.dev.config)?;
    fs::write(
        &bank.dev.config,
        config.replace("timeout_seconds = 30", "timeout_seconds = 1"),
    )?;
    bank.restart()?;
    let mut scene = Scene::registered(bank)?;
    until("put off", || {
        Ok(states(&scene.bank)? == ["waiting 1 mail-connection-broke"])
    })?;
    // It accepts the mail and disconnects before its response: the bank cannot know this, and sends it again.
    server.behave(&json!({ "vanish": true }))?;
    scene.bank.restart_at(in_minutes(3))?;
    server.wait_for(1)?;
    until("put off", || {
        Ok(states(&scene.bank)? == ["waiting 2 mail-connection-broke"])
    })?;
    server.behave(&json!({}))?;
    scene.bank.restart_at(in_minutes(10))?;
    let mails = server.wait_for(2)?;
    assert_eq!(
        mails[0].message_id, mails[1].message_id,
        "whoever gets both can tell that they are one"
    );
    until("sent", || Ok(states(&scene.bank)?[0].starts_with("sent")))?;
    Ok(())
}

#[test]
fn the_bank_dies_in_the_middle_of_forty_mails_and_none_is_lost() -> Outcome {
    const MAILS: usize = 40;
    let server = MailServer::open()?;
    let mut scene = Scene::registered(bank_with(&server, &[])?)?;
    server.wait_for(1)?;
    until("sent", || Ok(states(&scene.bank)? == ["sent 0 "]))?;
    scene.bank.kill()?;
    let copies = Database::embedded(&scene.bank.data())?.execute(
        "INSERT INTO outbox (id, key, kind, user_id, recipient, lang, facts, state, created_at, next_at) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) \
         SELECT printf('%032x', n.i), 'copy:' || n.i, kind, user_id, recipient, lang, facts, 'waiting', created_at, \
         created_at FROM n, outbox",
    )?;
    assert_eq!(copies, 40);
    // Slow enough that even a busy machine reaches the second crash before the last mail.
    server.behave(&json!({ "delay": 0.15 }))?;

    // Two crashes during delivery.
    for reached in [8, 20] {
        scene.bank.restart()?;
        server.wait_for(1 + reached)?;
        scene.bank.kill()?;
    }
    let before = server.caught()?.len();
    assert!(
        before < 1 + MAILS,
        "it was killed too late to show anything"
    );
    scene.bank.restart()?;
    until("all are on record as sent", || {
        Ok(states(&scene.bank)?
            .iter()
            .all(|state| state.starts_with("sent")))
    })?;
    let caught = server.caught()?;
    let different: BTreeSet<&str> = caught.iter().map(|mail| mail.message_id.as_str()).collect();
    let twice = caught.len() - different.len();
    assert_eq!(different.len(), 1 + MAILS, "none is lost");
    assert!(
        twice <= 2,
        "{} mails came, {twice} of them again: at most the one that was being handed over at each death",
        caught.len()
    );
    Ok(())
}

/// `[mail]` for a mail server that uses TLS and requires a login.
fn protected(bank: &Bank, server: &MailServer, tls: &str, password: &str) -> Outcome<String> {
    let file = bank.data().join("smtp-password");
    fs::write(&file, password)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    Ok(format!(
        "\n[mail]\nserver = \"localhost\"\nport = {}\ntls = \"{tls}\"\nca = \"{}\"\nuser = \"inkan\"\n\
         password = {{ file = \"smtp-password\" }}\nfrom = \"ib@bank.example\"\nreply_to = \"desk@bank.example\"\n",
        server.port,
        bank.dev.server_ca.display()
    ))
}

fn identity(bank: &Bank) -> Outcome<(PathBuf, PathBuf)> {
    let config: toml::Value = toml::from_str(&fs::read_to_string(&bank.dev.config)?)?;
    let path = |name: &str| Some(PathBuf::from(config["portal"][name].as_str()?));
    path("tls_certificate")
        .zip(path("tls_key"))
        .ok_or_else(|| "no identity".into())
}

#[test]
fn mail_goes_over_tls_with_a_login_or_not_at_all() -> Outcome {
    let mut bank = Bank::open()?;
    let (certificate, key) = identity(&bank)?;
    let plain = fs::read_to_string(&bank.dev.config)?;
    for (round, tls) in ["starttls", "implicit"].into_iter().enumerate() {
        let behaviour = json!({ "tls": tls, "login": ["inkan", "himitsu-9"] });
        let server = MailServer::behaving(&behaviour, Some((&certificate, &key)))?;
        let wrong = protected(&bank, &server, tls, "wrong")?;
        fs::write(&bank.dev.config, format!("{plain}{wrong}"))?;
        bank.restart()?;
        if round == 0 {
            let browser = Browser::new(&bank.dev.server_ca)?;
            let person = inkan_tests::screens::customer::Person::hanako();
            inkan_tests::screens::customer::register(&browser, &bank.dev, &bank.dev.demo, &person)?;
        } else {
            Database::embedded(&bank.data())?
                .execute("UPDATE outbox SET state = 'waiting', ended_at = NULL")?;
        }
        until("the login is refused", || {
            Ok(job(&bank, "mail")?["detail"]
                .to_string()
                .contains("refuses our login"))
        })?;
        assert!(server.caught()?.is_empty());

        let right = protected(&bank, &server, tls, "himitsu-9\n")?;
        fs::write(&bank.dev.config, format!("{plain}{right}"))?;
        bank.restart()?;
        let mail = server.wait_for(1)?.remove(0);
        assert!(mail.tls, "{tls}");
        assert_eq!(mail.login.as_deref(), Some("inkan"));
        assert_eq!(mail.header("Reply-To"), Some("desk@bank.example"));
        assert_eq!(mail.from, "ib@bank.example", "bounces go to the sender");
        assert!(!bank.log()?.contains("himitsu-9"));
    }

    // A mail server that offers no STARTTLS gets nothing, and neither does one whose certificate is not trusted.
    let bare = MailServer::open()?;
    Database::embedded(&bank.data())?
        .execute("UPDATE outbox SET state = 'waiting', ended_at = NULL")?;
    let section = protected(&bank, &bare, "starttls", "himitsu-9")?;
    fs::write(&bank.dev.config, format!("{plain}{section}"))?;
    bank.restart()?;
    until("not without TLS", || {
        Ok(job(&bank, "mail")?["detail"]
            .to_string()
            .contains("STARTTLS"))
    })?;
    let server = MailServer::behaving(&json!({ "tls": "implicit" }), Some((&certificate, &key)))?;
    let section = protected(&bank, &server, "implicit", "himitsu-9")?;
    let strangers = bank.dev.staff_ca.display().to_string();
    let section = section.replace(&bank.dev.server_ca.display().to_string(), &strangers);
    fs::write(&bank.dev.config, format!("{plain}{section}"))?;
    bank.restart()?;
    until("not to a stranger", || {
        Ok(job(&bank, "mail")?["detail"]
            .to_string()
            .contains("UnknownIssuer"))
    })?;
    assert!(bare.caught()?.is_empty() && server.caught()?.is_empty());
    Ok(())
}
