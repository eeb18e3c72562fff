//! One opened token of a module.

use std::collections::HashMap;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::officer::{AgreedSecret, ShareKeyPoint};
use inkan_pki::pkcs11::agree::{agree, agreement_keys, generate_agreement_key};
use inkan_pki::pkcs11::attributes::key_attributes;
use inkan_pki::pkcs11::certificate::delete_certificate;
use inkan_pki::pkcs11::error::{ErrorClass, Pkcs11Error};
use inkan_pki::pkcs11::keys::{KeyPairInfo, PrivateKey, find_private_key};
use inkan_pki::pkcs11::login::{LoginError, PinOwner, log_in};
use inkan_pki::pkcs11::pin_attempts::{PinAttempts, PinHalt};
use inkan_pki::pkcs11::sign::{schemes, sign};
use inkan_pki::pkcs11::{Access, LoginState, Session, TokenInfo};
use inkan_pki::secret::Pin;

use super::admin::as_officer;
use super::content;
use super::create::{self, gone};
use super::fault::token_error;
use super::find::{again, load, pin_state, so_state};
use super::reference::Reference;
use super::trial;
use super::user_pins::{provided, sendable, usable};
use crate::config::known::quirks::{IdChoice, Quirks};
use crate::config::modules::ModuleEntry;
use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::capabilities::{Admin, Capabilities, Capability, NewKey, Unblock};
use crate::keystore::content::{Content, KeyEntry, KeyRef, SHARE_KEY};
use crate::keystore::discovery::FoundToken;
use crate::keystore::secret::{Limits, SecretName};
use crate::keystore::view::{PinState, PinStatus, TokenView};

/// How often, and at which interval, to check whether a failed token is still present.
const PRESENCE_CHECKS: usize = 10;
const PRESENCE_INTERVAL: Duration = Duration::from_millis(100);

/// An opened token of a PKCS#11 module that is loaded in this process.
#[derive(Debug)]
pub struct Pkcs11Store {
    session: Session,
    view: TokenView,
    quirks: Quirks,
    pin_pad: bool,
    /// The user's PIN and its attempts, for the login after the security officer's.
    user: Option<Mutex<PinAttempts>>,
    /// The security officer PIN and its attempts, for changes.
    officer: Option<Mutex<PinAttempts>>,
    /// The security officer PIN and its attempts, for a new user PIN.
    unblocker: Option<Mutex<PinAttempts>>,
    /// Private keys found in this session, by public key.
    keys: HashMap<Vec<u8>, PrivateKey>,
    /// Tested schemes of keys, by public key.
    schemes: HashMap<Vec<u8>, Vec<SignatureScheme>>,
}

impl Pkcs11Store {
    /// Opens a token that was found in this module, for writing if the token permits.
    ///
    /// # Errors
    /// [`TokenError::Removed`] if it is no longer present; the error that the module reports.
    pub fn open(entry: &ModuleEntry, wanted: &FoundToken) -> Result<Self, TokenError> {
        let module = load(entry)?;
        let info = again(&module, &entry.path, wanted)?;
        let session = match Session::open(&module, &info, Access::ReadWrite) {
            Err(error) if error.class == ErrorClass::WriteProtected => {
                Session::open(&module, &info, Access::ReadOnly)
            }
            other => other,
        };
        Ok(Self {
            session: session.map_err(|e| token_error(&e))?,
            view: wanted.view.clone(),
            quirks: entry.quirks(&wanted.view.model),
            pin_pad: info.pin_pad,
            user: None,
            officer: None,
            unblocker: None,
            keys: HashMap::new(),
            schemes: HashMap::new(),
        })
    }

    fn key(&mut self, key: &KeyRef) -> Result<&PrivateKey, TokenError> {
        let spki = Reference::pair(key)?;
        if !self.keys.contains_key(spki) {
            let found = find_private_key(&self.session, spki).map_err(|e| gone(&e))?;
            self.keys.insert(spki.to_vec(), found);
        }
        self.keys.get(spki).ok_or(TokenError::KeyGone)
    }

