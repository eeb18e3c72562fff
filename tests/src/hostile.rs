//! A bank whose HSM misbehaves: the test module is in front of the token, and the server serves.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use inkan_hostile_module::control::Control;
use inkan_hsm_config::spec::Spec;
use serde_json::Value;

use crate::bank::Bank;
use crate::{Outcome, hsm_process, machine};

/// The bank, and what its module does.
#[derive(Debug)]
pub struct HostileBank {
    /// The bank.
    pub bank: Bank,
    /// Its module.
    pub control: Control,
}

impl HostileBank {
    /// Serves, and signs without a fault until the first order.
    pub fn open() -> Outcome<Self> {
        Self::behind(Bank::open()?)
    }

    /// The same with another line in the configuration.
    pub fn open_with(from: &str, to: &str) -> Outcome<Self> {
        let mut bank = Bank::open()?;
        bank.kill()?;
        edit(&bank.dev.config, from, to)?;
        Self::behind(bank)
    }

    /// Two HSMs with the same keys, of which only the first one's module takes orders.
    pub fn open_with_two() -> Outcome<Self> {
        let mut bank = Bank::open_with(&["--hsms", "2"])?;
        bank.kill()?;
        // Both have the module in front, because they share a specification. Without a file for orders it only forwards.
        let second = format!("spec = {:?}\nmodule_environment = ", bank.dev.hsm_spec);
        let forwards = format!("{second}[\"{}\"]", Control::VARIABLES[0]);
        edit(&bank.dev.config, &format!("{second}[]"), &forwards)?;
        Self::behind(bank)
    }

    fn behind(mut bank: Bank) -> Outcome<Self> {
        bank.kill()?;
        let control = Control::new(&bank.data());
        control.record();
        let real = Spec::load(&bank.dev.hsm_spec)?.module_path()?;
        let front = format!("module = {:?}\n", Control::module());
        edit(
            &bank.dev.hsm_spec,
            "profile = ",
            &format!("{front}profile = "),
        )?;
        let names = format!("module_environment = {:?}\n", Control::VARIABLES);
        edit(&bank.dev.config, "module_environment = []\n", &names)?;
        let variables = control.environment(&real);
        bank.add_environment(
            variables.map(|(name, value)| (name.to_owned(), value.display().to_string())),
        );
        bank.restart_as_serve()?;
        let hostile = Self { bank, control };
        hostile.until_up()?;
        Ok(hostile)
    }

    /// The process in which the module takes orders; `None` while there is none, and until it has opened a session.
    pub fn driver(&self) -> Outcome<Option<u32>> {
        let all = hsm_process::all_of(&self.bank)?;
        Ok(all
            .into_iter()
            .find(|&pid| self.control.sessions(pid).is_some()))
    }

    /// Waits until every HSM is used.
    pub fn until_up(&self) -> Outcome {
        let end = Instant::now() + Duration::from_secs(60);
        while !all_up(&ready(&self.bank.dev.operations)?) {
            if Instant::now() > end {
                return Err(format!("the HSM is not up:\n{}", self.bank.log()?).into());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// Whether nothing is signed until an operator acts, at this listener for operations: the PIN was refused, or a key is out of service
/// after wrong signatures.
pub fn needs_operator(operations: &str) -> Outcome<bool> {
    let ready = ready(operations)?;
    let findings = ready["findings"].as_array().cloned().unwrap_or_default();
    Ok(ready["hsm"]["state"] == "pin-refused"
        || findings
            .iter()
            .any(|finding| finding["code"] == "hsm-key-out-of-service"))
}

fn all_up(ready: &Value) -> bool {
    let others = ready["additional_hsms"].as_array().into_iter().flatten();
    std::iter::once(&ready["hsm"])
        .chain(others)
        .all(|hsm| hsm["state"] == "up")
}

fn ready(operations: &str) -> Outcome<Value> {
    let (_, body) = machine::fetch(&format!("{operations}/readyz"))?;
    Ok(serde_json::from_slice(&body)?)
}

fn edit(file: &Path, from: &str, to: &str) -> Outcome {
    let text = fs::read_to_string(file)?;
    if !text.contains(from) {
        return Err(format!("{} lacks {from}", file.display()).into());
    }
    Ok(fs::write(file, text.replacen(from, to, 1))?)
}
