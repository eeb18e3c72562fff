//! The bank: `inkan-dev` as a separate process.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use inkan_hsm_config::spec::{Spec, TokenSpec};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tempfile::TempDir;

use crate::{Outcome, machine, programs};

/// How long a bank may take to be ready, and to end.
const TIMEOUT: Duration = Duration::from_secs(90);

/// The content of `dev.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct Dev {
    /// Base URL of the customers' screens, EST and the agent's requests.
    pub portal: String,
    /// Base URL of the listener that requests the customer's certificate.
    pub certificate: String,
    /// Base URL of the staff console.
    pub staff: String,
    /// Base URL of CRLs and CA certificates (plain HTTP).
    pub public: String,
    /// Base URL of health and metrics (plain HTTP).
    pub operations: String,
    /// PEM file: the CA of the server's certificates.
    pub server_ca: PathBuf,
    /// PEM file: the CA of the customers' certificates.
    pub customer_ca: PathBuf,
    /// PEM file: the root CA.
    pub root_ca: PathBuf,
    /// PEM file: the CA of the staff's certificates.
    pub staff_ca: PathBuf,
    /// The bank's configuration file.
    pub config: PathBuf,
    /// The specification of the bank's HSM.
    pub hsm_spec: PathBuf,
    /// SoftHSM configuration of the bank's HSM.
    pub softhsm_conf: PathBuf,
    /// The agent's description of this bank.
    pub bank_config: PathBuf,
    /// The same for agents of staff.
    pub staff_bank_config: PathBuf,
    /// The customer whose application awaits the registration.
    pub demo: DemoCustomer,
    /// The staff.
    pub staff_identities: Vec<StaffIdentity>,
}

/// The account and the temporary passwords of the demo's customer.
#[derive(Debug, Clone, Deserialize)]
pub struct DemoCustomer {
    /// Three digits.
    pub branch: String,
    /// `ordinary` or `current`.
    pub account_type: String,
    /// Seven digits.
    pub account: String,
    /// The temporary login password.
    pub temporary_login_password: String,
    /// The temporary confirmation password.
    pub temporary_confirmation_password: String,
}

/// A member of staff with a key in software, as only `inkan-dev` creates them.
#[derive(Debug, Clone, Deserialize)]
pub struct StaffIdentity {
    /// The person's name.
    pub name: String,
    /// `teller`, `approver`, …
    pub role: String,
    /// PEM file.
    pub certificate: PathBuf,
    /// PEM file.
    pub key: PathBuf,
}

impl Dev {
    /// The first member of staff with this role.
    pub fn staff_with_role(&self, role: &str) -> Outcome<&StaffIdentity> {
        let found = self.staff_identities.iter().find(|s| s.role == role);
        found.ok_or_else(|| format!("dev.json names nobody with the role {role}").into())
    }
}

/// A running (or killed) bank with its directory.
#[derive(Debug)]
pub struct Bank {
    process: Option<Child>,
    directory: TempDir,
    options: Vec<String>,
    environment: Vec<(String, String)>,
    /// The content of `dev.json` when the bank was last ready.
    pub dev: Dev,
}

impl Bank {
    /// A bank with default options on its embedded database, ready for customers.
    pub fn open() -> Outcome<Self> {
        Self::open_with(&[])
    }

    /// A bank started with further options of `inkan-dev`.
    pub fn open_with(options: &[&str]) -> Outcome<Self> {
        let directory = TempDir::with_prefix("inkan-bank-")?;
        let options: Vec<String> = options.iter().map(|&o| o.to_owned()).collect();
        let environment = Vec::new();
        let (process, dev) = start(directory.path(), &options, &environment)?;
        Ok(Self {
            process: Some(process),
            directory,
            options,
            environment,
            dev,
        })
    }

    /// A bank that was started on another day: what it created then has that age when it continues without the option.
    pub fn open_at(now: jiff::Timestamp) -> Outcome<Self> {
        let mut bank = Self::open_with(&["--now", &now.to_string()])?;
        bank.forget_options();
        Ok(bank)
    }

