//! The module, the token, and the connections.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use inkan_pki::pkcs11::{ErrorClass, Module, Pkcs11Error, TokenInfo, TokenSelector};
use rustix::process::{Signal, getpid, kill_process};

use super::session;
use crate::message::Start;

/// How long sessions, library and process may take to end.
const GRACE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Host {
    path: PathBuf,
    module: Mutex<Option<Arc<Module>>>,
    token: Mutex<Option<TokenInfo>>,
    /// Number of connections.
    serving: Mutex<usize>,
    left: Condvar,
}

impl Host {
    pub(super) fn new(start: &Start) -> Self {
        Self {
            path: PathBuf::from(OsString::from_vec(start.module.clone())),
            module: Mutex::default(),
            token: Mutex::default(),
            serving: Mutex::default(),
            left: Condvar::new(),
        }
    }

    /// Loads and initialises the module. No lock is held meanwhile.
    pub(super) fn load(&self) -> Result<(), Pkcs11Error> {
        let module = Module::load(&self.path)?;
        *lock(&self.module) = Some(module);
        Ok(())
    }

    pub(super) fn find_token(&self, selector: &TokenSelector) -> Result<(), Pkcs11Error> {
        let token = self.module()?.find_token(selector)?;
        *lock(&self.token) = Some(token);
        Ok(())
    }

    /// The module, after [`Host::load`].
    pub(super) fn module(&self) -> Result<Arc<Module>, Pkcs11Error> {
        lock(&self.module)
            .clone()
            .ok_or_else(|| early("load module"))
    }

    /// The token, after [`Host::find_token`].
    pub(super) fn token(&self) -> Result<TokenInfo, Pkcs11Error> {
        lock(&self.token).clone().ok_or_else(|| early("find token"))
    }

    /// Serves one connection to its end.
    pub(super) fn serve(&self, connection: UnixStream) {
        *lock(&self.serving) += 1;
        let honest = session::serve(connection, self);
        *lock(&self.serving) -= 1;
        self.left.notify_all();
        if !honest {
            // Only the server sends requests: what is not one comes from the module, which writes into every descriptor.
            end_now();
        }
    }

    /// Waits for the sessions to be closed, and leaves the library; ends the process if either takes long.
    pub(super) fn leave(&self) {
        let guard = thread::Builder::new().spawn(|| {
            thread::sleep(GRACE);
            end_now();
        });
        let mut serving = lock(&self.serving);
        while *serving > 0 && guard.is_ok() {
            serving = self
                .left
                .wait(serving)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(serving);
        if let (Ok(module), Ok(_)) = (self.module(), guard) {
            // The process ends anyway.
            let _ = module.finalise();
        }
    }
}

fn early(missing: &'static str) -> Pkcs11Error {
    let detail = format!("requested before: {missing}");
    Pkcs11Error::reported(missing, ErrorClass::LibraryLost, detail, false)
}

/// Kills this process without calling the module, which may hang.
fn end_now() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    std::process::abort()
}

/// The data behind these locks is right at every moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
