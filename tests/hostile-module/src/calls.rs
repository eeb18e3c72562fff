//! The functions that are not forwarded unchanged.

use std::ffi::c_void;

use cryptoki_sys::{
    CK_ATTRIBUTE, CK_BBOOL, CK_BYTE, CK_FLAGS, CK_FUNCTION_LIST, CK_MECHANISM, CK_NOTIFY,
    CK_OBJECT_HANDLE, CK_RV, CK_SESSION_HANDLE, CK_SLOT_ID, CK_TOKEN_INFO, CK_ULONG, CK_USER_TYPE,
    CKA_CLASS, CKA_EXTRACTABLE, CKA_VALUE, CKF_PROTECTED_AUTHENTICATION_PATH, CKF_SO_PIN_COUNT_LOW,
    CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED, CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY,
    CKF_USER_PIN_LOCKED, CKO_PRIVATE_KEY, CKR_DEVICE_MEMORY, CKR_FUNCTION_FAILED, CKR_OK,
    CKR_PIN_INCORRECT, CKR_USER_TYPE_INVALID, CKU_CONTEXT_SPECIFIC, CKU_SO, CKU_USER,
};

use crate::faults::inject;
use crate::{Proxy, proxy};

pub(crate) fn install(table: &mut CK_FUNCTION_LIST) {
    crate::mechanisms::install(table);
    table.C_GetSlotList = Some(get_slot_list);
    table.C_GetTokenInfo = Some(get_token_info);
    table.C_Login = Some(login);
    table.C_Logout = Some(logout);
    table.C_GenerateKeyPair = Some(generate_key_pair);
    table.C_CreateObject = Some(create_object);
    table.C_Sign = Some(sign);
    table.C_FindObjectsInit = Some(find_objects_init);
    table.C_OpenSession = Some(open_session);
    table.C_CloseSession = Some(close_session);
    table.C_Finalize = Some(finalise);
    table.C_SetPIN = Some(set_pin);
}

/// The proxy and this function of the real module.
macro_rules! forward {
    ($function:ident) => {
        match proxy().and_then(|proxy| Some((proxy, proxy.inner.$function?))) {
            Some(found) => found,
            None => return CKR_FUNCTION_FAILED,
        }
    };
}

unsafe extern "C" fn get_slot_list(
    present: CK_BBOOL,
    slots: *mut CK_SLOT_ID,
    count: *mut CK_ULONG,
) -> CK_RV {
    inject("tokens");
    let (_, function) = forward!(C_GetSlotList);
    // SAFETY: the arguments are the caller's own.
    unsafe { function(present, slots, count) }
}

unsafe extern "C" fn get_token_info(slot: CK_SLOT_ID, info: *mut CK_TOKEN_INFO) -> CK_RV {
    let (proxy, function) = forward!(C_GetTokenInfo);
    // SAFETY: the arguments are the caller's own; after success `info` has been written by the module behind.
    unsafe {
        let answer = function(slot, info);
        if answer == CKR_OK && proxy.has("keypad") {
            (*info).flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
        }
        if answer == CKR_OK && proxy.has("no-flags") {
            (*info).flags &= !PIN_FLAGS;
        }
        if answer == CKR_OK && proxy.has("final-try") {
            (*info).flags |= CKF_USER_PIN_FINAL_TRY | CKF_SO_PIN_FINAL_TRY;
        }
        answer
    }
}

unsafe extern "C" fn find_objects_init(
    session: CK_SESSION_HANDLE,
    template: *mut CK_ATTRIBUTE,
    count: CK_ULONG,
) -> CK_RV {
    inject("find");
    let (proxy, function) = forward!(C_FindObjectsInit);
    proxy.once(session);
    // SAFETY: the arguments are the caller's own.
    unsafe { function(session, template, count) }
}

/// Flags that a token sets after wrong PINs.
const PIN_FLAGS: CK_FLAGS = CKF_USER_PIN_COUNT_LOW
    | CKF_USER_PIN_FINAL_TRY
    | CKF_USER_PIN_LOCKED
    | CKF_SO_PIN_COUNT_LOW
    | CKF_SO_PIN_FINAL_TRY
    | CKF_SO_PIN_LOCKED;

