//! The agent for Windows against the real bank: a certificate, its use, its renewal, its deletion, and what the customer sees
//! when the key is lost. The key is on the test double of `ncrypt.dll`, the certificate in Wine's stores.

use std::fs;
use std::process::Command;

use inkan_tests::customer::Followed;
use inkan_tests::windows_computer::WindowsComputer;
use inkan_tests::wine::WinePrefix;
use inkan_tests::{Outcome, programs};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::scene::{Scene, failure};

/// The agent of this computer, at this time of the bank.
struct Pc<'a> {
    computer: &'a WindowsComputer,
    now: Option<String>,
}

impl Pc<'_> {
    fn command(&self, words: &[&str]) -> Outcome<Command> {
        let config = self.computer.prefix().drive_c().join("settings");
        fs::create_dir_all(&config)?;
        let mut agent = self.computer.agent();
        agent.args([
            "--lang",
            "en",
            "--json",
            "--config-dir",
            &WinePrefix::path(&config),
        ]);
        if let Some(now) = &self.now {
            agent.args(["--now", now]);
        }
        agent.args(words);
        Ok(agent)
    }

    fn run(&self, words: &[&str]) -> Outcome<Followed> {
        Ok(Followed(programs::run(&mut self.command(words)?)?))
    }

    /// Certificates and keys, as the agent lists them.
    fn entries(&self) -> Outcome<Vec<Value>> {
        let listed = self.run(&["list"])?.result()?;
        let entries = listed["tokens"][0]["entries"].as_array().cloned();
        Ok(entries.ok_or("no list")?)
    }
}

#[test]
fn a_certificate_is_issued_used_renewed_lost_and_deleted() -> Outcome {
    let scene = Scene::open()?;
    let computer = WindowsComputer::with_double()?;
    let pc = Pc {
        computer: &computer,
        now: None,
    };
    let file = WinePrefix::path(&scene.bank.dev.bank_config);
    pc.run(&["bank", "add", "--yes", &file])?.result()?;

    let issued = pc.run(&["open", "--yes", &scene.link()?])?.result()?;
    assert_eq!(issued["token"]["kind"], "windows", "{issued}");
    assert_eq!(issued["algorithm"], "ec-p256");
    let entries = pc.entries()?;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(
        (&entries[0]["usable"], &entries[0]["protection"]),
        (&true.into(), &"tpm".into())
    );
    let registry = computer.prefix().registry()?.to_lowercase();
    assert!(registry.contains("systemcertificates\\\\my\\\\certificates"));
    assert!(
        registry.contains("systemcertificates\\\\ca\\\\certificates"),
        "its CA's too"
    );
    pc.run(&["verify", "dev"])?.result()?;

    let not_after: Timestamp = entries[0]["not_after"]
        .as_str()
        .unwrap_or_default()
        .parse()?;
    let day = not_after - SignedDuration::from_hours(24 * 30);
    let Scene { mut bank, .. } = scene;
    bank.restart_at(day)?;
    let pc = Pc {
        computer: &computer,
        now: Some(day.to_string()),
    };
    let renewed = pc.run(&["renew", "--yes", "--delete-old"])?.result()?;
    assert_ne!(renewed["serial"], issued["serial"]);
    let entries = pc.entries()?;
    assert_eq!(entries.len(), 1, "the old pair is deleted: {entries:?}");
    assert_eq!(computer.key_files()?.len(), 1);
    pc.run(&["verify", "dev"])?.result()?;

    // An administrator has reset the password.
    computer.set_faults("NCryptSignHash 0x8009000b")?;
    let refused = pc.run(&["verify", "dev"])?;
    assert_eq!(
        failure(&refused)?,
        "key-gone-password-reset",
        "{}",
        refused.0
    );
    computer.set_faults("")?;
    for key in computer.key_files()? {
        fs::remove_file(key)?;
    }
    let refused = pc.run(&["verify", "dev"])?;
    assert_eq!(failure(&refused)?, "key-gone-deleted", "{}", refused.0);
    let entries = pc.entries()?;
    assert_eq!(
        (&entries[0]["reason"], &entries[0]["key_gone"]),
        (&"no-key".into(), &"deleted".into())
    );

    let serial = renewed["serial"].as_str().unwrap_or_default();
    pc.run(&["delete", "--yes", serial])?.result()?;
    assert_eq!(pc.entries()?, [] as [Value; 0]);
    Ok(())
}

#[test]
fn a_bank_that_demands_a_card_gets_no_key_of_windows() -> Outcome {
    let scene = Scene::open()?;
    let computer = WindowsComputer::with_double()?;
    let pc = Pc {
        computer: &computer,
        now: None,
    };
    let text = fs::read_to_string(&scene.bank.dev.bank_config)?;
    // As Windows' own editor writes it: with a byte order mark and CRLF.
    let text = format!("\u{feff}key_store = \"card\"\n{text}").replace('\n', "\r\n");
    let demanding = computer.prefix().drive_c().join("銀行.toml");
    fs::write(&demanding, text)?;
    pc.run(&["bank", "add", "--yes", &WinePrefix::path(&demanding)])?
        .result()?;
    let refused = pc.run(&["open", "--yes", &scene.link()?])?;
    assert_eq!(failure(&refused)?, "key-store-card", "{}", refused.0);
    assert_eq!(computer.key_files()?.len(), 0);
    Ok(())
}
