//! The life of a key in a test double of a store that needs no PIN, with faults.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::secret::Pin;
use rcgen::{KeyPair, PublicKeyData as _, SigningKey as _};

use crate::catalogue::Lang;
use crate::clock::Clock;
use crate::config::directory::ConfigDir;
use crate::config::modules::ModuleEntry;
use crate::error::{Failure, TokenError};
use crate::http::proxy::ProxyConfig;
use crate::keystore::KeyStore;
use crate::keystore::capabilities::{Admin, Capabilities, NewKey};
use crate::keystore::content::{CertificateEntry, Content, KeyEntry, KeyRef};
use crate::keystore::discovery::{Discovery, FoundToken, TokenLocation, TokenProvider};
use crate::keystore::view::{PinState, TokenKind, TokenView};
use crate::operations::Context;
use crate::operations::self_test::machine::Machine;
use crate::operations::self_test::scheme::LinkProgram;
use crate::operations::self_test::{Surroundings, run};
use crate::output::check::{Check, CheckId, CheckResult};
use crate::output::event::Event;
use crate::prompt::UserInterface;
use crate::prompt::choice::TokenChoice;
use crate::prompt::question::{NewPin, Question, SecretQuestion};

/// How the test double deviates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deviation {
    None,
    Extractable,
    WrongSignature,
    ForgetsKey,
    KeepsCertificate,
    NeverDeletes,
}

#[derive(Debug)]
struct Stored {
    deviation: Deviation,
    keys: Vec<(KeyEntry, KeyPair)>,
    certificates: Vec<CertificateEntry>,
    generated: usize,
}

#[derive(Debug, Clone)]
struct Double {
    stored: Arc<Mutex<Stored>>,
    view: TokenView,
}

impl Double {
    fn new(deviation: Deviation) -> Self {
        Self {
            stored: Arc::new(Mutex::new(Stored {
                deviation,
                keys: Vec::new(),
                certificates: Vec::new(),
                generated: 0,
            })),
            view: TokenView {
                label: "Store of Hanako".into(),
                serial: "S1234".into(),
                model: "Test double (S1234)".into(),
                kind: TokenKind::Pkcs11,
                reader: None,
                driver: "double".into(),
            },
        }
    }

    fn found(&self) -> FoundToken {
        FoundToken {
            view: self.view.clone(),
            location: TokenLocation::Reader {
                name: "double".into(),
            },
            pin: PinState::UNKNOWN,
            write_protected: false,
        }
    }
}

impl TokenProvider for Double {
    fn find_tokens(&self) -> Discovery {
        Discovery {
            tokens: vec![self.found()],
            ..Discovery::default()
        }
    }

    fn wait_for_change(&self, _: Duration) -> bool {
        false
    }

    fn open(&self, _: &FoundToken) -> Result<Box<dyn KeyStore>, TokenError> {
        Ok(Box::new(self.clone()))
    }

    fn try_module(&self, _: &ModuleEntry) -> Result<(), TokenError> {
        Ok(())
    }
}

impl KeyStore for Double {
    fn view(&self) -> &TokenView {
        &self.view
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            generate: true,
            write_certificates: true,
            ca_certificates: false,
            labels: true,
            delete_keys: true,
            change_pin: false,
            change_pin_pad: false,
            unblock: None,
            in_card: false,
            in_tpm: true,
        }
    }

    fn needs_login(&mut self) -> Result<bool, TokenError> {
        Ok(false)
    }

    fn pin_state(&mut self) -> Result<PinState, TokenError> {
        Ok(PinState::UNKNOWN)
    }

    fn login(&mut self, _: &Pin) -> Result<(), TokenError> {
        Err(TokenError::PinUnusable)
    }

    fn required_admin(&mut self) -> Result<Option<Admin>, TokenError> {
        Ok(None)
    }

    fn authenticate_admin(&mut self, _: &Pin) -> Result<(), TokenError> {
        Ok(())
    }

    fn content(&mut self) -> Result<Content, TokenError> {
        let stored = self.stored.lock().unwrap();
        let forgets = stored.deviation == Deviation::ForgetsKey;
        let certified = !stored.certificates.is_empty();
        let keys = stored.keys.iter().map(|(entry, _)| entry.clone());
        Ok(Content {
            keys: keys.filter(|_| !(forgets && certified)).collect(),
            certificates: stored.certificates.clone(),
            orphans: Vec::new(),
        })
    }

    fn confined(&mut self, _: &KeyRef) -> Result<bool, TokenError> {
        Ok(self.stored.lock().unwrap().deviation != Deviation::Extractable)
    }

    fn generate(&mut self, new: &NewKey) -> Result<KeyEntry, TokenError> {
        let mut stored = self.stored.lock().unwrap();
        stored.generated += 1;
        let pair = KeyPair::generate().unwrap();
        let entry = KeyEntry {
            reference: KeyRef {
                kind: TokenKind::Pkcs11,
                bytes: vec![u8::try_from(stored.generated).unwrap()],
            },
            label: new.label.clone(),
            location: None,
            algorithm: new.algorithm,
            spki_der: pair.subject_public_key_info(),
            always_authenticate: false,
            protection: None,
        };
        stored.keys.push((entry.clone(), pair));
        Ok(entry)
    }

    fn offered_schemes(
        &mut self,
        algorithm: KeyAlgorithm,
    ) -> Result<Vec<SignatureScheme>, TokenError> {
        Ok(match algorithm {
            KeyAlgorithm::EcP256 => vec![SignatureScheme::EcdsaP256Sha256],
            _ => Vec::new(),
        })
    }

    fn schemes(&mut self, _: &KeyRef) -> Result<Vec<SignatureScheme>, TokenError> {
        self.offered_schemes(KeyAlgorithm::EcP256)
    }

    fn sign(
        &mut self,
        key: &KeyRef,
        _: SignatureScheme,
        message: &[u8],
    ) -> Result<Vec<u8>, TokenError> {
        let stored = self.stored.lock().unwrap();
        let found = stored
            .keys
            .iter()
            .find(|(entry, _)| entry.reference == *key);
        let (_, pair) = found.ok_or(TokenError::KeyGone)?;
        let message: &[u8] = match stored.deviation {
            Deviation::WrongSignature => b"another message",
            _ => message,
        };
        Ok(pair.sign(message).unwrap())
    }

    fn write_certificate(
        &mut self,
        _: Option<&KeyRef>,
        der: &[u8],
        label: &str,
    ) -> Result<(), TokenError> {
        self.stored
            .lock()
            .unwrap()
            .certificates
            .push(CertificateEntry {
                label: label.to_owned(),
                location: None,
                der: der.to_vec(),
                key_gone: None,
            });
        Ok(())
    }

    fn delete_certificate(&mut self, der: &[u8]) -> Result<(), TokenError> {
        let mut stored = self.stored.lock().unwrap();
        if stored.deviation != Deviation::KeepsCertificate {
            stored.certificates.retain(|c| c.der != der);
        }
        Ok(())
    }

    fn delete_key(&mut self, key: &KeyRef) -> Result<(), TokenError> {
        let mut stored = self.stored.lock().unwrap();
        if stored.deviation == Deviation::NeverDeletes {
            return Err(TokenError::Failed {
                operation: "delete".into(),
                detail: "denied for Store of Hanako".into(),
            });
        }
        stored.keys.retain(|(entry, _)| entry.reference != *key);
        Ok(())
    }
}

