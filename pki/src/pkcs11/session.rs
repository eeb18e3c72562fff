//! A session with a token: opening, logging in and out.
//!
//! A session belongs to one thread at a time (`Send`, not `Sync`). The login belongs to the whole process: closing the last
//! session of a token, or logging out in any of them, logs all of them out.

use std::cell::RefCell;
use std::sync::Arc;

use cryptoki::context::Function;
use cryptoki::error::{Error as Binding, Result as BindingResult, RvError};
use cryptoki::mechanism::MechanismType;
use cryptoki::session::{Session as BindingSession, SessionState, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use serde::{Deserialize, Serialize};

use super::error::{ErrorClass, ErrorKind, LOGIN, LOGIN_OFFICER, Pkcs11Error};
use super::module::Module;
use super::token::TokenInfo;
use crate::secret::Pin;

const CHANGE_PIN: &str = "change PIN";

/// What a session may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Find, read, sign.
    ReadOnly,
    /// Also generate, write and delete.
    ReadWrite,
}

/// Who is logged in, as this session sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoginState {
    /// Nobody.
    Nobody,
    /// The token's user.
    User,
    /// The security officer.
    SecurityOfficer,
}

/// Whose PIN it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PinOwner {
    /// The token's user.
    User,
    /// The security officer.
    Officer,
}

/// How a login succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoginOutcome {
    /// The PIN was correct.
    Accepted,
    /// Another session of this process is logged in already: the PIN was not checked.
    AlreadyLoggedIn,
}

/// The slot and generation of the library that a handle belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    slot: Slot,
    generation: u64,
}

/// An open session. Closed when dropped.
#[derive(Debug)]
pub struct Session {
    module: Arc<Module>,
    slot: Slot,
    generation: u64,
    /// Empty only while being dropped.
    inner: Option<BindingSession>,
    /// For keys that require the PIN for each use; forgotten at logout and after the first refusal.
    pin: RefCell<Option<Pin>>,
}

impl Session {
    /// Opens a session with the token.
    ///
    /// # Errors
    /// `TokenLost` when it is gone, `Busy` when it has no free sessions, `WriteProtected`.
    pub fn open(
        module: &Arc<Module>,
        token: &TokenInfo,
        access: Access,
    ) -> Result<Self, Pkcs11Error> {
        // `Drop` below closes it, not the binding, which would close any session with the same handle after a re-initialisation.
        let (inner, generation) = module.call("open session", |context| match access {
            Access::ReadOnly => context.open_ro_session_no_drop(token.slot),
            Access::ReadWrite => context.open_rw_session_no_drop(token.slot),
        })?;
        Ok(Self {
            module: Arc::clone(module),
            slot: token.slot,
            generation,
            inner: Some(inner),
            pin: RefCell::new(None),
        })
    }

    /// Sends a PIN, once. Remembers nothing of what was sent before: [`log_in`](super::login::log_in) decides about that.
    pub(super) fn send_pin(&self, owner: PinOwner, pin: &Pin) -> Result<LoginOutcome, Pkcs11Error> {
        match owner {
            PinOwner::User => self.log_in(LOGIN, UserType::User, Some(pin)),
            PinOwner::Officer => self.log_in(LOGIN_OFFICER, UserType::So, Some(pin)),
        }
    }

    /// Keeps the user's PIN for keys that require it for each use.
    pub(super) fn keep_pin(&self, owner: PinOwner, pin: &Pin) {
        if owner == PinOwner::User {
            *self.pin.borrow_mut() = Some(pin.clone());
        }
    }

    /// Logs the token's user in at the reader's PIN pad. Blocks until the PIN is entered or the reader times out.
    ///
    /// # Errors
    /// `PinIncorrect`, `PinLocked`, `PinInvalid`, `Cancelled`, or another class of the token's answer.
    pub fn login_pin_pad(&self) -> Result<(), Pkcs11Error> {
        self.log_in("log in at the PIN pad", UserType::User, None)
            .map(drop)
    }

    /// Logs out all sessions of this process with this token. Succeeds also when nobody was logged in.
    ///
    /// # Errors
    /// The token's error.
    pub fn logout(&self) -> Result<(), Pkcs11Error> {
        self.pin.borrow_mut().take();
        self.call("log out", |session| match session.logout() {
            Err(Binding::Pkcs11(RvError::UserNotLoggedIn, Function::Logout)) => Ok(()),
            other => other,
        })
    }

    /// Who is logged in. A cheap call that also shows whether the session is alive.
    ///
    /// # Errors
    /// `SessionLost` and similar classes when the session has ended.
    pub fn login_state(&self) -> Result<LoginState, Pkcs11Error> {
        let info = self.call("read session", BindingSession::get_session_info)?;
        Ok(match info.session_state() {
            SessionState::RoPublic | SessionState::RwPublic => LoginState::Nobody,
            SessionState::RoUser | SessionState::RwUser => LoginState::User,
            SessionState::RwSecurityOfficer => LoginState::SecurityOfficer,
        })
    }

    /// Sets the user PIN. The security officer must be logged in.
    ///
    /// # Errors
    /// `PinInvalid` when the token does not accept such a PIN, `NotLoggedIn`.
    pub fn init_user_pin(&self, pin: &Pin) -> Result<(), Pkcs11Error> {
        let pin = auth_pin(pin);
        self.call("set user PIN", |session| session.init_pin(&pin))
    }

