//! A PKCS#11 library, loaded and initialised once per process.
//!
//! Two contexts of one module crash it, so a module that was loaded stays in the registry for the life of the process.

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
use super::token::{TokenInfo, TokenSelector};

/// Loaded modules by canonical path. Entries are never removed.
static LOADED: LazyLock<Mutex<HashMap<PathBuf, Arc<Module>>>> = LazyLock::new(Mutex::default);

/// How long to wait for calls under way before giving a re-initialisation up.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);

/// A loaded module. All threads share it; sessions on it belong to one thread at a time.
#[derive(Debug)]
pub struct Module {
    path: PathBuf,
    context: Pkcs11,
    raw: OnceLock<Option<RawFunctions>>,
    gate: Gate,
    /// For `C_Initialize`; kept, because nothing says when the module has read it for the last time.
    parameters: Option<CString>,
}

/// What a library reports about itself (`C_GetInfo`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryInfo {
    /// Maker.
    pub manufacturer: String,
    /// What it is.
    pub description: String,
}

impl Module {
    /// Loads and initialises the module at this path. A module already loaded by this process (same canonical path) is
    /// given again; one whose initialisation failed before is initialised now.
    ///
    /// # Errors
    /// `NotFound` when there is no such file, `Unsupported` when it is no PKCS#11 module, else what `C_Initialize` said.
    pub fn load(path: &Path) -> Result<Arc<Self>, Pkcs11Error> {
        Self::load_with(path, None)
    }

    /// As [`Module::load`], with a text for `C_Initialize` in the place that the standard reserves. NSS's modules want
    /// their configuration there, and other modules refuse it.
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
            .make_ready(DRAIN_LIMIT, || module.initialise().map(|_| ()))?;
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
    /// What `C_GetInfo` said.
    pub fn library(&self) -> Result<LibraryInfo, Pkcs11Error> {
        let (info, _) = self.call("read the library's description", Pkcs11::get_library_info)?;
        Ok(LibraryInfo {
            manufacturer: info.manufacturer_id().to_owned(),
            description: info.library_description().to_owned(),
        })
    }

    /// Every slot with a token in it. A slot whose token cannot be read is listed with `readable == false`.
    ///
    /// # Errors
    /// What `C_GetSlotList` said.
    pub fn tokens(&self) -> Result<Vec<TokenInfo>, Pkcs11Error> {
        let (slots, _) = self.call("list tokens", Pkcs11::get_slots_with_token)?;
        slots
            .into_iter()
            .map(|slot| self.read_token(slot))
            .collect()
    }

    /// The one token that fits.
    ///
    /// # Errors
    /// `TokenLost` when none does (a module may have to be re-initialised to see it), `Ambiguous` when several do.
    pub fn find_token(&self, selector: &TokenSelector) -> Result<TokenInfo, Pkcs11Error> {
        let mut fitting = self.tokens()?;
        fitting.retain(|token| token.readable && selector.fits(token));
        let count = fitting.len();
        match (fitting.pop(), count) {
            (Some(token), 1) => Ok(token),
            (None, _) => Err(Pkcs11Error::new(
                "find token",
                ErrorClass::TokenLost,
                ErrorKind::TokenNotFound(selector.clone()),
            )),
            (Some(_), count) => Err(Pkcs11Error::new(
                "find token",
                ErrorClass::Ambiguous,
                ErrorKind::TokenAmbiguous {
                    selector: selector.clone(),
                    count,
                },
            )),
        }
    }

    /// Finalises and initialises the library again. **Every session of this process on this module is dead afterwards**;
    /// using one gives `SessionLost`. Waits up to five seconds for calls under way.
    ///
    /// # Errors
    /// `Busy` while calls are under way (a call that hangs makes this impossible for good); else what the library said.
    /// After such a failure calls give `LibraryLost`, and this can be tried again.
    pub fn reinitialise(&self) -> Result<(), Pkcs11Error> {
        self.gate.renew(DRAIN_LIMIT, None, || self.renew())
    }

    /// As [`Module::reinitialise`], but nothing when somebody did it after `seen` was read from [`Module::generation`]:
    /// many who saw the same loss re-initialise once.
    ///
    /// # Errors
    /// As [`Module::reinitialise`].
    pub fn reinitialise_since(&self, seen: u64) -> Result<(), Pkcs11Error> {
        self.gate.renew(DRAIN_LIMIT, Some(seen), || self.renew())
    }

    /// Grows with each initialisation of the library.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.gate.generation()
    }

    /// True when this initialised it, false when it was initialised already.
    fn initialise(&self) -> Result<bool, Pkcs11Error> {
        let args = self.initialise_args();
        let fresh = match self.context.initialize(args) {
            Ok(()) => true,
            // Another part of the process uses the library without us: its context is ours.
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
            // Still the old context: the caller must know that nothing was renewed.
            Err(error) if !fresh => Err(Pkcs11Error::from_binding("finalise", error)),
            _ => Ok(()),
        }
    }

    /// One call of the library, outside any session. Gives the generation it was made in too.
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

    /// Functions called without the binding, where the module lets us. Call them only from inside the gate.
    pub(super) fn raw(&self) -> Option<&RawFunctions> {
        self.raw.get().and_then(Option::as_ref)
    }
}
