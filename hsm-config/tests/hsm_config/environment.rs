//! A separate SoftHSM2, directory, specification and PIN files for each test.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use inkan_hsm_config::transcript::{Line, Transcript};
use inkan_hsm_config::{Spec, apply};
use jiff::Timestamp;
use softhsm_test_helpers::SoftHsm;

pub(crate) const PINS: [(&str, &str); 4] = [
    ("root-so.pin", "so-58203741"),
    ("root.pin", "user-90417352"),
    ("issuing-so.pin", "so-17359028"),
    ("issuing.pin", "user-62840915"),
];

pub(crate) const SPEC: &str = r#"
environment = "test"
profile = "softhsm2"
certificate_dir = "certificates"

[[token]]
id = "root"
label = "root{n}"
so_pin = { file = "root-so.pin" }
pin = { file = "root.pin" }

[[token]]
id = "issuing"
label = "issuing{n}"
so_pin = { file = "issuing-so.pin" }
pin = { file = "issuing.pin" }

[[key]]
id = "root-ca"
token = "root"
algorithm = "ec-p384"
use = "root-ca"

[[key]]
id = "customer-ca"
token = "issuing"
algorithm = "ec-p256"
use = "customer-ca"

[[key]]
id = "audit"
token = "issuing"
algorithm = "ec-p256"
use = "audit"

[[certificate]]
key = "root-ca"
issuer = "root-ca"
subject = { organization = "BANK", common_name = "BANK Root CA" }
years = 20
path_len = 1

[[certificate]]
key = "customer-ca"
issuer = "root-ca"
subject = { country = "JP", organization = "BANK", organizational_unit = "IB", common_name = "株式会社 CA" }
years = 20
path_len = 0
crl_urls = ["http://127.0.0.1:8080/crl/root-ca.crl"]
ca_issuers_url = "http://127.0.0.1:8080/ca/root-ca.crt"
"#;

pub(crate) struct Environment {
    pub(crate) hsm: SoftHsm,
    directory: PathBuf,
}

pub(crate) fn now() -> Timestamp {
    "2026-11-22T09:00:00.25Z".parse().unwrap()
}

impl Environment {
    /// With its SoftHSM2 used in this process.
    pub(crate) fn new() -> Self {
        let hsm = SoftHsm::new();
        hsm.use_in_this_process();
        let directory = hsm.path().join("environment");
        Self::write(&directory, "");
        Self { hsm, directory }
    }

    /// Another environment in the same SoftHSM2: token labels end in `n`.
    pub(crate) fn another(&self, n: &str) -> Spec {
        let directory = self.hsm.path().join(format!("environment-{n}"));
        Self::write(&directory, n);
        Spec::load(&directory.join("hsm.toml")).unwrap()
    }

    /// As [`Environment::another`], with this module in front.
    pub(crate) fn another_with(&self, n: &str, module: &Path) -> Spec {
        let directory = self.hsm.path().join(format!("environment-{n}"));
        Self::write(&directory, n);
        let path = directory.join("hsm.toml");
        let text = fs::read_to_string(&path).unwrap();
        let line = format!("profile = \"softhsm2\"\nmodule = {module:?}");
        fs::write(&path, text.replace("profile = \"softhsm2\"", &line)).unwrap();
        Spec::load(&path).unwrap()
    }

    fn write(directory: &Path, n: &str) {
        fs::create_dir(directory).unwrap();
        fs::write(directory.join("hsm.toml"), SPEC.replace("{n}", n)).unwrap();
        for (name, pin) in PINS {
            let path = directory.join(name);
            fs::write(&path, format!("{pin}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub(crate) fn spec(&self) -> Spec {
        Spec::load(&self.path("hsm.toml")).unwrap()
    }

    /// Changes the specification's text.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let path = self.path("hsm.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replace(from, to)).unwrap();
    }

    /// `inkan-hsm COMMAND --spec …` as a process.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_inkan-hsm"))
            .args(arguments)
            .arg("--spec")
            .arg(self.path("hsm.toml"))
            .envs(self.hsm.env())
            .output()
            .unwrap()
    }

    /// Runs and checks the exit code; standard output and error together.
    pub(crate) fn expect(&self, arguments: &[&str], exit: i32) -> String {
        let output = self.run(arguments);
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {text}");
        text
    }

    /// Everything below the directory and the token directory, by path.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut open = vec![self.directory.clone(), self.hsm.token_directory()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else if path.extension().is_none_or(|e| e != "lock") {
                    found.push((path.clone(), fs::read(path).unwrap()));
                }
            }
        }
        found.sort();
        found
    }
}

/// The whole ceremony, in this process; its lines.
pub(crate) fn perform(spec: &Spec) -> (Transcript, Vec<Line>) {
    let mut lines = Vec::new();
    let transcript = apply(spec, now(), false, &mut |line| lines.push(line.clone())).unwrap();
    (transcript, lines)
}
