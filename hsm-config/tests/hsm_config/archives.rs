//! Backups for tests: identities, lost tokens, copies of tokens.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use inkan_hsm_config::transcript::Transcript;

use crate::environment::{Environment, perform};

/// An age key pair; the identity in a file.
pub(crate) struct Keys {
    pub(crate) recipient: String,
    pub(crate) identity: String,
}

impl Keys {
    pub(crate) fn new(environment: &Environment, name: &str) -> Self {
        let identity = Identity::generate();
        let path = environment.hsm.path().join(name);
        fs::write(&path, identity.to_string().expose_secret()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        Self {
            recipient: identity.to_public().to_string(),
            identity: path.to_str().unwrap().to_owned(),
        }
    }
}

/// An environment after its ceremony, the officers' age keys, and where backups go.
pub(crate) struct Bank {
    pub(crate) environment: Environment,
    pub(crate) keys: Keys,
}

impl Bank {
    pub(crate) fn new() -> Self {
        Self::after("")
    }

    /// With this text at the end of the specification.
    pub(crate) fn after(text: &str) -> Self {
        let environment = Environment::new();
        let path = environment.path("hsm.toml");
        fs::write(&path, fs::read_to_string(&path).unwrap() + text).unwrap();
        perform(&environment.spec());
        let keys = Keys::new(&environment, "identity");
        Self { environment, keys }
    }

    /// A file outside the environment.
    pub(crate) fn archive(&self, name: &str) -> String {
        let path = self.environment.hsm.path().join(name);
        path.to_str().unwrap().to_owned()
    }

    /// `inkan-hsm backup` of a token; its output.
    pub(crate) fn back_up(&self, token: &str, name: &str, exit: i32) -> String {
        let out = self.archive(name);
        let recipient = self.keys.recipient.as_str();
        self.environment.expect(
            &[
                "backup",
                "--token",
                token,
                "--recipient",
                recipient,
                "--out",
                &out,
                "--yes",
            ],
            exit,
        )
    }

    /// `inkan-hsm restore`; its output.
    pub(crate) fn restore(&self, name: &str, exit: i32) -> String {
        let from = self.archive(name);
        let arguments = [
            "restore",
            "--from",
            &from,
            "--identity",
            &self.keys.identity,
            "--yes",
        ];
        self.environment.expect(&arguments, exit)
    }

    pub(crate) fn transcript(&self) -> Transcript {
        let path = self.environment.spec().transcript_path();
        Transcript::load(&path).unwrap().unwrap()
    }

    /// Where the token with this label is.
    pub(crate) fn token(&self, label: &str) -> PathBuf {
        let all = fs::read_dir(self.environment.hsm.token_directory()).unwrap();
        let mut all = all.map(|entry| entry.unwrap().path());
        let padded = format!("{label:<32}");
        all.find(|path| {
            let object = fs::read(path.join("token.object")).unwrap_or_default();
            object.windows(32).any(|window| window == padded.as_bytes())
        })
        .unwrap()
    }

    /// The HSM is lost, with all its tokens.
    pub(crate) fn lose_all(&self) {
        let tokens = self.environment.hsm.token_directory();
        fs::remove_dir_all(&tokens).unwrap();
        fs::create_dir(&tokens).unwrap();
    }

    /// Another token takes the place of this one: the same objects, another serial number, and keys that report to be copies.
    pub(crate) fn clone_token(&self, label: &str, serial: &str) {
        let directory = self.token(label);
        let name = directory.file_name().unwrap().to_str().unwrap().to_owned();
        let old = name[19..23].to_owned() + &name[24..];
        assert_eq!(old.len(), serial.len());
        replace(
            &directory.join("token.object"),
            old.as_bytes(),
            serial.as_bytes(),
        );
        for object in private_keys(&directory) {
            for attribute in [LOCAL, ALWAYS_SENSITIVE, NEVER_EXTRACTABLE] {
                set(&object, attribute, false);
            }
        }
    }
}

pub(crate) const EXTRACTABLE: u64 = 0x162;
const LOCAL: u64 = 0x163;
const NEVER_EXTRACTABLE: u64 = 0x164;
const ALWAYS_SENSITIVE: u64 = 0x165;

/// Files of the private keys of a token.
pub(crate) fn private_keys(directory: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(directory).unwrap().map(|e| e.unwrap().path());
    let objects = all.filter(|path| path.extension().is_some_and(|e| e == "object"));
    let private = |path: &PathBuf| {
        let content = fs::read(path).unwrap();
        // CKA_CLASS is the first attribute, a number: 3.
        content.get(8..32) == Some(&[0_u64, 2, 3].map(u64::to_be_bytes).concat())
    };
    let mut found: Vec<_> = objects.filter(private).collect();
    found.sort();
    found
}

/// Changes a truth value in an object file.
pub(crate) fn set(object: &Path, attribute: u64, value: bool) {
    let mut content = fs::read(object).unwrap();
    let pattern = [attribute, 1].map(u64::to_be_bytes).concat();
    let at = content
        .windows(pattern.len())
        .position(|window| window == pattern)
        .unwrap();
    content[at + pattern.len()] = if value { 0xff } else { 0 };
    fs::write(object, content).unwrap();
}

fn replace(file: &Path, from: &[u8], to: &[u8]) {
    let mut content = fs::read(file).unwrap();
    let at = content
        .windows(from.len())
        .position(|window| window == from)
        .unwrap();
    content[at..at + to.len()].copy_from_slice(to);
    fs::write(file, content).unwrap();
}
