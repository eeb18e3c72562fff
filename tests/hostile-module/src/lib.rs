//! For tests only: a PKCS#11 module in front of a real one that does what modules do at their worst.
//!
//! It finds the module behind it by `INKAN_HOSTILE_MODULE`, and what to do in `INKAN_HOSTILE`, words with blanks between:
//!
//! | word | |
//! |---|---|
//! | `crash:F`, `hang:F` | ends its process, or never comes back, in F: `tokens`, `login`, `generate`, `create`, `sign` |
//! | `chatter` | prints to standard output and error whenever it is called |
//! | `meddle` | writes into every file of its process that is open |
//! | `extractable` | makes keys that can be taken away, whatever it is told |
//! | `officer` | makes keys for its security officer only, whose PIN is in `INKAN_HOSTILE_SO` |
//! | `keypad` | has the PIN entered at a keypad, where somebody types `INKAN_HOSTILE_PIN` |
//! | `spy` | ends its process when it finds `PIN` or a proxy in its environment |
//! | `full:N` | has room for N private keys |
//! | `room:N` | has room for no object with a value of more than N bytes |
//! | `short` | gives signatures of seven bytes |
//! | `lacks:M` | neither lists nor does M: `ecdsa`, `pkcs1` (both with the hash done by the host or by the token), `pss`, `hashed-pss`, `block` (raw RSA) |
//! | `breaks:M` | lists M and fails at it |
//! | `logout:F` | logs everybody out in F |
//! | `fails:F` | answers `CKR_FUNCTION_FAILED` in F, after it was done; F is `generate` or `sign` |
//! | `wrong-signatures` | gives signatures with one bit changed |
//! | `login-answers:V`, `login-answers:V:wrong-only` | answers V to every PIN, or to a wrong PIN only, which the token behind counts |
//! | `sign-answers:V` | answers V to `C_Sign` |
//! | `open-answers:V`, `token-answers:V` | answers V to `C_OpenSession`, `C_GetTokenInfo` |
//! | `no-flags`, `final-try` | shows no PIN flags; shows that the next wrong PIN is the last |
//!
//! Values are hexadecimal, `0x30`. Words can be changed while it is loaded: they are read at every call from the file that
//! `INKAN_HOSTILE_FILE` names, if it does. Each PIN that reaches it is a line in the file that `INKAN_HOSTILE_LOG` names:
//! `user`, `officer`, `key` (for one signature) or `change`.
//!
//! Never ship it.
//!
//! - [`codes`]: every return value; [`control`]: the files, for tests
#![allow(
    unsafe_code,
    non_snake_case,
    reason = "a PKCS#11 module is a table of C functions"
)]

mod calls;
pub mod codes;
pub mod control;
mod deeds;
mod mechanisms;

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use cryptoki_sys::{
    CK_FUNCTION_LIST, CK_FUNCTION_LIST_PTR_PTR, CK_RV, CKR_ARGUMENTS_BAD, CKR_FUNCTION_FAILED,
    CKR_OK, Pkcs11,
};

/// The module behind, and the table shown in its place.
pub(crate) struct Front {
    pub(crate) behind: CK_FUNCTION_LIST,
    shown: CK_FUNCTION_LIST,
    words: Vec<String>,
    words_file: Option<PathBuf>,
    log: Option<PathBuf>,
    state: Mutex<State>,
    /// Keeps the library loaded.
    _library: Pkcs11,
}

/// Who is logged in, as far as this module is concerned.
#[derive(Default)]
pub(crate) struct State {
    /// The user's PIN, once it was given.
    pub(crate) pin: Vec<u8>,
    /// The security officer is.
    pub(crate) officer: bool,
}

// SAFETY: the raw pointers in a function list are addresses of code, valid in every thread while the library is loaded.
unsafe impl Send for Front {}
// SAFETY: as above; what changes is behind a lock.
unsafe impl Sync for Front {}

static FRONT: OnceLock<Option<Front>> = OnceLock::new();

pub(crate) fn front() -> Option<&'static Front> {
    FRONT.get_or_init(load).as_ref()
}

impl Front {
    pub(crate) fn does(&self, word: &str) -> bool {
        self.words().iter().any(|w| w == word)
    }

    /// The number behind a word, `word:N`.
    pub(crate) fn number(&self, word: &str) -> Option<usize> {
        let number = |w: &String| w.strip_prefix(word)?.strip_prefix(':')?.parse().ok();
        self.words().iter().find_map(number)
    }

    /// The return value behind a word, `word:0x30`, and whether something more stands behind it.
    pub(crate) fn answer(&self, word: &str) -> Option<(CK_RV, bool)> {
        let answer = |w: &String| {
            let rest = w.strip_prefix(word)?.strip_prefix(":0x")?;
            let (value, more) = match rest.split_once(':') {
                Some((value, _)) => (value, true),
                None => (rest, false),
            };
            Some((CK_RV::from_str_radix(value, 16).ok()?, more))
        };
        self.words().iter().find_map(answer)
    }

    fn words(&self) -> Vec<String> {
        let now = self.words_file.as_ref().map(std::fs::read_to_string);
        match now {
            Some(Ok(text)) => text.split_whitespace().map(str::to_owned).collect(),
            Some(Err(_)) | None => self.words.clone(),
        }
    }

    /// Writes down that a PIN has come.
    pub(crate) fn note_pin(&self, whose: &str) {
        let Some(path) = &self.log else { return };
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path);
        if let Ok(mut file) = file {
            let _ = file.write_all(format!("{whose}\n").as_bytes());
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn load() -> Option<Front> {
    let path = std::env::var_os("INKAN_HOSTILE_MODULE")?;
    let words = std::env::var("INKAN_HOSTILE").unwrap_or_default();
    let mut list = std::ptr::null_mut();
    // SAFETY: loading a module runs its code, which is what this one is for; `list` outlives the call.
    let (library, answer) = unsafe {
        let library = Pkcs11::new(path).ok()?;
        let answer = library.C_GetFunctionList(&raw mut list);
        (library, answer)
    };
    if answer != CKR_OK || list.is_null() {
        return None;
    }
    // SAFETY: C_GetFunctionList succeeded, so this points to the module's own static table.
    let behind = unsafe { *list };
    let mut shown = behind;
    shown.C_GetFunctionList = Some(C_GetFunctionList);
    calls::put_into(&mut shown);
    Some(Front {
        behind,
        shown,
        words: words.split_whitespace().map(str::to_owned).collect(),
        words_file: std::env::var_os("INKAN_HOSTILE_FILE").map(PathBuf::from),
        log: std::env::var_os("INKAN_HOSTILE_LOG").map(PathBuf::from),
        state: Mutex::default(),
        _library: library,
    })
}

/// The one symbol a PKCS#11 module is loaded by.
///
/// # Safety
/// As PKCS#11 says: `list` points to room for one pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetFunctionList(list: CK_FUNCTION_LIST_PTR_PTR) -> CK_RV {
    let Some(front) = front() else {
        return CKR_FUNCTION_FAILED;
    };
    if list.is_null() {
        return CKR_ARGUMENTS_BAD;
    }
    // SAFETY: not null, and the caller gives room for a pointer. The table lives as long as the process; nobody writes to it.
    unsafe { *list = (&raw const front.shown).cast_mut() };
    CKR_OK
}
