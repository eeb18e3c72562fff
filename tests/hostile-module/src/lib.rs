//! For tests only: a PKCS#11 module that forwards calls to a real module and misbehaves as real modules do at their worst.
//!
//! `INKAN_HOSTILE_MODULE` names the real module, and `INKAN_HOSTILE` what to do, as words separated by blanks:
//!
//! | word | effect |
//! |---|---|
//! | `crash:F`, `hang:F` | ends the process, or never returns, in F: `tokens`, `login`, `find`, `generate`, `create`, `sign`, `change` (of the PIN), `changed` (after it) |
//! | `segfault:F` | reads where there is no memory, in F |
//! | `leak:N` | keeps N KiB of memory at every signature |
//! | `once:N:logout`, `once:N:finalise` | logs everybody out, or finalises the real module, before the next call; once for each N, in whatever process |
//! | `escape:N` | at every signature, tries to reach the TCP port N of this host, to start a program, and to read and signal its parent |
//! | `chatter` | prints to standard output and error on every call |
//! | `meddle` | writes into every open file of the process |
//! | `extractable` | generates extractable keys, whatever the template |
//! | `officer` | generates keys only for the security officer, whose PIN is in `INKAN_HOSTILE_SO` |
//! | `keypad` | has a PIN pad, at which `INKAN_HOSTILE_PIN` is entered |
//! | `spy` | ends the process when its environment contains `PIN` or a proxy |
//! | `full:N` | has space for N private keys |
//! | `room:N` | has no space for an object with a value of more than N bytes |
//! | `short` | returns signatures of seven bytes |
//! | `lacks:M` | neither lists nor supports M: `ecdsa`, `pkcs1` (both with the hash made by the host or by the token), `pss`, `hashed-pss`, `block` (raw RSA) |
//! | `breaks:M` | lists M and fails at it |
//! | `logout:F` | logs everybody out in F |
//! | `fails:F` | returns `CKR_FUNCTION_FAILED` from F after doing it; F is `generate`, `sign` or `change` |
//! | `wrong-signatures` | returns signatures with one bit changed |
//! | `login-answers:V`, `login-answers:V:wrong-only` | returns V for every PIN, or only for a wrong PIN, which the real token counts |
//! | `answers:F:V`, `answers-once:N:F:V` | returns V from F, any function by its name in the standard: from every call, or from the next one, once for each N, in whatever process |
//! | `no-flags`, `final-try` | hides the PIN flags; shows that one more wrong PIN locks the token |
//!
//! Values are hexadecimal, `0x30`. The words can change while the module is loaded: if `INKAN_HOSTILE_FILE` names a file, they are read
//! from it on every call. If `INKAN_HOSTILE_RECORDS` names a directory, calls, returned values, answers to PINs and open sessions are
//! counted there. Each PIN that reaches the module adds a line to the file that `INKAN_HOSTILE_LOG` names: `user`, `officer`,
//! `key` (for one signature) or `change`.
//!
//! Never ship it.
//!
//! - [`codes`]: every return value
//! - [`control`]: the files, for tests
//! - `calls`, `mechanisms`: the functions that are not forwarded unchanged
//! - `escape`: what a process with a hostile module may try
//! - `faults`: crashes, hangs and output before a call
//! - `functions`: every function, counted, and returning what it is told to
//! - `inside`: which calls are in the real module
//! - `records`: what has reached the module, in files
#![allow(
    unsafe_code,
    non_snake_case,
    reason = "a PKCS#11 module is a table of C functions"
)]

mod calls;
pub mod codes;
pub mod control;
#[cfg(unix)]
mod escape;
mod faults;
mod functions;
mod inside;
mod mechanisms;
mod records;

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use cryptoki_sys::{
    CK_FUNCTION_LIST, CK_FUNCTION_LIST_PTR_PTR, CK_RV, CK_SESSION_HANDLE, CKR_ARGUMENTS_BAD,
    CKR_FUNCTION_FAILED, CKR_OK, Pkcs11,
};

/// The real module, and the function table shown instead of its own.
pub(crate) struct Proxy {
    pub(crate) inner: CK_FUNCTION_LIST,
    /// The same with the functions that misbehave.
    pub(crate) hostile: CK_FUNCTION_LIST,
    table: CK_FUNCTION_LIST,
    pub(crate) inside: inside::Inside,
    pub(crate) records: records::Records,
    words: Vec<String>,
    control_file: Option<PathBuf>,
    log: Option<PathBuf>,
    state: Mutex<State>,
    /// Keeps the library loaded.
    _library: Pkcs11,
}

/// Who is logged in, as this module sees it.
#[derive(Default)]
pub(crate) struct State {
    /// The user's PIN, after a login.
    pub(crate) pin: Vec<u8>,
    /// Whether the security officer is logged in.
    pub(crate) officer: bool,
}

