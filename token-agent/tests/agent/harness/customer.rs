//! A customer: a token of their own, a configuration directory, and the agent's runs.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use inkan_pki::pkcs11::certificate::{StoredCertificate, list_certificates};
use inkan_pki::pkcs11::generate::{NewKey, generate_key_pair};
use inkan_pki::pkcs11::keys::{KeyPairInfo, list_key_pairs};
use inkan_pki::pkcs11::login::{PinOwner, log_in_once};
use inkan_pki::pkcs11::{Access, Module, Session, TokenSelector};
use inkan_pki::secret::Pin;
use serde_json::Value;
use softhsm_test_helpers::{SoftHsm, TestToken};
use tempfile::TempDir;

use super::bank::Bank;

pub(crate) struct Customer {
    pub(crate) hsm: SoftHsm,
    pub(crate) token: TestToken,
    pub(crate) config: TempDir,
}

/// A finished run of the agent.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The JSON lines of `--json`.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect()
    }

    /// The last JSON line: the result.
    pub(crate) fn result(&self) -> Value {
        self.lines()
            .pop()
            .unwrap_or_else(|| panic!("no result: {self:?}"))
    }

    /// The stable code of a failure.
    pub(crate) fn failure(&self) -> (i32, String) {
        let result = self.result();
        assert_eq!(result["exit"], self.code, "{self:?}");
        assert!(
            !result["sentence"].as_str().unwrap().is_empty()
                && !result["next"].as_str().unwrap().is_empty()
        );
        (self.code, result["code"].as_str().unwrap().to_owned())
    }

    /// Names of the events and steps before the result.
    pub(crate) fn steps(&self) -> Vec<String> {
        let name = |l: &Value| {
            l["step"]
                .as_str()
                .or(l["work"].as_str())
                .or(l["event"].as_str())
                .unwrap()
                .to_owned()
        };
        self.lines().iter().map(name).collect()
    }
}

/// What is on the token, read without the agent.
#[derive(Debug)]
pub(crate) struct TokenContents {
    pub(crate) keys: Vec<KeyPairInfo>,
    pub(crate) certificates: Vec<StoredCertificate>,
}

impl Customer {
    /// With the bank installed and the token driver configured.
    pub(crate) fn of(bank: &Bank) -> Self {
        let customer = Self::new();
        std::fs::create_dir(customer.config.path().join("banks")).unwrap();
        customer.install(bank);
        customer.own_driver();
        customer
    }

    /// With this bank instead of another one.
    pub(crate) fn install(&self, bank: &Bank) {
        std::fs::write(self.config.path().join("banks/kenmin.toml"), &bank.file).unwrap();
    }

    /// With the driver of the customer's token.
    pub(crate) fn own_driver(&self) {
        let path = self.hsm.module_path();
        self.drivers(&format!("[[module]]\nname = \"token\"\npath = {path:?}\n"));
    }

    /// With these drivers.
    pub(crate) fn drivers(&self, modules: &str) {
        let file = self.config.path().join("modules.toml");
        std::fs::write(file, format!("piv = false\n{modules}")).unwrap();
    }

    /// With a token and no configuration.
    pub(crate) fn new() -> Self {
        let hsm = SoftHsm::new();
        hsm.use_in_this_process();
        let token = hsm.init_token("Hanako");
        Self {
            hsm,
            token,
            config: tempfile::tempdir().unwrap(),
        }
    }

    /// The agent with these arguments, the right PIN in `$PIN`, JSON output.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.plain_command(args);
        command.arg("--json").env("PIN", &self.token.pin);
        command
    }

    /// The agent without `--json` and without a PIN.
    pub(crate) fn plain_command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_inkan-agent"));
        command
            .args(args)
            .arg("--config-dir")
            .arg(self.config.path());
        command.args(["--lang", "en"]).envs(self.hsm.env());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        finish(self.command(args), "")
    }

    /// Follows the bank's link without questions.
    pub(crate) fn open(&self, bank: &Bank) -> Run {
        self.open_with(bank, &["--retry-for", "0"])
    }

    pub(crate) fn open_with(&self, bank: &Bank, more: &[&str]) -> Run {
        let link = bank.link();
        let args = [&["open", &link, "--yes", "--pin-env", "PIN"], more].concat();
        self.run(&args)
    }

    /// Starts to follow the link, and leaves it running.
    pub(crate) fn begin(&self, bank: &Bank) -> Child {
        self.command(&["open", &bank.link(), "--yes", "--pin-env", "PIN"])
            .spawn()
            .unwrap()
    }

    pub(crate) fn module(&self) -> PathBuf {
        self.hsm.module_path()
    }

    fn session(&self) -> Session {
        let module = Module::load(&self.module()).unwrap();
        let token = module
            .find_token(&TokenSelector::Label(self.token.label.clone()))
            .unwrap();
        let session = Session::open(&module, &token, Access::ReadWrite).unwrap();
        log_in_once(&session, PinOwner::User, &Pin::new(self.token.pin.clone())).unwrap();
        session
    }

    /// Reads the token without the agent.
    pub(crate) fn contents(&self) -> TokenContents {
        let session = self.session();
        TokenContents {
            keys: list_key_pairs(&session).unwrap(),
            certificates: list_certificates(&session).unwrap(),
        }
    }

    /// Uses the token without the agent.
    pub(crate) fn with_session<T>(&self, call: impl FnOnce(&Session) -> T) -> T {
        call(&self.session())
    }

    /// Puts a key of another program on the token.
    pub(crate) fn foreign_key(&self, label: &str) {
        let new_key =
            NewKey::with_random_id(inkan_pki::algorithm::KeyAlgorithm::EcP256, label).unwrap();
        generate_key_pair(&self.session(), &new_key).unwrap();
    }
}

/// Runs to the end with this standard input.
pub(crate) fn finish(mut command: Command, stdin: &str) -> Run {
    let mut child = command.spawn().unwrap();
    // The agent may end without reading.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    ended(child)
}

/// The result of a run that was started.
pub(crate) fn ended(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
