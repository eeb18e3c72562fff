//! The thread that logs in and never closes its session while any worker signs, because a login lasts as long as the
//! last session. It is also the probe of an unavailable HSM.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use inkan_pki::pkcs11::login::{LoginError, PinOwner, log_in};
use inkan_pki::pkcs11::pin_attempts::PinHalt;
use inkan_pki::pkcs11::{ErrorClass, Pkcs11Error};
use inkan_pki::spki::algorithm_of;

use super::call_watchdog::{Abandoned, CallWatchdog};
use super::driver::Driver;
use super::shared::Shared;
use super::state::KeyFound;
use super::token::TokenSession;
use super::worker_pool::{Event, SupervisorHandle};

/// An order for the login session.
#[derive(Debug)]
pub(super) enum Order {
    /// Start the process if there is none, open a session, log in, look for the keys.
    Open,
    /// Close it.
    Leave,
}

/// Why an attempt failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The PIN is not sent until a person has decided; with the token's answer, if there was one just now.
    PinHalted(PinHalt, Option<Pkcs11Error>),
    /// When the PIN may be sent again; with the token's answer, if there was one just now.
    PinLater(Instant, Option<Pkcs11Error>),
    /// Anything else. No PIN was sent.
    Other(Pkcs11Error),
}

#[derive(Debug)]
pub(super) struct LoginSession {
    pub(super) watchdog: Arc<CallWatchdog>,
    pub(super) shared: Arc<Shared>,
    pub(super) orders: Receiver<Order>,
    pub(super) supervisor: SupervisorHandle,
}

impl LoginSession {
    /// Runs until the pool is gone or this thread has been abandoned.
    pub(super) fn run(self) {
        let _ = self.obey();
    }

    fn obey(&self) -> Result<(), Abandoned> {
        while let Ok(order) = self.orders.recv() {
            match order {
                Order::Leave => self.supervisor.send(Event::Left),
                Order::Open => match self.open()? {
                    Ok((driver, session)) => {
                        self.supervisor.send(Event::Opened(driver));
                        self.hold(session)?;
                    }
                    Err(failure) => self.supervisor.send(Event::OpenFailed(failure)),
                },
            }
        }
        Ok(())
    }