unsafe extern "C" fn open_session(
    slot: CK_SLOT_ID,
    flags: CK_FLAGS,
    application: *mut c_void,
    notify: CK_NOTIFY,
    session: *mut CK_SESSION_HANDLE,
) -> CK_RV {
    let (proxy, function) = forward!(C_OpenSession);
    // SAFETY: the arguments are the caller's own.
    let answer = unsafe { function(slot, flags, application, notify, session) };
    if answer == CKR_OK {
        proxy.records.sessions(Some(1));
    }
    answer
}

unsafe extern "C" fn close_session(session: CK_SESSION_HANDLE) -> CK_RV {
    let (proxy, function) = forward!(C_CloseSession);
    // SAFETY: the argument is the caller's own.
    let answer = unsafe { function(session) };
    if answer == CKR_OK {
        proxy.records.sessions(Some(-1));
    }
    answer
}

unsafe extern "C" fn finalise(reserved: *mut c_void) -> CK_RV {
    let (proxy, function) = forward!(C_Finalize);
    proxy.records.sessions(None);
    // SAFETY: the argument is the caller's own.
    unsafe { function(reserved) }
}

unsafe extern "C" fn set_pin(
    session: CK_SESSION_HANDLE,
    old: *mut CK_BYTE,
    old_length: CK_ULONG,
    new: *mut CK_BYTE,
    new_length: CK_ULONG,
) -> CK_RV {
    let (proxy, function) = forward!(C_SetPIN);
    if !old.is_null() {
        proxy.log_pin("change");
    }
    inject("change");
    if let Some((answer, false)) = proxy.answer("login-answers") {
        return answer;
    }
    // SAFETY: the arguments are the caller's own.
    let answer = unsafe { function(session, old, old_length, new, new_length) };
    inject("changed");
    if proxy.has("fails:change") {
        return CKR_FUNCTION_FAILED;
    }
    translated(proxy, answer)
}

/// The return value that this module uses for a wrong PIN.
fn translated(proxy: &Proxy, answer: CK_RV) -> CK_RV {
    match proxy.answer("login-answers") {
        Some((other, true)) if answer != CKR_OK => other,
        _ => answer,
    }
}

unsafe extern "C" fn login(
    session: CK_SESSION_HANDLE,
    user: CK_USER_TYPE,
    pin: *mut CK_BYTE,
    length: CK_ULONG,
) -> CK_RV {
    inject("login");
    let (proxy, function) = forward!(C_Login);
    let given = if pin.is_null() {
        let typed = std::env::var("INKAN_HOSTILE_PIN").unwrap_or_default();
        typed.into_bytes()
    } else {
        // SAFETY: the caller gives that many bytes.
        unsafe { std::slice::from_raw_parts(pin, length as usize) }.to_vec()
    };
    if !pin.is_null() {
        proxy.log_pin(match user {
            CKU_SO => "officer",
            CKU_CONTEXT_SPECIFIC => "key",
            _ => "user",
        });
    }
    if let Some((answer, false)) = proxy.answer("login-answers") {
        return answer;
    }
    let officer = user == CKU_SO && proxy.has("officer");
    if officer {
        let right = std::env::var("INKAN_HOSTILE_SO").unwrap_or_default();
        if given != right.as_bytes() {
            return translated(proxy, CKR_PIN_INCORRECT);
        }
    }
    // The real token lets only its user make private keys.
    let (user, pin) = if officer {
        (CKU_USER, proxy.state().pin.clone())
    } else {
        (user, given)
    };
    // SAFETY: the PIN is only read, and lives through the call.
    let answer = unsafe {
        function(
            session,
            user,
            pin.as_ptr().cast_mut(),
            pin.len() as CK_ULONG,
        )
    };
    if answer == CKR_OK {
        let mut state = proxy.state();
        state.officer = officer;
        state.pin = pin;
    }
    translated(proxy, answer)
}

unsafe extern "C" fn logout(session: CK_SESSION_HANDLE) -> CK_RV {
    let (proxy, function) = forward!(C_Logout);
    proxy.state().officer = false;
    // SAFETY: the argument is the caller's own.
    unsafe { function(session) }
}