// SAFETY: the raw pointers in a function list are addresses of code, valid in every thread while the library is loaded.
unsafe impl Send for Proxy {}
// SAFETY: as above; what changes is behind a lock.
unsafe impl Sync for Proxy {}

static PROXY: OnceLock<Option<Proxy>> = OnceLock::new();

pub(crate) fn proxy() -> Option<&'static Proxy> {
    PROXY.get_or_init(load).as_ref()
}

impl Proxy {
    pub(crate) fn has(&self, word: &str) -> bool {
        self.words().iter().any(|w| w == word)
    }

    /// The number after a word, `word:N`.
    pub(crate) fn number(&self, word: &str) -> Option<usize> {
        let number = |w: &String| w.strip_prefix(word)?.strip_prefix(':')?.parse().ok();
        self.words().iter().find_map(number)
    }

    /// The return value after a word, `word:0x30`, and whether more follows.
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
        let now = self.control_file.as_ref().map(std::fs::read_to_string);
        match now {
            Some(Ok(text)) => text.split_whitespace().map(str::to_owned).collect(),
            Some(Err(_)) | None => self.words.clone(),
        }
    }

    /// The value that this function has to return, by its name in the standard.
    pub(crate) fn configured(&self, function: &str) -> Option<CK_RV> {
        let configured = self.words().iter().find_map(|word| {
            let (number, rest) = if let Some(rest) = word.strip_prefix("answers:") {
                (None, rest)
            } else {
                let (number, rest) = word.strip_prefix("answers-once:")?.split_once(':')?;
                (Some(number), rest)
            };
            let (name, value) = rest.split_once(":0x")?;
            let value = CK_RV::from_str_radix(value, 16).ok()?;
            (name == function && number.is_none_or(|number| self.is_first(number))).then_some(value)
        });
        if configured.is_some() {
            self.records.struck(function);
        }
        configured
    }

    /// True once for each number, in whatever process.
    fn is_first(&self, number: &str) -> bool {
        let file = self.control_file.as_ref();
        file.is_some_and(|file| {
            std::fs::File::create_new(file.with_extension(format!("done-{number}"))).is_ok()
        })
    }

    /// Does what a `once` word says, unless that has been done.
    pub(crate) fn once(&self, session: CK_SESSION_HANDLE) {
        for word in self.words() {
            let Some((number, what)) = word
                .strip_prefix("once:")
                .and_then(|rest| rest.split_once(':'))
            else {
                continue;
            };
            if !self.is_first(number) {
                continue;
            }
            match (what, self.inner.C_Logout, self.inner.C_Finalize) {
                ("logout", Some(logout), _) => {
                    // SAFETY: the session is the caller's own.
                    unsafe { logout(session) };
                }
                ("finalise", _, Some(finalise)) => self.inside.alone(|| {
                    // SAFETY: `C_Finalize` takes a null pointer, and no other call is in the module.
                    unsafe { finalise(std::ptr::null_mut()) };
                }),
                _ => {}
            }
        }
    }

    /// Logs that a PIN arrived.
    pub(crate) fn log_pin(&self, whose: &str) {
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

fn load() -> Option<Proxy> {
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
    let inner = unsafe { *list };
    let mut hostile = inner;
    hostile.C_GetFunctionList = Some(C_GetFunctionList);
    calls::install(&mut hostile);
    let mut table = hostile;
    functions::install(&mut table);
    let directory = std::env::var_os("INKAN_HOSTILE_RECORDS").map(PathBuf::from);
    Some(Proxy {
        inner,
        hostile,
        table,
        inside: inside::Inside::default(),
        records: records::Records::new(directory),
        words: words.split_whitespace().map(str::to_owned).collect(),
        control_file: std::env::var_os("INKAN_HOSTILE_FILE").map(PathBuf::from),
        log: std::env::var_os("INKAN_HOSTILE_LOG").map(PathBuf::from),
        state: Mutex::default(),
        _library: library,
    })
}

/// The symbol by which a PKCS#11 module is loaded.
///
/// # Safety
/// As PKCS#11 requires: `list` points to space for one pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetFunctionList(list: CK_FUNCTION_LIST_PTR_PTR) -> CK_RV {
    let Some(proxy) = proxy() else {
        return CKR_FUNCTION_FAILED;
    };
    if list.is_null() {
        return CKR_ARGUMENTS_BAD;
    }
    proxy.records.called("C_GetFunctionList");
    if let Some(answer) = proxy.configured("C_GetFunctionList") {
        return answer;
    }
    // SAFETY: not null, and the caller provides space for a pointer. The table lives as long as the process; nobody
    // writes to it.
    unsafe { *list = (&raw const proxy.table).cast_mut() };
    CKR_OK
}
