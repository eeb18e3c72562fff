//! Members of staff in front of a browser, each with their own token: the development server's soft key and certificate,
//! put onto a token of their own.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::Outcome;
use crate::bank::{Dev, StaffIdentity};
use crate::chromium::agent;
use crate::customer::Customer;
use crate::programs;

/// Somebody of the staff with a token.
#[derive(Debug)]
pub struct Desk {
    /// PC and token.
    pub pc: Customer,
    name: String,
}

impl Desk {
    /// The member of the staff of this name.
    pub fn of(dev: &Dev, name: &str) -> Outcome<Self> {
        let found = dev.staff_identities.iter().find(|one| one.name == name);
        let identity = found.ok_or_else(|| format!("nobody is called {name}"))?;
        let pc = Customer::with_token(name)?;
        put_on_token(&pc, identity)?;
        Ok(Self {
            pc,
            name: name.to_owned(),
        })
    }

    /// Somebody new, whose token is empty and whose agent knows the bank as staff do.
    pub fn of_newcomer(dev: &Dev, name: &str) -> Outcome<Self> {
        let pc = Customer::with_token(name)?;
        pc.install_bank(&dev.staff_bank_config)?;
        Ok(Self {
            pc,
            name: name.to_owned(),
        })
    }

    /// A customer of the bank's with an empty token, beside the one whose stage it is.
    pub fn of_customer(dev: &Dev, name: &str) -> Outcome<Self> {
        let pc = Customer::with_token(name)?;
        pc.install_bank(&dev.bank_config)?;
        Ok(Self {
            pc,
            name: name.to_owned(),
        })
    }

    /// What a script needs to open this person's browser.
    #[must_use]
    pub fn describe(&self, shim: &Path) -> Value {
        let mut env: Value = self
            .pc
            .hsm
            .env()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Value::String(value.display().to_string())))
            .collect();
        env["INKAN_SHIM_MODULE"] = json!(self.pc.hsm.module_path());
        env["INKAN_SHIM_PIN_FILE"] = json!(self.pc.pin_file());
        json!({
            "name": self.name,
            "home": self.pc.home(),
            "agent": agent(&self.pc),
            "module": { "path": shim, "env": env },
        })
    }
}

fn put_on_token(pc: &Customer, identity: &StaffIdentity) -> Outcome {
    let (token, pin) = (pc.token.label.as_str(), pc.token.pin.as_str());
    let with_env = |program: &str| {
        let mut command = Command::new(program);
        command.envs(pc.hsm.env());
        command
    };
    programs::run(
        with_env("softhsm2-util")
            .arg("--import")
            .arg(&identity.key)
            .args([
                "--token", token, "--label", "staff", "--id", "01", "--pin", pin,
            ]),
    )?
    .expect_well()?;
    let der = pc.home().join("staff.der");
    programs::run(
        Command::new("openssl")
            .args(["x509", "-outform", "DER", "-in"])
            .arg(&identity.certificate)
            .arg("-out")
            .arg(&der),
    )?
    .expect_well()?;
    programs::run(
        with_env("pkcs11-tool")
            .arg("--module")
            .arg(pc.hsm.module_path())
            .args(["--token-label", token, "--login", "--pin", pin])
            .args([
                "--type",
                "cert",
                "--id",
                "01",
                "--label",
                "staff",
                "--write-object",
            ])
            .arg(&der),
    )?
    .expect_well()?;
    fs::remove_file(der)?;
    Ok(())
}