    /// Runs a change in the role that the token requires.
    fn change<T>(
        &mut self,
        change: impl Fn(&Session) -> Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        // Some modules renumber handles when a key is created or deleted.
        self.keys.clear();
        match (usable(self.officer.as_ref()), self.quirks.admin) {
            (Some(officer), what) => as_officer(
                &self.session,
                what.unwrap_or(Admin::SoPin),
                officer,
                sendable(self.user.as_ref()),
                change,
            ),
            (None, Some(what)) => Err(TokenError::AdminNeeded { what }),
            (None, None) => change(&self.session),
        }
    }

    /// The meaning of an incorrect PIN: the token may report more after the attempt than before.
    fn after_wrong(&self, error: &Pkcs11Error) -> TokenError {
        match error.class {
            ErrorClass::PinIncorrect => {}
            // Some modules report a removed card only in this way.
            ErrorClass::DeviceFault if !self.is_there() => return TokenError::Removed,
            _ => return token_error(error),
        }
        match self.session.token().map(|info| pin_state(&info).status) {
            Ok(PinStatus::Locked) => TokenError::PinLocked,
            status => TokenError::PinWrong {
                last_try: matches!(status, Ok(PinStatus::FinalTry)),
                tries_left: None,
            },
        }
    }

    /// Checks the token list: only then do modules check their readers. The card service needs a moment to notice a
    /// removed card.
    fn is_there(&self) -> bool {
        let same = |info: &TokenInfo| info.readable && info.serial == self.view.serial;
        let listed = || {
            let tokens = self.session.module().tokens();
            tokens.is_ok_and(|tokens| tokens.iter().any(same))
        };
        (0..PRESENCE_CHECKS).all(|_| {
            let there = listed();
            if there {
                thread::sleep(PRESENCE_INTERVAL);
            }
            there
        })
    }

    /// Checks a secret before it is sent: a malformed one costs a try as well, some modules accept a PIN that is too
    /// short by their own limits, and others fail on it.
    fn fits(&self, what: SecretName, secret: &Pin) -> Result<(), TokenError> {
        let info = self.session.token().map_err(|e| token_error(&e))?;
        let PinState {
            min_length: min,
            max_length: max,
            ..
        } = pin_state(&info);
        let limits = Limits {
            min,
            max,
            ascii: false,
        };
        match limits.fault(secret) {
            Some(why) => Err(TokenError::InvalidSecret {
                what,
                why,
                min,
                max,
            }),
            None => Ok(()),
        }
    }

    /// Distinguishes a refused new PIN from an incorrect old one.
    fn after_change(&self, error: &Pkcs11Error) -> TokenError {
        match error.class {
            ErrorClass::PinInvalid => TokenError::NewPinRefused,
            _ => self.after_wrong(error),
        }
    }
}

/// Whether the text can be a management key.
fn is_hex(secret: &Pin) -> bool {
    let text = secret.expose();
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit())
}