    /// Keeps the session, and exercises it, until ordered to leave.
    fn hold(&self, session: TokenSession) -> Result<(), Abandoned> {
        let mut good = true;
        loop {
            match self.orders.recv_timeout(self.shared.config.keepalive) {
                Err(RecvTimeoutError::Timeout) if !good => {}
                Err(RecvTimeoutError::Timeout) => match self.find_keys(&session)? {
                    Ok(()) => {
                        self.read_keys(&session)?;
                        self.shared.exercised.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) if error.class == ErrorClass::Busy => {}
                    Err(error) => {
                        good = false;
                        self.supervisor.send(Event::Fault(error));
                    }
                },
                Ok(_) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.close(session)?;
        self.supervisor.send(Event::Left);
        Ok(())
    }

    fn open(&self) -> Result<Result<(Arc<Driver>, TokenSession), Failure>, Abandoned> {
        let (driver, session) = match self.open_session()? {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(Failure::Other(error))),
        };
        if let Err(failure) = self.log_in(&session)? {
            self.close(session)?;
            return Ok(Err(failure));
        }
        if let Err(error) = self.find_keys(&session)? {
            self.close(session)?;
            return Ok(Err(Failure::Other(error)));
        }
        self.check_mechanisms(&session)?;
        for key in &self.shared.keys {
            key.see(None);
        }
        self.read_keys(&session)?;
        Ok(Ok((driver, session)))
    }

    /// Logs at once, and not at the first certificate, if the token lacks the mechanisms that a key needs.
    fn check_mechanisms(&self, session: &TokenSession) -> Result<(), Abandoned> {
        for key in self
            .shared
            .keys
            .iter()
            .filter(|key| key.found() == KeyFound::Ready)
        {
            let Some(Ok(algorithm)) = key.spki().map(|spki| algorithm_of(&spki)) else {
                continue;
            };
            let (id, scheme) = (&key.config.id, algorithm.default_scheme());
            match self.call("list mechanisms", || session.schemes(algorithm))? {
                Ok(schemes) if schemes.contains(&scheme) => {}
                Ok(_) => tracing::error!(key = %id, ?scheme, "hsm has no mechanism for this key"),
                // Some modules do not list their mechanisms; a signature will show.
                Err(error) => tracing::warn!(key = %id, %error, "hsm mechanisms not known"),
            }
        }
        Ok(())
    }

    /// Reads the attributes of each key, for operators; nothing in the pool depends on them.
    fn read_keys(&self, session: &TokenSession) -> Result<(), Abandoned> {
        for key in &self.shared.keys {
            let Some(spki) = key.spki().filter(|_| key.found() == KeyFound::Ready) else {
                continue;
            };
            if key.is_seen() {
                continue;
            }
            match self.call("read key attributes", || session.read_key(spki))? {
                Ok(seen) => key.see(Some(seen)),
                Err(error) => {
                    tracing::warn!(key = %key.config.id, %error, "hsm does not report the attributes of a key");
                }
            }
        }
        Ok(())
    }

    fn open_session(&self) -> Result<Result<(Arc<Driver>, TokenSession), Pkcs11Error>, Abandoned> {
        let selector = &self.shared.config.token;
        let driver = match self.call("start driver", || self.shared.drivers.running())? {
            Ok(driver) => driver,
            Err(error) => return Ok(Err(error)),
        };
        let session = match self.call("load module", || TokenSession::load(&driver))? {
            Ok(session) => session,
            Err(error) => return Ok(Err(error)),
        };
        if let Err(error) = self.call("find token", || session.find_token(selector))? {
            return Ok(Err(error));
        }
        let opened = self.call("open session", || session.begin())?;
        Ok(opened.map(|()| (driver, session)))
    }

    fn log_in(&self, session: &TokenSession) -> Result<Result<(), Failure>, Abandoned> {
        let attempts = &self.shared.pin;
        let result = self.call("log in", || {
            log_in(session, attempts, PinOwner::User, Instant::now)
        })?;
        Ok(result.map_err(|error| match error {
            LoginError::Later(until) => Failure::PinLater(until, None),
            LoginError::Halted(halt) => Failure::PinHalted(halt, None),
            LoginError::NotSent(error) => Failure::Other(error),
            LoginError::Answered(error) => match self.shared.pin_is_usable() {
                (Some(halt), _) => Failure::PinHalted(halt, Some(error)),
                (None, Some(until)) => Failure::PinLater(until, Some(error)),
                // Another PIN was provided in the meantime.
                (None, None) => Failure::Other(error),
            },
        }))
    }

    /// Finds every key. If a key has disappeared, the login or the token is gone.
    fn find_keys(&self, session: &TokenSession) -> Result<Result<(), Pkcs11Error>, Abandoned> {
        for key in &self.shared.keys {
            match self.call("find key", || session.find_key(key))? {
                Ok((found, spki)) => key.set(found, spki),
                Err(error)
                    if error.class == ErrorClass::NotFound && key.found() != KeyFound::Ready =>
                {
                    key.set(KeyFound::Missing, None);
                }
                // Several keys match, or a key that cannot be correct: that one is not used, the others are.
                Err(error)
                    if matches!(
                        error.class,
                        ErrorClass::Ambiguous | ErrorClass::Untrustworthy
                    ) =>
                {
                    self.shared.note_error(&error);
                    key.set(KeyFound::Wrong, None);
                }
                Err(error) => {
                    if error.class == ErrorClass::NotFound {
                        // The next attempt finds it missing after a fresh login, and reports that.
                        key.set(KeyFound::Unknown, None);
                    }
                    return Ok(Err(error));
                }
            }
        }
        Ok(Ok(()))
    }

    fn close(&self, session: TokenSession) -> Result<(), Abandoned> {
        self.call("close session", || session.close())
    }

    fn call<T>(&self, what: &'static str, f: impl FnOnce() -> T) -> Result<T, Abandoned> {
        let limit: Duration = self.shared.config.open_deadline;
        self.watchdog.call(what, limit, f)
    }
}
