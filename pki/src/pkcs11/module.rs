//! A PKCS#11 library, loaded and initialised once per process.
//!
//! Two contexts of one module crash it, so a loaded module stays in the registry for the life of the process.

use std::collections::HashMap;
use std::ffi::{CString, c_void};
use std::path::{Path, PathBuf};
use std::ptr::NonNull;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Function, Pkcs11};
use cryptoki::error::{Error as Binding, Result as BindingResult, RvError};

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::gate::Gate;
use super::raw::RawFunctions;
use super::token::version;

/// Loaded modules by canonical path. Entries are never removed.
static LOADED: LazyLock<Mutex<HashMap<PathBuf, Arc<Module>>>> = LazyLock::new(Mutex::default);

/// How long a re-initialisation waits for calls in progress.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);

/// A loaded module. All threads share it; sessions on it belong to one thread at a time.
#[derive(Debug)]
pub struct Module {
    path: PathBuf,
    context: Pkcs11,
    raw: OnceLock<Option<RawFunctions>>,
    gate: Gate,
    /// For `C_Initialize`; kept, because the module may read it at any time.
    parameters: Option<CString>,
}

/// What a library reports about itself (`C_GetInfo`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryInfo {
    /// Manufacturer.
    pub manufacturer: String,
    /// Description.
    pub description: String,
    /// Version of the library, `major.minor`.
    pub version: String,
    /// Version of PKCS#11, `major.minor`.
    pub cryptoki: String,
}

impl std::fmt::Display for LibraryInfo {
    /// On one line, as transcripts record it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}, {}, version {}",
            self.manufacturer, self.description, self.version
        )
    }
}

impl Module {
    /// Loads and initialises the module at this path. Returns the same module if this process has loaded it before (same canonical
    /// path), and initialises it now if that failed before.
    ///
    /// # Errors
    /// `NotFound` when there is no such file, `Unsupported` when it is not a PKCS#11 module, else the error of `C_Initialize`.
    pub fn load(path: &Path) -> Result<Arc<Self>, Pkcs11Error> {
        Self::load_with(path, None)
    }

    /// As [`Module::load`], with a text in the reserved argument of `C_Initialize`. NSS's modules need their configuration there;
    /// other modules refuse it.
    ///
    /// # Errors
    /// As [`Module::load`]; `Refused` for a text with a NUL in it.
    pub fn load_with(path: &Path, parameters: Option<&str>) -> Result<Arc<Self>, Pkcs11Error> {
        let canonical = path
            .canonicalize()
            .map_err(|error| Pkcs11Error::module_missing(path, &error))?;
        let module = {
            let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(module) = loaded.get(&canonical) {
                Arc::clone(module)
            } else {
                let parameters = parameters.map(CString::new).transpose().map_err(|error| {
                    let kind = ErrorKind::Binding(error.to_string());
                    Pkcs11Error::new("load module", ErrorClass::Refused, kind)
                })?;
                let context = Pkcs11::new(&canonical)
                    .map_err(|error| Pkcs11Error::not_a_module(path, &error))?;
                let module = Arc::new(Self {
                    path: canonical.clone(),
                    context,
                    raw: OnceLock::new(),
                    gate: Gate::new(),
                    parameters,
                });
                loaded.insert(canonical, Arc::clone(&module));
                module
            }
        };
        module
            .gate
            .initialise(DRAIN_LIMIT, || module.initialise().map(|_| ()))?;
        Ok(module)
    }

    /// The canonical path it was loaded from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the library reports about itself.
    ///
    /// # Errors
    /// The error of `C_GetInfo`.
    pub fn library(&self) -> Result<LibraryInfo, Pkcs11Error> {
        let (info, _) = self.call("read the library's description", Pkcs11::get_library_info)?;
        Ok(LibraryInfo {
            manufacturer: info.manufacturer_id().to_owned(),
            description: info.library_description().to_owned(),
            version: version(info.library_version()),
            cryptoki: version(info.cryptoki_version()),
        })
    }

    /// Finalises and initialises the library again. **This ends every session of this process with this module**; using one returns
    /// `SessionLost`. Waits up to five seconds for calls in progress.
    ///
    /// # Errors
    /// `Busy` while calls are in progress (a call that hangs blocks this permanently); else the library's error. After such an error
    /// calls return `LibraryLost`, and this can be called again.
    pub fn reinitialise(&self) -> Result<(), Pkcs11Error> {
        self.gate.reinitialise(DRAIN_LIMIT, || self.renew())
    }

    /// Finalises the library, as the last call of a process. Later calls return the library's error.
    ///
    /// # Errors
    /// The error of `C_Finalize`.
    pub fn finalise(&self) -> Result<(), Pkcs11Error> {
        self.call("finalise", |context| context.clone().finalize())
            .map(drop)
    }

    /// True when this call initialised the library, false when it was initialised already.
    fn initialise(&self) -> Result<bool, Pkcs11Error> {
        let args = self.initialise_args();
        let fresh = match self.context.initialize(args) {
            Ok(()) => true,
            // Another part of this process has initialised the library; its context is shared.
            Err(Binding::Pkcs11(RvError::CryptokiAlreadyInitialized, Function::Initialize)) => {
                false
            }
            Err(error) => return Err(Pkcs11Error::from_binding("initialise", error)),
        };
        self.raw.get_or_init(|| RawFunctions::of(&self.path));
        Ok(fresh)
    }

    #[allow(
        unsafe_code,
        reason = "the reserved argument is a pointer that only the module can vouch for"
    )]
    fn initialise_args(&self) -> CInitializeArgs {
        let flags = CInitializeFlags::OS_LOCKING_OK;
        let Some(parameters) = &self.parameters else {
            return CInitializeArgs::new(flags);
        };
        let Some(pointer) = NonNull::new(parameters.as_ptr().cast_mut().cast::<c_void>()) else {
            return CInitializeArgs::new(flags);
        };
        // SAFETY: a NUL-terminated text that lives as long as the module; only modules that want one are given one.
        unsafe { CInitializeArgs::new_with_reserved(flags, pointer) }
    }

    fn renew(&self) -> Result<(), Pkcs11Error> {
        // `finalize` takes the context by value, but a clone is the same library.
        let finalised = match self.context.clone().finalize() {
            Err(Binding::Pkcs11(RvError::CryptokiNotInitialized, _)) => Ok(()),
            other => other,
        };
        let fresh = self.initialise()?;
        match finalised {
            // The old context is still in place: the caller must know that nothing was renewed.
            Err(error) if !fresh => Err(Pkcs11Error::from_binding("finalise", error)),
            _ => Ok(()),
        }
    }

    /// One call of the library, outside any session. Returns the library generation as well.
    pub(super) fn call<T>(
        &self,
        operation: &'static str,
        call: impl FnOnce(&Pkcs11) -> BindingResult<T>,
    ) -> Result<(T, u64), Pkcs11Error> {
        let inside = self.gate.enter(operation, None)?;
        match call(&self.context) {
            Ok(value) => Ok((value, inside.generation)),
            Err(error) => Err(Pkcs11Error::from_binding(operation, error)),
        }
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Functions called without the binding, if the module permits. Call them only inside the gate.
    pub(super) fn raw(&self) -> Option<&RawFunctions> {
        self.raw.get().and_then(Option::as_ref)
    }
}