unsafe extern "C" fn generate_key_pair(
    session: CK_SESSION_HANDLE,
    mechanism: *mut CK_MECHANISM,
    public: *mut CK_ATTRIBUTE,
    public_count: CK_ULONG,
    private: *mut CK_ATTRIBUTE,
    private_count: CK_ULONG,
    public_key: *mut CK_OBJECT_HANDLE,
    private_key: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    inject("generate");
    let (proxy, function) = forward!(C_GenerateKeyPair);
    if proxy.has("logout:generate") {
        // SAFETY: the session is the caller's own.
        unsafe { logout(session) };
    }
    if proxy.has("officer") && !proxy.state().officer {
        return CKR_USER_TYPE_INVALID;
    }
    if proxy
        .number("full")
        .is_some_and(|room| private_keys(proxy, session) >= room)
    {
        return CKR_DEVICE_MEMORY;
    }
    let yes: CK_BBOOL = 1;
    // SAFETY: the caller gives that many attributes.
    let mut template =
        unsafe { std::slice::from_raw_parts(private, private_count as usize) }.to_vec();
    if proxy.has("extractable") {
        for attribute in &mut template {
            if attribute.type_ == CKA_EXTRACTABLE {
                attribute.pValue = (&raw const yes).cast_mut().cast();
            }
        }
    }
    // SAFETY: the arguments are the caller's own; the copied template lives through the call.
    let answer = unsafe {
        function(
            session,
            mechanism,
            public,
            public_count,
            template.as_mut_ptr(),
            private_count,
            public_key,
            private_key,
        )
    };
    if proxy.has("fails:generate") {
        return CKR_FUNCTION_FAILED;
    }
    answer
}

unsafe extern "C" fn create_object(
    session: CK_SESSION_HANDLE,
    template: *mut CK_ATTRIBUTE,
    count: CK_ULONG,
    object: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    inject("create");
    let (proxy, function) = forward!(C_CreateObject);
    // SAFETY: the caller gives that many attributes.
    let attributes = unsafe { std::slice::from_raw_parts(template, count as usize) };
    let value = attributes.iter().find(|a| a.type_ == CKA_VALUE);
    let length = value.map_or(0, |value| value.ulValueLen as usize);
    if proxy.number("room").is_some_and(|room| length > room) {
        return CKR_DEVICE_MEMORY;
    }
    // SAFETY: the arguments are the caller's own.
    unsafe { function(session, template, count, object) }
}

/// Number of private keys on the token.
fn private_keys(proxy: &Proxy, session: CK_SESSION_HANDLE) -> usize {
    let (Some(begin), Some(find), Some(end)) = (
        proxy.inner.C_FindObjectsInit,
        proxy.inner.C_FindObjects,
        proxy.inner.C_FindObjectsFinal,
    ) else {
        return 0;
    };
    let mut class = CKO_PRIVATE_KEY;
    let mut wanted = CK_ATTRIBUTE {
        type_: CKA_CLASS,
        pValue: (&raw mut class).cast(),
        ulValueLen: size_of_val(&class) as CK_ULONG,
    };
    let mut found = [0; 64];
    let mut count = 0;
    // SAFETY: all buffers are of this function, with their lengths; the caller searches nothing while it makes a key.
    unsafe {
        begin(session, &raw mut wanted, 1);
        find(
            session,
            found.as_mut_ptr(),
            found.len() as CK_ULONG,
            &raw mut count,
        );
        end(session);
    }
    count as usize
}

unsafe extern "C" fn sign(
    session: CK_SESSION_HANDLE,
    data: *mut CK_BYTE,
    length: CK_ULONG,
    signature: *mut CK_BYTE,
    signature_length: *mut CK_ULONG,
) -> CK_RV {
    inject("sign");
    let (proxy, function) = forward!(C_Sign);
    proxy.once(session);
    #[cfg(unix)]
    if let (Some(port), Some(file)) = (proxy.number("escape"), &proxy.control_file) {
        crate::escape::attempt(port, file);
    }
    if let Some(kib) = proxy.number("leak") {
        std::mem::forget(vec![1_u8; kib * 1024]);
    }
    // SAFETY: the arguments are the caller's own; the length is written by the module behind.
    unsafe {
        let answer = function(session, data, length, signature, signature_length);
        if proxy.has("fails:sign") {
            return CKR_FUNCTION_FAILED;
        }
        if answer == CKR_OK && proxy.has("short") && !signature.is_null() {
            *signature_length = 7;
        }
        if answer == CKR_OK && proxy.has("wrong-signatures") && !signature.is_null() {
            *signature ^= 1;
        }
        answer
    }
}
