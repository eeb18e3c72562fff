//! Members of staff in front of a browser, each with a token to which the software key and certificate of `inkan-dev`
//! have been copied.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::Outcome;
use crate::bank::{Dev, StaffIdentity};
use crate::chromium::agent;
use crate::customer::Customer;
use crate::programs;

/// A member of staff with a token.
#[derive(Debug)]
pub struct Desk {
    /// PC and token.
    pub pc: Customer,
    name: String,
}

impl Desk {
    /// The member of staff with this name.
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

    /// A new member of staff, whose token is empty and whose agent has the bank file for staff.
    pub fn of_newcomer(dev: &Dev, name: &str) -> Outcome<Self> {
        let pc = Customer::with_token(name)?;
        pc.install_bank(&dev.staff_bank_config)?;
        Ok(Self {
            pc,
            name: name.to_owned(),
        })
    }

    /// A further customer of the bank with an empty token.
    pub fn of_customer(dev: &Dev, name: &str) -> Outcome<Self> {
        let pc = Customer::with_token(name)?;
        pc.install_bank(&dev.bank_config)?;
        Ok(Self {
            pc,
            name: name.to_owned(),
        })
    }

    /// The input of a script that opens this person's browser.
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
