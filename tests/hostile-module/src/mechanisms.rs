//! Mechanisms that the module does not support, or lists and fails at.

use cryptoki_sys::{
    CK_FUNCTION_LIST, CK_MECHANISM, CK_MECHANISM_TYPE, CK_MECHANISM_TYPE_PTR, CK_OBJECT_HANDLE,
    CK_RV, CK_SESSION_HANDLE, CK_SLOT_ID, CK_ULONG, CKM_ECDSA, CKM_ECDSA_SHA256, CKM_ECDSA_SHA384,
    CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_RSA_X_509, CKM_SHA256_RSA_PKCS, CKM_SHA256_RSA_PKCS_PSS,
    CKM_SHA384_RSA_PKCS, CKM_SHA384_RSA_PKCS_PSS, CKM_SHA512_RSA_PKCS, CKM_SHA512_RSA_PKCS_PSS,
    CKR_BUFFER_TOO_SMALL, CKR_FUNCTION_FAILED, CKR_MECHANISM_INVALID, CKR_OK,
};

use crate::{Proxy, proxy};

pub(crate) fn install(table: &mut CK_FUNCTION_LIST) {
    table.C_GetMechanismList = Some(get_mechanism_list);
    table.C_SignInit = Some(sign_init);
}

/// Mechanisms by word.
const NAMED: [(&str, &[CK_MECHANISM_TYPE]); 5] = [
    ("ecdsa", &[CKM_ECDSA, CKM_ECDSA_SHA256, CKM_ECDSA_SHA384]),
    (
        "pkcs1",
        &[
            CKM_RSA_PKCS,
            CKM_SHA256_RSA_PKCS,
            CKM_SHA384_RSA_PKCS,
            CKM_SHA512_RSA_PKCS,
        ],
    ),
    ("pss", &[CKM_RSA_PKCS_PSS]),
    (
        "hashed-pss",
        &[
            CKM_SHA256_RSA_PKCS_PSS,
            CKM_SHA384_RSA_PKCS_PSS,
            CKM_SHA512_RSA_PKCS_PSS,
        ],
    ),
    ("block", &[CKM_RSA_X_509]),
];

fn is(proxy: &Proxy, behaviour: &str, mechanism: CK_MECHANISM_TYPE) -> bool {
    NAMED
        .iter()
        .any(|(name, all)| all.contains(&mechanism) && proxy.has(&format!("{behaviour}:{name}")))
}

unsafe extern "C" fn get_mechanism_list(
    slot: CK_SLOT_ID,
    list: CK_MECHANISM_TYPE_PTR,
    count: *mut CK_ULONG,
) -> CK_RV {
    let Some((proxy, function)) =
        proxy().and_then(|proxy| Some((proxy, proxy.inner.C_GetMechanismList?)))
    else {
        return CKR_FUNCTION_FAILED;
    };
    let mut length = 0;
    // SAFETY: with a null pointer only the length is written; the second call has room for that many.
    let all = unsafe {
        let answer = function(slot, std::ptr::null_mut(), &raw mut length);
        if answer != CKR_OK {
            return answer;
        }
        let mut all = vec![0; length as usize];
        let answer = function(slot, all.as_mut_ptr(), &raw mut length);
        if answer != CKR_OK {
            return answer;
        }
        all.truncate(length as usize);
        all
    };
    let shown: Vec<_> = all
        .into_iter()
        .filter(|mechanism| !is(proxy, "lacks", *mechanism))
        .collect();
    // SAFETY: the caller gives a count, and a list of that many or none.
    unsafe {
        let room = *count;
        *count = shown.len() as CK_ULONG;
        if list.is_null() {
            return CKR_OK;
        }
        if (room as usize) < shown.len() {
            return CKR_BUFFER_TOO_SMALL;
        }
        std::ptr::copy_nonoverlapping(shown.as_ptr(), list, shown.len());
    }
    CKR_OK
}

unsafe extern "C" fn sign_init(
    session: CK_SESSION_HANDLE,
    mechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    let Some((proxy, function)) = proxy().and_then(|proxy| Some((proxy, proxy.inner.C_SignInit?)))
    else {
        return CKR_FUNCTION_FAILED;
    };
    // SAFETY: the caller gives a mechanism; the arguments are the caller's own.
    unsafe {
        let asked = (*mechanism).mechanism;
        if is(proxy, "lacks", asked) {
            return CKR_MECHANISM_INVALID;
        }
        if is(proxy, "breaks", asked) {
            return CKR_FUNCTION_FAILED;
        }
        function(session, mechanism, key)
    }
}