impl KeyStore for Pkcs11Store {
    fn view(&self) -> &TokenView {
        &self.view
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            generate: self.quirks.generates,
            write_certificates: self.quirks.writes,
            ca_certificates: self.quirks.ca_certificates,
            labels: self.quirks.labels,
            delete_keys: self.quirks.deletes,
            change_pin_pad: true,
            change_pin: true,
            unblock: self.quirks.officer_unblocks.then_some(Unblock::SoPin),
            in_card: !self.quirks.tpm,
            in_tpm: self.quirks.tpm,
        }
    }

    fn needs_login(&mut self) -> Result<bool, TokenError> {
        let required = self.session.token().map_err(|e| token_error(&e))?;
        let state = self.session.login_state().map_err(|e| token_error(&e))?;
        Ok(required.login_required && state != LoginState::User)
    }

    fn pin_state(&mut self) -> Result<PinState, TokenError> {
        let info = self.session.token().map_err(|e| token_error(&e))?;
        Ok(pin_state(&info))
    }

    fn login(&mut self, pin: &Pin) -> Result<(), TokenError> {
        self.fits(SecretName::Pin, pin)?;
        let attempts = provided(&mut self.user, pin);
        let tried =
            attempts.and_then(|user| log_in(&self.session, user, PinOwner::User, Instant::now));
        tried.map_err(|e| self.after_wrong(&e.into_error(PinOwner::User)))
    }

    fn login_pin_pad(&mut self) -> Result<(), TokenError> {
        let tried = self.session.login_pin_pad();
        tried.map_err(|e| self.after_wrong(&e))
    }

    fn required_admin(&mut self) -> Result<Option<Admin>, TokenError> {
        let known = usable(self.officer.as_ref()).is_some();
        Ok(self.quirks.admin.filter(|_| !known))
    }

    fn authenticate_admin(&mut self, secret: &Pin) -> Result<(), TokenError> {
        let what = self.quirks.admin.unwrap_or(Admin::SoPin);
        match what {
            Admin::SoPin => self.fits(SecretName::SoPin, secret)?,
            Admin::ManagementKey if !is_hex(secret) => {
                return Err(TokenError::AdminUnusable { what });
            }
            Admin::ManagementKey => {}
        }
        let officer = provided(&mut self.officer, secret);
        let officer = officer.map_err(|e| match e {
            LoginError::Halted(PinHalt::Refused) => TokenError::AdminWrong {
                what,
                tries_left: None,
            },
            other => token_error(&other.into_error(PinOwner::Officer)),
        })?;
        let user = sendable(self.user.as_ref());
        as_officer(&self.session, what, officer, user, |_| Ok(()))
    }

    fn content(&mut self) -> Result<Content, TokenError> {
        let mut content = content::read(&self.session).map_err(|e| token_error(&e))?;
        if !self.quirks.labels {
            // The module's substitute for a label is the same on all of its tokens.
            content.keys.iter_mut().for_each(|key| key.label.clear());
        }
        Ok(content)
    }

    fn confined(&mut self, key: &KeyRef) -> Result<bool, TokenError> {
        let key = self.key(key)?.clone();
        let attributes = key_attributes(&self.session, &key).map_err(|e| token_error(&e))?;
        Ok(attributes.confined())
    }

    fn generate(&mut self, new: &NewKey) -> Result<KeyEntry, TokenError> {
        if !self.quirks.generates {
            return Err(Capability::Generate.missing());
        }
        let officer = usable(self.officer.as_ref()).is_some();
        let ids = self.quirks.ids;
        let mut made = self.change(|session| create::generate(session, new, ids, officer))?;
        if !self.quirks.labels {
            made.label.clear();
        }
        Ok(made)
    }

    fn share_key(&mut self) -> Result<Option<KeyEntry>, TokenError> {
        let found = agreement_keys(&self.session, SHARE_KEY).map_err(|e| token_error(&e))?;
        Ok(found.into_iter().next().map(content::entry))
    }

    fn generate_share_key(&mut self) -> Result<KeyEntry, TokenError> {
        // A module whose ids are slots has none for this purpose.
        if !self.quirks.generates || self.quirks.ids != IdChoice::Any {
            return Err(Capability::Agree.missing());
        }
        let made = self.change(|session| {
            generate_agreement_key(session, SHARE_KEY).map_err(|e| match e.class {
                ErrorClass::Unsupported | ErrorClass::Refused => Capability::Agree.missing(),
                _ => token_error(&e),
            })
        })?;
        Ok(content::entry(KeyPairInfo {
            label: SHARE_KEY.to_owned(),
            id: made.id,
            algorithm: KeyAlgorithm::EcP256,
            spki_der: made.spki_der,
            always_authenticate: made.attributes.always_authenticate,
        }))
    }

    fn agree(&mut self, key: &KeyRef, peer: &ShareKeyPoint) -> Result<AgreedSecret, TokenError> {
        let key = self.key(key)?.clone();
        agree(&self.session, &key, peer).map_err(|e| match e.class {
            ErrorClass::Unsupported => Capability::Agree.missing(),
            _ => self.after_wrong(&e),
        })
    }

    fn offered_schemes(
        &mut self,
        algorithm: KeyAlgorithm,
    ) -> Result<Vec<SignatureScheme>, TokenError> {
        schemes(&self.session, algorithm).map_err(|e| token_error(&e))
    }

    fn schemes(&mut self, key: &KeyRef) -> Result<Vec<SignatureScheme>, TokenError> {
        let key = self.key(key)?.clone();
        if let Some(known) = self.schemes.get(&key.spki_der) {
            return Ok(known.clone());
        }
        let listed = self.offered_schemes(key.algorithm)?;
        let proven = trial::proven(&self.session, &key, listed)?;
        self.schemes.insert(key.spki_der, proven.clone());
        Ok(proven)
    }

    fn sign(
        &mut self,
        key: &KeyRef,
        scheme: SignatureScheme,
        message: &[u8],
    ) -> Result<Vec<u8>, TokenError> {
        let key = self.key(key)?.clone();
        if key.always_authenticate && !self.session.knows_pin() && !self.pin_pad {
            return Err(TokenError::PinNeeded);
        }
        sign(&self.session, &key, scheme, message).map_err(|e| match e.class {
            ErrorClass::Unsupported => TokenError::CannotSign,
            _ => self.after_wrong(&e),
        })
    }

    fn write_certificate(
        &mut self,
        key: Option<&KeyRef>,
        der: &[u8],
        label: &str,
    ) -> Result<(), TokenError> {
        if !self.quirks.writes || (key.is_none() && !self.quirks.ca_certificates) {
            return Err(Capability::WriteCertificates.missing());
        }
        self.change(|session| create::write(session, key, der, label))
    }

    fn delete_certificate(&mut self, der: &[u8]) -> Result<(), TokenError> {
        self.change(|session| {
            delete_certificate(session, der).map_err(|e| match e.class {
                ErrorClass::NotFound => TokenError::CertificateGone,
                _ => token_error(&e),
            })
        })
    }

    fn delete_key(&mut self, key: &KeyRef) -> Result<(), TokenError> {
        if !self.quirks.deletes {
            return Err(Capability::DeleteKeys.missing());
        }
        self.change(|session| create::destroy(session, key))
    }

    fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<(), TokenError> {
        self.fits(SecretName::Pin, old)?;
        self.fits(SecretName::NewPin, new)?;
        let changed = self.session.change_pin(old, new);
        changed.map_err(|e| self.after_change(&e))?;
        self.user = None;
        Ok(())
    }

    fn change_pin_pad(&mut self) -> Result<(), TokenError> {
        let changed = self.session.change_pin_pad();
        changed.map_err(|e| self.after_change(&e))
    }

    fn unblock_state(&mut self) -> Result<PinState, TokenError> {
        if !self.quirks.officer_unblocks {
            return Err(Capability::Unblock.missing());
        }
        let info = self.session.token().map_err(|e| token_error(&e))?;
        Ok(so_state(&info))
    }

    fn unblock(&mut self, puk: &Pin, new: &Pin) -> Result<(), TokenError> {
        if !self.quirks.officer_unblocks {
            return Err(Capability::Unblock.missing());
        }
        self.fits(SecretName::Puk, puk)?;
        self.fits(SecretName::NewPin, new)?;
        let mut unblocker = self.unblocker.take();
        let set = match provided(&mut unblocker, puk) {
            Ok(officer) => as_officer(&self.session, Admin::SoPin, officer, None, |session| {
                session.init_user_pin(new).map_err(|e| match e.class {
                    ErrorClass::Unsupported => Capability::Unblock.missing(),
                    _ => self.after_change(&e),
                })
            }),
            Err(LoginError::Halted(PinHalt::Refused)) => {
                Err(TokenError::PukWrong { tries_left: None })
            }
            Err(other) => Err(token_error(&other.into_error(PinOwner::Officer))),
        };
        self.unblocker = unblocker;
        self.user = None;
        set.map_err(|error| match error {
            TokenError::AdminWrong { tries_left, .. } => TokenError::PukWrong { tries_left },
            TokenError::AdminLocked => TokenError::PukLocked,
            TokenError::AdminUnusable { .. } => TokenError::PukWrong { tries_left: None },
            other => other,
        })
    }
}
