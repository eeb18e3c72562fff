//! The functions that are not passed on as they are.

use cryptoki_sys::{
    CK_ATTRIBUTE, CK_BBOOL, CK_BYTE, CK_FUNCTION_LIST, CK_MECHANISM, CK_OBJECT_HANDLE, CK_RV,
    CK_SESSION_HANDLE, CK_SLOT_ID, CK_TOKEN_INFO, CK_ULONG, CK_USER_TYPE, CKA_CLASS,
    CKA_EXTRACTABLE, CKF_PROTECTED_AUTHENTICATION_PATH, CKO_PRIVATE_KEY, CKR_DEVICE_MEMORY,
    CKR_FUNCTION_FAILED, CKR_OK, CKR_PIN_INCORRECT, CKR_USER_TYPE_INVALID, CKU_SO, CKU_USER,
};

use crate::deeds::on_the_way;
use crate::{Front, front};

pub(crate) fn put_into(table: &mut CK_FUNCTION_LIST) {
    crate::mechanisms::put_into(table);
    table.C_GetSlotList = Some(get_slot_list);
    table.C_GetTokenInfo = Some(get_token_info);
    table.C_Login = Some(login);
    table.C_Logout = Some(logout);
    table.C_GenerateKeyPair = Some(generate_key_pair);
    table.C_Sign = Some(sign);
}

/// The function behind, and the module in front of it.
macro_rules! behind {
    ($function:ident) => {
        match front().and_then(|front| Some((front, front.behind.$function?))) {
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
    on_the_way("tokens");
    let (_, function) = behind!(C_GetSlotList);
    // SAFETY: the arguments are the caller's own.
    unsafe { function(present, slots, count) }
}

unsafe extern "C" fn get_token_info(slot: CK_SLOT_ID, info: *mut CK_TOKEN_INFO) -> CK_RV {
    let (front, function) = behind!(C_GetTokenInfo);
    // SAFETY: the arguments are the caller's own; after success `info` has been written by the module behind.
    unsafe {
        let answer = function(slot, info);
        if answer == CKR_OK && front.does("keypad") {
            (*info).flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
        }
        answer
    }
}

unsafe extern "C" fn login(
    session: CK_SESSION_HANDLE,
    user: CK_USER_TYPE,
    pin: *mut CK_BYTE,
    length: CK_ULONG,
) -> CK_RV {
    on_the_way("login");
    let (front, function) = behind!(C_Login);
    let given = if pin.is_null() {
        let typed = std::env::var("INKAN_HOSTILE_PIN").unwrap_or_default();
        typed.into_bytes()
    } else {
        // SAFETY: the caller gives that many bytes.
        unsafe { std::slice::from_raw_parts(pin, length as usize) }.to_vec()
    };
    let officer = user == CKU_SO && front.does("officer");
    if officer {
        let right = std::env::var("INKAN_HOSTILE_SO").unwrap_or_default();
        if given != right.as_bytes() {
            return CKR_PIN_INCORRECT;
        }
    }
    // The token behind lets nobody but its user make private keys.
    let (user, pin) = if officer {
        (CKU_USER, front.state().pin.clone())
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
        let mut state = front.state();
        state.officer = officer;
        state.pin = pin;
    }
    answer
}

unsafe extern "C" fn logout(session: CK_SESSION_HANDLE) -> CK_RV {
    let (front, function) = behind!(C_Logout);
    front.state().officer = false;
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
    on_the_way("generate");
    let (front, function) = behind!(C_GenerateKeyPair);
    if front.does("logout:generate") {
        // SAFETY: the session is the caller's own.
        unsafe { logout(session) };
    }
    if front.does("officer") && !front.state().officer {
        return CKR_USER_TYPE_INVALID;
    }
    if front
        .number("full")
        .is_some_and(|room| private_keys(front, session) >= room)
    {
        return CKR_DEVICE_MEMORY;
    }
    let yes: CK_BBOOL = 1;
    // SAFETY: the caller gives that many attributes.
    let mut template =
        unsafe { std::slice::from_raw_parts(private, private_count as usize) }.to_vec();
    if front.does("extractable") {
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
    if front.does("fails:generate") {
        return CKR_FUNCTION_FAILED;
    }
    answer
}

/// How many private keys the token holds.
fn private_keys(front: &Front, session: CK_SESSION_HANDLE) -> usize {
    let (Some(begin), Some(find), Some(end)) = (
        front.behind.C_FindObjectsInit,
        front.behind.C_FindObjects,
        front.behind.C_FindObjectsFinal,
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
    on_the_way("sign");
    let (front, function) = behind!(C_Sign);
    // SAFETY: the arguments are the caller's own; the length is written by the module behind.
    unsafe {
        let answer = function(session, data, length, signature, signature_length);
        if front.does("fails:sign") {
            return CKR_FUNCTION_FAILED;
        }
        if answer == CKR_OK && front.does("short") && !signature.is_null() {
            *signature_length = 7;
        }
        answer
    }
}