    /// Adds variables to the environment of later starts.
    pub fn add_environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        self.environment.extend(variables);
    }

    /// Later starts do not have the options of the first one.
    pub fn forget_options(&mut self) {
        self.options.clear();
    }

    /// Ends the bank like a power cut, at any point.
    pub fn kill(&mut self) -> Outcome {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Ends the bank with SIGTERM, like an operator.
    pub fn stop(&mut self) -> Outcome {
        let process = self.process.as_ref().ok_or("the bank is not running")?;
        let id = Pid::from_child(process);
        kill_process(id, Signal::TERM)?;
        let status = self.wait_for_end()?;
        if status.success() {
            return Ok(());
        }
        Err(format!("the bank ended with {status}:\n{}", self.log()?).into())
    }

    /// Waits until the bank has ended on its own; returns its exit status.
    pub fn wait_for_end(&mut self) -> Outcome<std::process::ExitStatus> {
        let Some(mut process) = self.process.take() else {
            return Err("the bank is not running".into());
        };
        let deadline = Instant::now() + TIMEOUT;
        loop {
            if let Some(status) = process.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > deadline {
                self.process = Some(process);
                return Err("the bank did not end".into());
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// Starts the bank again on the same data.
    pub fn restart(&mut self) -> Outcome {
        self.kill()?;
        let (process, dev) = start(self.directory.path(), &self.options, &self.environment)?;
        (self.process, self.dev) = (Some(process), dev);
        Ok(())
    }

    /// The same, with further options for this run only.
    pub fn restart_with(&mut self, options: &[&str]) -> Outcome {
        self.kill()?;
        let all: Vec<String> = self
            .options
            .iter()
            .cloned()
            .chain(options.iter().map(|&o| o.to_owned()))
            .collect();
        let (process, dev) = start(self.directory.path(), &all, &self.environment)?;
        (self.process, self.dev) = (Some(process), dev);
        Ok(())
    }

    /// Ends `inkan-dev` and serves the same data as a bank does: `inkan-server serve` with the configuration that was
    /// written.
    pub fn restart_as_serve(&mut self) -> Outcome {
        self.kill()?;
        let mut command = Command::new(programs::built("inkan-server")?);
        command.args(["serve", "--config"]).arg(&self.dev.config);
        command.env("SOFTHSM2_CONF", &self.dev.softhsm_conf);
        // As in the unit of the package.
        command.env("MALLOC_MMAP_THRESHOLD_", "1048576");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let log = open_log(self.directory.path())?;
        let process = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        self.process = Some(process);
        let (deadline, ready) = (
            Instant::now() + TIMEOUT,
            format!("{}/readyz", self.dev.operations),
        );
        while machine::fetch(&ready).is_err() {
            if Instant::now() > deadline {
                return Err(format!("serve is not ready:\n{}", self.log()?).into());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Starts the bank again with its clock at `now`; the clock continues from there.
    pub fn restart_at(&mut self, now: jiff::Timestamp) -> Outcome {
        self.restart_with(&["--now", &now.to_string()])
    }

    /// The bank's data directory.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Labels and user PINs of the tokens in the bank's HSM.
    pub fn hsm_tokens(&self) -> Outcome<Vec<(String, String)>> {
        let spec = Spec::load(&self.dev.hsm_spec)?;
        let pin = |token: &TokenSpec| -> Outcome<(String, String)> {
            Ok((
                token.label.clone(),
                token.read_pin(false)?.expose().to_owned(),
            ))
        };
        spec.tokens().iter().map(pin).collect()
    }

    /// Everything the bank has printed.
    pub fn log(&self) -> Outcome<String> {
        Ok(String::from_utf8_lossy(&fs::read(log_path(self.directory.path()))?).into_owned())
    }

    /// The file with everything the bank has printed.
    pub fn log_file(&self) -> PathBuf {
        log_path(self.directory.path())
    }

    /// Sends it a signal, such as `-HUP`.
    pub fn signal(&self, signal: &str) -> Outcome {
        let pid = self.pid().ok_or("the bank is not running")?.to_string();
        programs::run(Command::new("kill").args([signal, &pid]))?.expect_well()?;
        Ok(())
    }

    /// The process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Keeps the bank running until it ends on its own (Ctrl-C reaches it too).
    pub fn wait(mut self) -> Outcome {
        if let Some(mut process) = self.process.take() {
            process.wait()?;
        }
        Ok(())
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

fn open_log(directory: &Path) -> Outcome<File> {
    Ok(OpenOptions::new()
        .create(true)
        .append(true)
        .open(log_path(directory))?)
}

fn log_path(directory: &Path) -> PathBuf {
    directory.join("bank.log")
}

fn start(
    directory: &Path,
    options: &[String],
    environment: &[(String, String)],
) -> Outcome<(Child, Dev)> {
    let data = directory.join("data");
    let ready = data.join("dev.json");
    if ready.exists() {
        fs::remove_file(&ready)?;
    }
    let log = open_log(directory)?;
    let mut process = Command::new(programs::built("inkan-dev")?)
        .arg("--data-dir")
        .arg(&data)
        .args(options)
        .env_remove("SOFTHSM2_CONF")
        .envs(environment.iter().map(|(k, v)| (k, v)))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    match wait_until_ready(&mut process, &ready) {
        Ok(dev) => Ok((process, dev)),
        Err(reason) => {
            let _ = process.kill();
            let _ = process.wait();
            let said = fs::read(log_path(directory)).unwrap_or_default();
            Err(format!(
                "the bank did not start: {reason}\n{}",
                String::from_utf8_lossy(&said)
            )
            .into())
        }
    }
}

fn wait_until_ready(process: &mut Child, ready: &Path) -> Result<Dev, String> {
    let deadline = Instant::now() + TIMEOUT;
    while Instant::now() < deadline {
        if let Ok(text) = fs::read(ready)
            && text.ends_with(b"}\n") | text.ends_with(b"}")
        {
            return serde_json::from_slice(&text).map_err(|e| format!("dev.json: {e}"));
        }
        if let Ok(Some(status)) = process.try_wait() {
            return Err(format!("it ended with {status}"));
        }
        sleep(Duration::from_millis(20));
    }
    Err(format!("no dev.json after {} s", TIMEOUT.as_secs()))
}
