//! For tests only: a PKCS#11 module in front of the real one that supplies the PIN automatically.
//!
//! A headless browser would wait forever for a PIN dialog that nobody can see. So this module logs in whenever a
//! session is opened, and reports to the browser that no login is required. All other calls go to the real module
//! unchanged: the key stays on its token and signs there. The dialog itself is tested in a real window, without this
//! module.
//!
//! `INKAN_SHIM_MODULE` names the real module, and `INKAN_SHIM_PIN_FILE` the file with the PIN. Never ship it.
#![allow(
    unsafe_code,
    non_snake_case,
    reason = "a PKCS#11 module is a table of C functions"
)]

use std::sync::OnceLock;

use cryptoki_sys::{
    CK_FLAGS, CK_FUNCTION_LIST, CK_FUNCTION_LIST_PTR_PTR, CK_NOTIFY, CK_RV, CK_SESSION_HANDLE,
    CK_SLOT_ID, CK_TOKEN_INFO, CKF_LOGIN_REQUIRED, CKR_ARGUMENTS_BAD, CKR_FUNCTION_FAILED, CKR_OK,
    CKR_USER_ALREADY_LOGGED_IN, CKU_USER, Pkcs11,
};

struct Shim {
    behind: CK_FUNCTION_LIST,
    shown: CK_FUNCTION_LIST,
    pin: Vec<u8>,
    /// Keeps the library loaded.
    _library: Pkcs11,
}

// SAFETY: the raw pointers in a function list are addresses of code, valid in every thread while the library is loaded.
unsafe impl Send for Shim {}
// SAFETY: as above; nothing in it is changed once it is made.
unsafe impl Sync for Shim {}

static SHIM: OnceLock<Option<Shim>> = OnceLock::new();

fn shim() -> Option<&'static Shim> {
    SHIM.get_or_init(load).as_ref()
}

fn load() -> Option<Shim> {
    let path = std::env::var_os("INKAN_SHIM_MODULE")?;
    let pin = std::fs::read(std::env::var_os("INKAN_SHIM_PIN_FILE")?).ok()?;
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
    shown.C_GetTokenInfo = Some(get_token_info);
    shown.C_OpenSession = Some(open_session);
    Some(Shim {
        behind,
        shown,
        pin: pin.trim_ascii_end().to_vec(),
        _library: library,
    })
}

/// The one symbol a PKCS#11 module is loaded by.
///
/// # Safety
/// As PKCS#11 requires: `list` points to space for one pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetFunctionList(list: CK_FUNCTION_LIST_PTR_PTR) -> CK_RV {
    let Some(shim) = shim() else {
        return CKR_FUNCTION_FAILED;
    };
    if list.is_null() {
        return CKR_ARGUMENTS_BAD;
    }
    // SAFETY: not null, and the caller provides space for a pointer. The table lives as long as the process; nobody
    // writes to it.
    unsafe { *list = (&raw const shim.shown).cast_mut() };
    CKR_OK
}

unsafe extern "C" fn get_token_info(slot: CK_SLOT_ID, info: *mut CK_TOKEN_INFO) -> CK_RV {
    let Some(behind) = shim().and_then(|s| s.behind.C_GetTokenInfo) else {
        return CKR_FUNCTION_FAILED;
    };
    // SAFETY: the arguments are the caller's own; after success `info` has been written by the module.
    unsafe {
        let answer = behind(slot, info);
        if answer == CKR_OK {
            (*info).flags &= !CKF_LOGIN_REQUIRED;
        }
        answer
    }
}

unsafe extern "C" fn open_session(
    slot: CK_SLOT_ID,
    flags: CK_FLAGS,
    application: *mut std::ffi::c_void,
    notify: CK_NOTIFY,
    session: *mut CK_SESSION_HANDLE,
) -> CK_RV {
    let Some(shim) = shim() else {
        return CKR_FUNCTION_FAILED;
    };
    let (Some(open), Some(login)) = (shim.behind.C_OpenSession, shim.behind.C_Login) else {
        return CKR_FUNCTION_FAILED;
    };
    // SAFETY: the arguments are the caller's own; after success `session` holds a handle. The PIN is only read.
    unsafe {
        let answer = open(slot, flags, application, notify, session);
        if answer != CKR_OK {
            return answer;
        }
        let pin = shim.pin.as_ptr().cast_mut();
        match login(*session, CKU_USER, pin, shim.pin.len() as _) {
            CKR_USER_ALREADY_LOGGED_IN => CKR_OK,
            answer => answer,
        }
    }
}
