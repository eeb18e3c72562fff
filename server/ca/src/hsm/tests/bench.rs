//! A token with keys, a pool on it, and ways to disturb it.

use std::fs;
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{self as verification, UnparsedPublicKey, VerificationAlgorithm};
use inkan_hostile_module::control::Control;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::generate::{NewKey, generate_key_pair};
use inkan_pki::pkcs11::login::{PinOwner, log_in_once};
use inkan_pki::pkcs11::{Access, Module, Session, TokenInfo, TokenSelector};
use inkan_pki::spki::PublicKey;
use inkan_server_fixtures::ca::{driver, environment};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use softhsm_test_helpers::{SoftHsm, TestToken};

use super::*;

/// Long enough for a busy machine, short enough for a test that waits for it.
pub(super) const DEADLINE: Duration = Duration::from_millis(800);
/// How long recoveries may take here.
pub(super) const RECOVERY: Duration = Duration::from_secs(20);

pub(super) struct Bench {
    /// A module in front of the pool's token, if the test needs one.
    pub(super) hostile: Option<Control>,
    pub(super) hsm: SoftHsm,
    pub(super) token: TestToken,
    /// Name, type and public key.
    pub(super) keys: Vec<(String, KeyAlgorithm, Vec<u8>)>,
}

impl Bench {
    pub(super) fn new(keys: &[(&str, KeyAlgorithm)]) -> Self {
        let hsm = SoftHsm::new();
        hsm.use_in_this_process();
        let token = hsm.init_token("inkan-issuing");
        let mut bench = Self {
            hostile: None,
            hsm,
            token,
            keys: Vec::new(),
        };
        let session = bench.session(Access::ReadWrite);
        log_in_once(&session, PinOwner::User, &bench.pin()).unwrap();
        for (name, algorithm) in keys {
            let new_key = NewKey::with_random_id(*algorithm, *name).unwrap();
            let made = generate_key_pair(&session, &new_key).unwrap();
            bench
                .keys
                .push(((*name).to_owned(), *algorithm, made.spki_der));
        }
        bench
    }

    /// With a module in front of the pool's token that returns configured values.
    pub(super) fn hostile(keys: &[(&str, KeyAlgorithm)]) -> (Self, Control) {
        let mut bench = Self::new(keys);
        let control = Control::new(bench.hsm.path());
        control.use_in_this_process(&bench.hsm.module_path());
        bench.hostile = Some(control.clone());
        (bench, control)
    }

    pub(super) fn pin(&self) -> Pin {
        Pin::new(self.token.pin.as_str())
    }

    pub(super) fn module(&self) -> std::sync::Arc<Module> {
        Module::load(&self.hsm.module_path()).unwrap()
    }

    pub(super) fn token_info(&self) -> TokenInfo {
        self.module().find_token(&self.selector()).unwrap()
    }

    /// A session of another program.
    pub(super) fn session(&self, access: Access) -> Session {
        Session::open(&self.module(), &self.token_info(), access).unwrap()
    }

    pub(super) fn selector(&self) -> TokenSelector {
        TokenSelector::Label(self.token.label.clone())
    }

    pub(super) fn config(&self) -> HsmConfig {
        let keys = self
            .keys
            .iter()
            .map(|(name, _, spki)| HsmKey::by_public_key(name.as_str(), spki.clone()))
            .collect();
        HsmConfig {
            driver: driver(),
            environment: environment(),
            network: false,
            workers: 3,
            deadline: DEADLINE,
            open_deadline: DEADLINE * 2,
            first_pause: Duration::from_millis(50),
            longest_pause: Duration::from_millis(400),
            ..HsmConfig::new(self.pool_module(), self.selector(), self.pin(), keys)
        }
    }

    fn pool_module(&self) -> PathBuf {
        match self.hostile {
            Some(_) => Control::module(),
            None => self.hsm.module_path(),
        }
    }

    /// A pool whose workers all have their sessions: one that still looks for its keys would meet the fault that a
    /// test orders for the next signature.
    pub(super) async fn pool(&self, config: HsmConfig) -> HsmPool {
        let pool = HsmPool::start(config).unwrap();
        let all_in = |state: &HsmState| state.is_up() && state.workers == state.workers_configured;
        eventually("all workers are in", &pool, all_in).await;
        pool
    }

    /// One signature, verified.
    pub(super) async fn sign(
        &self,
        pool: &HsmPool,
        name: &str,
        message: &[u8],
    ) -> Result<(), HsmError> {
        let (_, algorithm, spki) = self.keys.iter().find(|(key, ..)| key == name).unwrap();
        let signature = pool
            .sign(name, algorithm.default_scheme(), message.to_vec())
            .await?;
        verify(*algorithm, spki, message, &signature);
        Ok(())
    }

