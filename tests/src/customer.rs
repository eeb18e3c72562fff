//! The customer's PC: a token in its own directory, and the agent as a process that finds only this token.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use inkan_pki::pkcs11::certificate::list_certificates;
use inkan_pki::pkcs11::keys::{PrivateKey, find_private_key};
use inkan_pki::pkcs11::login::{PinOwner, log_in_once};
use inkan_pki::pkcs11::{Access, Module, Session, TokenSelector};
use inkan_pki::secret::Pin;
use inkan_pki::signer::pkcs11::Pkcs11Signer;
use inkan_pki::signer::rustls::OneClientCertificate;
use inkan_pki::x509::summary::CertificateSummary;
use rustls::client::ResolvesClientCert;
use rustls_pki_types::CertificateDer;
use serde_json::Value;
use softhsm_test_helpers::{SoftHsm, TestToken};
use tempfile::TempDir;

use crate::Outcome;
use crate::programs::{self, Said};

/// How long a browser may take to start.
const OPENING: Duration = Duration::from_secs(30);

/// A customer with one token.
#[derive(Debug)]
pub struct Customer {
    /// The SoftHSM2 that serves as the USB token.
    pub hsm: SoftHsm,
    /// Its label and PINs.
    pub token: TestToken,
    home: TempDir,
}

impl Customer {
    /// A customer with a freshly initialised token with this label.
    pub fn with_token(label: &str) -> Outcome<Self> {
        let hsm = SoftHsm::new();
        let token = hsm.init_token(label);
        let home = TempDir::with_prefix("inkan-customer-")?;
        let customer = Self { hsm, token, home };
        fs::write(customer.pin_file(), format!("{}\n", customer.token.pin))?;
        // The agent refuses a PIN file that others can read.
        fs::set_permissions(customer.pin_file(), fs::Permissions::from_mode(0o600))?;
        let modules = format!(
            "piv = false\n[[module]]\nname = \"USB token\"\npath = \"{}\"\n",
            customer.hsm.module_path().display()
        );
        fs::create_dir_all(customer.config())?;
        customer.note_what_is_opened()?;
        fs::write(customer.config().join("modules.toml"), modules)?;
        Ok(customer)
    }

    /// Installs the bank's file; it replaces an older one of the same bank.
    pub fn install_bank(&self, file: &Path) -> Outcome {
        let banks = self.config().join("banks");
        if banks.exists() {
            fs::remove_dir_all(&banks)?;
        }
        programs::run(self.agent().args(["bank", "add", "--yes"]).arg(file))?.expect_well()?;
        Ok(())
    }

