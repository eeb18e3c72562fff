//! The staff API on a running bank: what schemathesis thinks of, what the guide shows, and connections that stay open.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use inkan_tests::bank::{Bank, Dev};
use inkan_tests::database::Database;
use inkan_tests::machine::{Expect as _, Machine};
use inkan_tests::trust::{self, Identity};
use inkan_tests::{Outcome, certificates, programs, requests};
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use serde_json::Value;

use crate::scene::Scene;

/// Whatever the description allows and much that it does not: no server error, no answer that is not described, nothing
/// taken that should not be.
#[test]
fn every_answer_is_described() -> Outcome {
    let scene = Scene::open()?;
    certified(&scene)?;
    let (bank, tests) = (&scene.bank, programs::repository().join("tests"));
    let directory = tempfile::tempdir()?;
    // Between them these two may go everywhere.
    for role in ["approver", "security_officer"] {
        let staff = bank.dev.staff_with_role(role)?;
        let mut command = Command::new(programs::tool("schemathesis"));
        command
            .current_dir(directory.path())
            .env("SCHEMATHESIS_HOOKS", tests.join("schemathesis/hooks.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .args(["--no-color", "run"])
            .arg(tests.join("../docs/openapi.json"))
            .args(["--url", &bank.dev.staff, "--checks", "all"])
            // By form alone nobody knows which cursors were given and which text is a name.
            .args(["--exclude-checks", "positive_data_acceptance"])
            .args(["--phases", "examples,coverage,fuzzing"])
            .args(["--max-examples", "5", "--generation-deterministic"])
            .args(["--suppress-health-check", "all", "--warnings", "off"])
            .arg("--tls-verify")
            .arg(&bank.dev.server_ca)
            .arg("--request-cert")
            .arg(&staff.certificate)
            .arg("--request-cert-key")
            .arg(&staff.key);
        let said = programs::run(&mut command)?;
        assert!(said.well(), "{role}: {said}");
    }
    let database = Database::embedded(&bank.data())?;
    // It got further than refusals.
    let done = database.count(
        "SELECT COUNT(*) FROM audit_log WHERE actor_kind = 'staff' AND outcome = 'done' AND action IN \
         ('contract.letter-asked', 'import.checked', 'import.done', 'proposal.entered', \
         'proposal.amended', 'incident.reported', 'audit.exported')",
    )?;
    assert!(done >= 5, "only {done} commands");
    Ok(())
}

/// A customer's certificate, in use, with a key in memory.
fn certified(scene: &Scene) -> Outcome<Identity> {
    let (key, csr) = requests::honest()?;
    let machine = Machine::new(&scene.bank.dev)?;
    let chain = machine.enrol(&scene.ticket()?, &csr)?.granted()?;
    let customer = certificates::soft(chain, &key);
    Machine::presenting(&scene.bank.dev, &customer)?
        .activate()?
        .granted()?;
    Ok(customer)
}

/// The examples of the guide, one after the other, as they stand there.
#[test]
fn the_examples_of_the_guide_work() -> Outcome {
    let bank = Bank::open()?;
    let guide = fs::read_to_string(programs::repository().join("docs/api.md"))?;
    let examples = guide.split("```sh\n").skip(1);
    let examples: Vec<&str> = examples
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(examples.len() >= 5);
    let said = programs::run(
        Command::new("bash")
            .args(["-eu", "-o", "pipefail", "-c", &examples.concat()])
            .env("DIR", bank.data()),
    )?;
    assert!(said.well(), "{said}");
    for shown in [
        "teller",
        "1234567",
        "株式会社大空商事",
        "role-missing",
        "account",
        "contract_status",
        "letter-asked",
        "registration-missing",
    ] {
        assert!(said.out.contains(shown), "{shown}: {said}");
    }
    Ok(())
}

/// One TLS connection that is kept open.
struct Connection {
    stream: StreamOwned<ClientConnection, TcpStream>,
}

impl Connection {
    fn open(dev: &Dev, identity: &Identity) -> Outcome<Self> {
        let config = trust::client(&dev.server_ca, identity)?;
        let (host, port) = dev
            .staff
            .trim_start_matches("https://")
            .split_once(':')
            .ok_or("no port")?;
        let tcp = TcpStream::connect((host, port.trim_end_matches('/').parse()?))?;
        tcp.set_read_timeout(Some(Duration::from_secs(60)))?;
        let name = ServerName::try_from(host.to_owned())?;
        let tls = ClientConnection::new(Arc::new(config), name)?;
        Ok(Self {
            stream: StreamOwned::new(tls, tcp),
        })
    }

    /// Status and body of an answer; the connection stays open.
    fn ask(&mut self, method: &str, path: &str, body: &str) -> Outcome<(u16, Value)> {
        let key = inkan_store::id::new_id()?;
        let head = format!(
            "{method} /api/v1/{path} HTTP/1.1\r\nHost: bank\r\nContent-Type: application/json\r\n\
             Idempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(head.as_bytes())?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head)?.to_ascii_lowercase();
        let status = head.split(' ').nth(1).ok_or("no status")?.parse()?;
        let length = head.split("content-length: ").nth(1).ok_or("no length")?;
        let length: usize = length.split("\r\n").next().unwrap_or_default().parse()?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status, serde_json::from_slice(&body)?))
    }

    fn done(&mut self, method: &str, path: &str, body: &str) -> Outcome<Value> {
        let (status, answer) = self.ask(method, path, body)?;
        if (200..300).contains(&status) {
            Ok(answer)
        } else {
            Err(format!("{method} {path}: {status} {answer}").into())
        }
    }
}

/// Somebody leaves while their program's connection is open; and nobody comes in with a customer's certificate.
#[test]
fn an_open_connection_ends_with_the_certificate() -> Outcome {
    let scene = Scene::open()?;
    let bank = &scene.bank;
    let identity = |name: &str| -> Outcome<Identity> {
        let found = bank
            .dev
            .staff_identities
            .iter()
            .find(|one| one.name == name);
        let found = found.ok_or_else(|| format!("nobody is called {name}"))?;
        Identity::from_files(&found.certificate, &found.key)
    };
    let open = |name: &str| Connection::open(&bank.dev, &identity(name)?);
    let mut leaving = open("approver-2")?;
    let me = leaving.done("GET", "me", "")?;
    let entry = serde_json::json!({ "kind": "staff-leave", "staff_id": me["id"], "note": "退職" });
    let (mut one, mut other) = (open("security-officer")?, open("security-officer-2")?);
    let entered = one.done("POST", "proposals", &entry.to_string())?;
    let approve = format!(
        "proposals/{}/approve",
        entered["id"].as_str().ok_or("no id")?
    );
    let seen = r#"{"version":1}"#;
    let (status, own) = one.ask("POST", &approve, seen)?;
    assert_eq!((status, &own["code"]), (403, &"same-person".into()));
    leaving.done("GET", "me", "")?;
    other.done("POST", &approve, seen)?;
    let (status, refused) = leaving.ask("GET", "me", "")?;
    let code = &refused["code"];
    assert_eq!((status, code), (403, &"staff-certificate-inactive".into()));
    assert!(
        leaving.ask("GET", "me", "").is_err(),
        "the connection was closed"
    );

    // A customer's certificate, in use: the handshake, or the first request, says no.
    let customer = certified(&scene)?;
    let asked = Connection::open(&bank.dev, &customer)?.ask("GET", "me", "");
    let story = inkan_tests::whole_story(asked.err().ok_or("it was answered")?.as_ref());
    assert!(story.contains("received fatal alert"), "{story}");
    Ok(())
}