/// A user who is asked nothing.
#[derive(Debug)]
struct Silent;

impl UserInterface for Silent {
    fn notify(&self, _: &Event) {}

    fn confirm(&self, _: &Question) -> Result<(), Failure> {
        Err(Failure::Cancelled)
    }

    fn choose_token(&self, _: &TokenChoice<'_>) -> Result<FoundToken, Failure> {
        Err(Failure::Cancelled)
    }

    fn secret(&self, _: &SecretQuestion) -> Result<Pin, Failure> {
        Err(Failure::Cancelled)
    }

    fn new_pin(&self, _: &NewPin) -> Result<Pin, Failure> {
        Err(Failure::Cancelled)
    }
}

/// The checks of the store and of TLS, and what is left in the store.
fn tested(store: &Double) -> (Vec<Check>, usize) {
    let directory = tempfile::tempdir().unwrap();
    let config = ConfigDir::at(directory.path().to_owned());
    let context = Context {
        config,
        clock: Clock::default(),
        proxies: ProxyConfig::direct(),
        lang: Lang::En,
        provider: Box::new(store.clone()),
        wanted: None,
        retry_for: Duration::ZERO,
        pin_min_length: 6,
    };
    let around = Surroundings {
        machine: Machine::default(),
        scheme: LinkProgram::Unknown,
    };
    let mut checks = run(&around, &context, &Silent).unwrap().checks;
    let own = [CheckId::KeyStore, CheckId::Tls12, CheckId::Tls13];
    checks.retain(|check| own.contains(&check.check));
    let stored = store.stored.lock().unwrap();
    (checks, stored.keys.len() + stored.certificates.len())
}

#[test]
fn a_store_without_a_pin_is_tested_without_a_question() {
    let (checks, left) = tested(&Double::new(Deviation::None));
    let results: Vec<_> = checks.iter().map(|c| (c.check, c.result)).collect();
    let expected = [
        (CheckId::KeyStore, CheckResult::Ok),
        (CheckId::Tls12, CheckResult::Ok),
        (CheckId::Tls13, CheckResult::Ok),
        // It offers no RSA keys.
        (CheckId::KeyStore, CheckResult::NotPossible),
    ];
    assert_eq!(results, expected, "{checks:?}");
    assert_eq!(left, 0);
    let subjects: Vec<_> = checks.iter().filter_map(|c| c.subject.as_deref()).collect();
    assert_eq!(subjects[0], "pkcs11 1, ec-p256");
    assert_eq!(checks[0].facts["model"], "Test double");
}

#[test]
fn every_deviation_of_a_store_is_found_and_what_can_be_deleted_is_deleted() {
    for (deviation, code, remains) in [
        (Deviation::Extractable, "key-extractable", 0),
        (Deviation::WrongSignature, "signature-invalid", 0),
        (Deviation::ForgetsKey, "key-gone", 0),
        (Deviation::KeepsCertificate, "throw-away-key-left", 1),
        (Deviation::NeverDeletes, "token-failed", 1),
    ] {
        let (checks, left) = tested(&Double::new(deviation));
        let first = &checks[0];
        assert_eq!(
            first.result,
            CheckResult::Failed,
            "{deviation:?}: {first:?}"
        );
        assert_eq!(first.code.as_deref(), Some(code), "{deviation:?}");
        assert_eq!(left, remains, "{deviation:?}");
        assert_eq!(first.facts["left_behind"], remains > 0, "{deviation:?}");
        let text = serde_json::to_string(&checks).unwrap();
        assert!(
            !text.contains("Hanako") && !text.contains("S1234"),
            "{text}"
        );
    }
}

#[test]
fn the_next_self_test_deletes_what_an_earlier_one_left() {
    let store = Double::new(Deviation::NeverDeletes);
    assert_eq!(tested(&store).1, 1);
    store.stored.lock().unwrap().deviation = Deviation::None;
    let (checks, left) = tested(&store);
    assert_eq!(checks[0].result, CheckResult::Ok);
    assert_eq!(left, 0);
}