    /// Changes the PIN of the logged-in user or officer, or the user's when nobody is logged in. The old PIN is sent once.
    ///
    /// # Errors
    /// `PinIncorrect`, `PinLocked`; `PinInvalid` when the token does not accept the new one.
    pub fn change_pin(&self, old: &Pin, new: &Pin) -> Result<(), Pkcs11Error> {
        let (old, new) = (auth_pin(old), auth_pin(new));
        self.call(CHANGE_PIN, |session| session.set_pin(&old, &new))?;
        self.pin.borrow_mut().take();
        Ok(())
    }

    /// Changes the PIN at the reader's PIN pad: old and new PIN are entered there.
    ///
    /// # Errors
    /// As [`Session::change_pin`], and `Cancelled`; `Unsupported` when the module's function table cannot be used.
    pub fn change_pin_pad(&self) -> Result<(), Pkcs11Error> {
        let raw = self.module.raw().ok_or_else(|| {
            let kind = ErrorKind::Binding("C_SetPIN is not available".to_owned());
            Pkcs11Error::new(CHANGE_PIN, ErrorClass::Unsupported, kind)
        })?;
        let answer = self.call(CHANGE_PIN, |session| {
            Ok(raw.set_pin_at_pin_pad(session.handle()))
        })?;
        answer.map_err(|code| Pkcs11Error::returned(CHANGE_PIN, code, "C_SetPIN"))
    }

    /// The module it was opened with.
    #[must_use]
    pub fn module(&self) -> &Arc<Module> {
        &self.module
    }

    fn log_in(
        &self,
        operation: &'static str,
        user: UserType,
        pin: Option<&Pin>,
    ) -> Result<LoginOutcome, Pkcs11Error> {
        let pin = pin.map(auth_pin);
        self.call(operation, |session| {
            match session.login(user, pin.as_ref()) {
                Ok(()) => Ok(LoginOutcome::Accepted),
                Err(Binding::Pkcs11(RvError::UserAlreadyLoggedIn, Function::Login)) => {
                    Ok(LoginOutcome::AlreadyLoggedIn)
                }
                Err(error) => Err(error),
            }
        })
    }

    /// The login that a key with CKA_ALWAYS_AUTHENTICATE requires between `C_SignInit` and `C_Sign`.
    pub(super) fn log_in_for_key(&self, pin_pad: bool) -> Result<(), Pkcs11Error> {
        const OPERATION: &str = "log in for this key";
        if pin_pad {
            return self
                .log_in(OPERATION, UserType::ContextSpecific, None)
                .map(drop);
        }
        // Taken out for the attempt, so that a refused PIN cannot be sent a second time.
        let Some(pin) = self.pin.borrow_mut().take() else {
            let kind = ErrorKind::PinNeeded;
            return Err(Pkcs11Error::new(OPERATION, ErrorClass::PinInvalid, kind));
        };
        self.log_in(OPERATION, UserType::ContextSpecific, Some(&pin))?;
        *self.pin.borrow_mut() = Some(pin);
        Ok(())
    }

    /// True while the PIN is available for keys that require it for each use.
    #[must_use]
    pub fn knows_pin(&self) -> bool {
        self.pin.borrow().is_some()
    }

    pub(super) fn origin(&self) -> Origin {
        Origin {
            slot: self.slot,
            generation: self.generation,
        }
    }

    /// The token's mechanisms.
    pub(crate) fn mechanisms(&self) -> Result<Vec<MechanismType>, Pkcs11Error> {
        let (mechanisms, _) = self.module.call("list mechanisms", |context| {
            context.get_mechanism_list(self.slot)
        })?;
        Ok(mechanisms)
    }

    /// The largest key, in bits, that the token reports for this mechanism.
    pub(super) fn largest_key(&self, mechanism: MechanismType) -> Result<usize, Pkcs11Error> {
        let (info, _) = self.module.call("read mechanism", |context| {
            context.get_mechanism_info(self.slot, mechanism)
        })?;
        Ok(info.max_key_size())
    }

    /// The token as it is now.
    ///
    /// # Errors
    /// Only when the library itself cannot be called.
    pub fn token(&self) -> Result<TokenInfo, Pkcs11Error> {
        self.module.read_token(self.slot)
    }

    /// One call in this session.
    pub(super) fn call<T>(
        &self,
        operation: &'static str,
        call: impl FnOnce(&BindingSession) -> BindingResult<T>,
    ) -> Result<T, Pkcs11Error> {
        let stale = || {
            let kind = ErrorKind::StaleSession;
            Pkcs11Error::new(operation, ErrorClass::SessionLost, kind)
        };
        let _inside = self.module.gate().enter(operation, Some(self.generation))?;
        let inner = self.inner.as_ref().ok_or_else(stale)?;
        call(inner).map_err(|error| Pkcs11Error::from_binding(operation, error))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(inner) = self.inner.take() else {
            return;
        };
        // A handle of an older generation may denote another session by now.
        if let Ok(_inside) = self
            .module
            .gate()
            .enter("close session", Some(self.generation))
            && let Err(error) = inner.close()
        {
            tracing::debug!(%error, "a session could not be closed");
        }
    }
}

pub(super) fn auth_pin(pin: &Pin) -> AuthPin {
    AuthPin::from(pin.expose().to_owned())
}