    /// Signs repeatedly until it succeeds; returns the time that took.
    pub(super) async fn sign_eventually(&self, pool: &HsmPool, name: &str) -> Vec<HsmError> {
        let until = Instant::now() + RECOVERY;
        let mut errors = Vec::new();
        while let Err(error) = self.sign(pool, name, b"eventually").await {
            assert!(
                Instant::now() < until,
                "{errors:?} {error:?} {:?}",
                pool.state()
            );
            errors.push(error);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        errors
    }

    /// Removes the tokens, as if the HSM were disconnected.
    pub(super) fn take_away(&self) -> TakenAway {
        let here = self.hsm.token_directory();
        let there = self.hsm.path().join("away");
        fs::rename(&here, &there).unwrap();
        fs::create_dir(&here).unwrap();
        TakenAway { here, there }
    }

    /// Replaces the key's file by one that cannot be read to its end: every call that needs it really hangs inside the
    /// module, until released.
    pub(super) fn jam(&self, name: &str) -> Jam {
        Jam::new(private_key_file(&self.hsm.token_directory(), name))
    }
}

pub(super) struct TakenAway {
    here: PathBuf,
    there: PathBuf,
}

impl TakenAway {
    pub(super) fn bring_back(self) {
        fs::remove_dir_all(&self.here).unwrap();
        fs::rename(&self.there, &self.here).unwrap();
    }
}

pub(super) struct Jam {
    path: PathBuf,
    aside: PathBuf,
    pipe: PathBuf,
}

impl Jam {
    fn new(path: PathBuf) -> Self {
        let aside = path.with_extension("aside");
        let pipe = path.with_extension("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        fs::hard_link(&path, &aside).unwrap();
        fs::hard_link(&pipe, path.with_extension("swap")).unwrap();
        fs::rename(path.with_extension("swap"), &path).unwrap();
        Self { path, aside, pipe }
    }

    /// Restores the file; readers that wait for it get an empty one.
    pub(super) fn release(self) {
        fs::rename(&self.aside, &self.path).unwrap();
        // Opening for reading and writing never waits; closing it ends the readers' wait.
        drop(
            fs::OpenOptions::new()
                .read(true)
                .write(true)
                .open(&self.pipe)
                .unwrap(),
        );
        fs::remove_file(&self.pipe).unwrap();
    }
}

/// SoftHSM2 keeps an object per file. The private key's holds the label, and is longer than the public key's.
fn private_key_file(tokens: &Path, label: &str) -> PathBuf {
    let files = |path: &Path| {
        fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect::<Vec<_>>()
    };
    let holds_label = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        path.extension().is_some_and(|ending| ending == "object")
            && bytes
                .windows(label.len())
                .any(|window| window == label.as_bytes())
    };
    let mut found: Vec<_> = files(tokens)
        .iter()
        .flat_map(|token| files(token))
        .filter(holds_label)
        .collect();
    found.sort_by_key(|path| fs::metadata(path).unwrap().len());
    found.pop().expect("an object file with the label")
}

pub(super) fn verify(algorithm: KeyAlgorithm, spki: &[u8], message: &[u8], signature: &[u8]) {
    let with: &'static dyn VerificationAlgorithm = match algorithm {
        KeyAlgorithm::EcP256 => &verification::ECDSA_P256_SHA256_ASN1,
        KeyAlgorithm::EcP384 => &verification::ECDSA_P384_SHA384_ASN1,
        KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
            &verification::RSA_PKCS1_2048_8192_SHA256
        }
    };
    let key = PublicKey::from_spki(spki).unwrap();
    UnparsedPublicKey::new(with, key.key_bits())
        .verify(message, signature)
        .expect("a signature that verifies");
}

impl HsmPool {
    /// A signature by this unit alone.
    pub(super) async fn sign(
        &self,
        key: &str,
        scheme: SignatureScheme,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, HsmError> {
        let alone = HsmGroup::from(self.clone());
        alone.sign(key, scheme, message, Priority::Issuing).await
    }
}

/// Waits for something to become true.
pub(super) async fn eventually(
    what: &str,
    pool: &HsmPool,
    mut holds: impl FnMut(&HsmState) -> bool,
) {
    let until = Instant::now() + RECOVERY;
    while !holds(&pool.state()) {
        assert!(
            Instant::now() < until,
            "not within {RECOVERY:?}: {what}; {:?}",
            pool.state()
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The pool's threads of this process.
pub(super) fn threads() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| name.starts_with("hsm-"))
        .collect()
}

/// The processes that this one has started and not yet waited for.
pub(super) fn children() -> Vec<u32> {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok())
        .flat_map(|numbers| {
            numbers
                .split_whitespace()
                .map(|number| number.parse().unwrap())
                .collect::<Vec<_>>()
        })
        .collect()
}