    /// The agent with this customer's configuration and token, and nothing else of this machine.
    pub fn agent(&self) -> Command {
        let program =
            programs::built("inkan-agent").unwrap_or_else(|_| PathBuf::from("inkan-agent"));
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.hsm.env())
            .env("HOME", self.home.path())
            .env("PATH", "/usr/bin:/bin")
            .env("BROWSER", self.notes_browser());
        command
            .env("PKCS11SPY", self.hsm.module_path())
            .env("PKCS11SPY_OUTPUT", self.spy_log());
        command
            .args(["--lang", "en", "--config-dir"])
            .arg(self.config());
        command
    }

    /// A browser of this computer that only records the address it is to open.
    fn note_what_is_opened(&self) -> Outcome {
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n",
            self.notes().display()
        );
        fs::write(self.notes_browser(), script)?;
        Ok(fs::set_permissions(
            self.notes_browser(),
            fs::Permissions::from_mode(0o755),
        )?)
    }

    fn notes(&self) -> PathBuf {
        self.home.path().join("opened")
    }

    fn notes_browser(&self) -> PathBuf {
        self.home.path().join("browser")
    }

    /// The address that the agent has opened in the browser; each is returned once.
    pub fn opened(&self) -> Outcome<String> {
        let deadline = Instant::now() + OPENING;
        loop {
            let noted = fs::read_to_string(self.notes()).unwrap_or_default();
            if let Some(address) = noted.strip_suffix('\n') {
                fs::remove_file(self.notes())?;
                return Ok(address.to_owned());
            }
            if Instant::now() > deadline {
                return Err("the agent opened no browser".into());
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// Whether the agent has opened nothing since the last call of [`Self::opened`].
    pub fn opened_nothing(&self) -> bool {
        !self.notes().exists()
    }

    /// The agent, started to follow `link` with this customer's consent and PIN.
    pub fn following(&self, link: &str) -> Command {
        let mut command = self.agent();
        command.args([
            "--json",
            "open",
            "--yes",
            "--token",
            &self.token.label,
            "--pin-file",
        ]);
        command.arg(self.pin_file()).arg(link);
        command
    }

    /// Follows `link` to the end.
    pub fn follow(&self, link: &str) -> Outcome<Followed> {
        programs::run(&mut self.following(link)).map(Followed)
    }

    /// Starts to follow `link` and leaves the agent running.
    pub fn start_following(&self, link: &str) -> Outcome<Child> {
        let mut command = self.following(link);
        Ok(command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?)
    }

    /// `officer-key` with the token.
    pub fn officer_key(&self, arguments: &[&str]) -> Outcome<Followed> {
        let mut command = self.agent();
        command.args(["--json", "officer-key"]).args(arguments);
        command.args(["--token", &self.token.label, "--pin-file"]);
        command.arg(self.pin_file());
        programs::run(&mut command).map(Followed)
    }

    /// Checks with the bank, over mutual TLS with the token's key, whether it accepts the newest certificate on the token.
    pub fn verify(&self, bank: &str) -> Outcome<Said> {
        let mut command = self.agent();
        command
            .args([
                "--json",
                "verify",
                bank,
                "--token",
                &self.token.label,
                "--pin-file",
            ])
            .arg(self.pin_file());
        programs::run(&mut command)
    }

    /// The certificate on the token with its key, for a TLS client of this very process (which then has only this token).
    pub fn present_certificate(&self) -> Outcome<Arc<dyn ResolvesClientCert>> {
        let session = self.session()?;
        let (der, key) = own_certificate(&session)?;
        let signer = Arc::new(Pkcs11Signer::with_key(session, key)?);
        Ok(Arc::new(OneClientCertificate::new(
            vec![CertificateDer::from(der)],
            signer,
        )?))
    }

    /// The certificate on the token whose key is there (DER).
    pub fn certificate(&self) -> Outcome<Vec<u8>> {
        Ok(own_certificate(&self.session()?)?.0)
    }

    fn session(&self) -> Outcome<Session> {
        self.hsm.use_in_this_process();
        let module = Module::load(&self.hsm.module_path())?;
        let token = module.find_token(&TokenSelector::Label(self.token.label.clone()))?;
        let session = Session::open(&module, &token, Access::ReadOnly)?;
        log_in_once(&session, PinOwner::User, &Pin::new(self.token.pin.clone()))?;
        Ok(session)
    }

    /// The content of the token, as the agent lists it.
    pub fn list(&self) -> Outcome<Value> {
        let mut command = self.agent();
        command
            .args([
                "--json",
                "list",
                "--login",
                "--token",
                &self.token.label,
                "--pin-file",
            ])
            .arg(self.pin_file());
        let said = programs::run(&mut command)?.expect_well()?;
        Followed(Said {
            code: Some(0),
            out: said,
            err: String::new(),
        })
        .result()
    }

    /// Writes another PIN into the file that the agent reads.
    pub fn mistype_pin(&self, pin: &str) -> Outcome {
        Ok(fs::write(self.pin_file(), format!("{pin}\n"))?)
    }

    /// Inserts OpenSC's PKCS#11 spy between the agent and the token; it records every call.
    pub fn watch_token(&self) -> Outcome {
        let directories = [
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64",
            "/usr/lib",
        ];
        let spy = directories
            .iter()
            .map(|d| Path::new(d).join("pkcs11-spy.so"))
            .find(|p| p.is_file());
        let spy = spy.ok_or("pkcs11-spy.so is missing; run: scripts/install-packages test")?;
        let modules = format!(
            "piv = false\n[[module]]\nname = \"USB token\"\npath = \"{}\"\n",
            spy.display()
        );
        Ok(fs::write(self.config().join("modules.toml"), modules)?)
    }

    /// How many PINs were sent to the watched token.
    pub fn logins_seen(&self) -> Outcome<usize> {
        let calls = fs::read(self.spy_log())?;
        Ok(String::from_utf8_lossy(&calls)
            .lines()
            .filter(|l| l.contains(": C_Login"))
            .count())
    }

    fn spy_log(&self) -> PathBuf {
        self.home.path().join("spy.log")
    }

    /// The directory of banks and modules.
    pub fn config(&self) -> PathBuf {
        self.home.path().join("config")
    }

    /// A directory for files of this customer.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The PIN file.
    pub fn pin_file(&self) -> PathBuf {
        self.home.path().join("pin")
    }
}

fn own_certificate(session: &Session) -> Outcome<(Vec<u8>, PrivateKey)> {
    for stored in list_certificates(session)? {
        let spki = CertificateSummary::parse(&stored.der)?.spki_der;
        if let Ok(key) = find_private_key(session, &spki) {
            return Ok((stored.der, key));
        }
    }
    Err("there is no certificate with a key on the token".into())
}

/// The agent's output while it followed a link: one JSON object per line.
#[derive(Debug)]
pub struct Followed(pub Said);

impl Followed {
    /// Every object it printed.
    pub fn lines(&self) -> Vec<Value> {
        self.0
            .out
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// The object with a `result`; an error with all output if it did not succeed.
    pub fn result(self) -> Outcome<Value> {
        let found = self.lines().into_iter().find(|v| v.get("result").is_some());
        match found {
            Some(result) if self.0.well() => Ok(result),
            _ => Err(format!("the agent did not succeed: {}", self.0).into()),
        }
    }

    /// The stable code of the failure that it reports, if any.
    pub fn failure(&self) -> Option<String> {
        self.lines()
            .iter()
            .rev()
            .find_map(|v| v.get("code").and_then(Value::as_str).map(str::to_owned))
    }
}
