//! What Windows' error codes mean for a key or a store (Microsoft: "COM Error Codes (Security and Setup)", "TPM error
//! codes", "System Error Codes").

use super::link::Link;
use super::names;
use crate::error::TokenError;
use crate::keystore::content::KeyGoneReason;

/// `NTE_BAD_KEYSET`: no such container.
const BAD_KEYSET: u32 = 0x8009_0016;
/// `NTE_NO_KEY`: the container holds no such key.
const NO_KEY: u32 = 0x8009_000d;
/// `NTE_KEYSET_ENTRY_BAD`: the container's entry is damaged.
const KEYSET_ENTRY_BAD: u32 = 0x8009_001a;
/// `NTE_BAD_KEY_STATE`: DPAPI cannot decrypt the key: the password was reset, or the profile's master key is missing.
const BAD_KEY_STATE: u32 = 0x8009_000b;
/// `NTE_DECRYPTION_FAILURE`.
const DECRYPTION_FAILURE: u32 = 0x8009_002c;
/// `TPM_20_E_INTEGRITY`: the TPM did not wrap this key, because it was cleared or replaced since.
const TPM_INTEGRITY: u32 = 0x8028_009f;
/// `TPM_20_E_HANDLE`, `TPM_20_E_HIERARCHY`, `TPM_E_KEYNOTFOUND`: its storage key is missing, for the same reason.
const TPM_MISSING: [u32; 3] = [0x8028_008b, 0x8028_0085, 0x8028_000d];
/// Errors of a provider that is missing, disabled by policy, or cannot be loaded: `NTE_NOT_FOUND`, `NTE_BAD_PROVIDER`,
/// `NTE_PROV_TYPE_NOT_DEF`, `NTE_PROV_TYPE_ENTRY_BAD`, `NTE_KEYSET_NOT_DEF`, `NTE_PROVIDER_DLL_FAIL`, `NTE_PROV_DLL_NOT_FOUND`,
/// `NTE_DEVICE_NOT_READY`, `NTE_DEVICE_NOT_FOUND`.
const PROVIDER: [u32; 9] = [
    0x8009_0011,
    0x8009_0013,
    0x8009_0017,
    0x8009_0018,
    0x8009_0019,
    0x8009_001d,
    0x8009_001e,
    0x8009_0030,
    0x8009_0035,
];
/// The user closed a prompt: `NTE_USER_CANCELLED`, `ERROR_CANCELLED` (also as an HRESULT), `SCARD_W_CANCELLED_BY_USER`.
const CANCELLED: [u32; 4] = [0x8009_0036, 1223, 0x8007_04c7, 0x8010_006e];
/// `NTE_SILENT_CONTEXT`: a prompt is needed, and the key was opened without prompts.
const SILENT_CONTEXT: u32 = 0x8009_0022;
/// What a provider does not have: `NTE_BAD_ALGID`, `NTE_NOT_SUPPORTED`, `NTE_BAD_FLAGS`, `NTE_BAD_LEN`,
/// `NTE_INVALID_PARAMETER`, `NTE_BAD_TYPE`, `E_NOTIMPL`, `ERROR_NOT_SUPPORTED` as an HRESULT.
const UNSUPPORTED: [u32; 8] = [
    0x8009_0008,
    0x8009_0029,
    0x8009_0009,
    0x8009_0004,
    0x8009_0027,
    0x8009_000a,
    0x8000_4001,
    0x8007_0032,
];
/// `ERROR_HANDLE_DISK_FULL`, `ERROR_DISK_FULL`, `ERROR_NOT_ENOUGH_QUOTA` and as HRESULTs; `SCARD_E_WRITE_TOO_MANY`.
const FULL: [u32; 7] = [
    39,
    112,
    1816,
    0x8007_0027,
    0x8007_0070,
    0x8007_0718,
    0x8010_0028,
];
/// `ERROR_ACCESS_DENIED`, `ERROR_WRITE_PROTECT` and as HRESULTs; `NTE_PERM`.
const DENIED: [u32; 5] = [5, 19, 0x8007_0005, 0x8007_0013, 0x8009_0010];

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The user closed Windows' prompt.
    Cancelled,
    /// The call needs a prompt, and the key was opened without prompts.
    PromptNeeded,
    /// The key cannot be used any more.
    Gone(KeyGoneReason),
    /// The provider does not have this.
    Unsupported,
    /// No space left.
    Full,
    /// Not permitted to this user.
    Denied,
    /// Anything else.
    Other,
}

/// The meaning of a code: a `SECURITY_STATUS`, `HRESULT` or Win32 error.
#[must_use]
pub fn meaning(code: i32) -> Meaning {
    let code = code.cast_unsigned();
    match code {
        BAD_KEYSET | NO_KEY | KEYSET_ENTRY_BAD => Meaning::Gone(KeyGoneReason::Deleted),
        BAD_KEY_STATE | DECRYPTION_FAILURE => Meaning::Gone(KeyGoneReason::PasswordReset),
        TPM_INTEGRITY => Meaning::Gone(KeyGoneReason::TpmCleared),
        SILENT_CONTEXT => Meaning::PromptNeeded,
        _ if TPM_MISSING.contains(&code) => Meaning::Gone(KeyGoneReason::TpmCleared),
        _ if PROVIDER.contains(&code) => Meaning::Gone(KeyGoneReason::ProviderMissing),
        _ if CANCELLED.contains(&code) => Meaning::Cancelled,
        _ if UNSUPPORTED.contains(&code) => Meaning::Unsupported,
        _ if FULL.contains(&code) => Meaning::Full,
        _ if DENIED.contains(&code) => Meaning::Denied,
        _ => Meaning::Other,
    }
}

/// The error of a failed call that concerns no particular key.
#[must_use]
pub fn token_error(call: &str, code: i32) -> TokenError {
    match meaning(code) {
        Meaning::Cancelled => TokenError::Cancelled,
        Meaning::Full => TokenError::Full,
        Meaning::Denied => TokenError::WriteProtected,
        Meaning::Unsupported => TokenError::NoAlgorithm,
        Meaning::PromptNeeded | Meaning::Gone(_) | Meaning::Other => failed(call, code),
    }
}

/// The error of a failed use of this key. `computer`: the id of this one.
#[must_use]
pub fn key_error(link: &Link, computer: &str, call: &str, code: i32) -> TokenError {
    match meaning(code) {
        Meaning::Cancelled => TokenError::Cancelled,
        Meaning::Gone(reason) => TokenError::KeyLost {
            reason: where_from(link, computer, reason),
        },
        Meaning::Unsupported => TokenError::CannotSign,
        Meaning::PromptNeeded | Meaning::Full | Meaning::Denied | Meaning::Other => {
            failed(call, code)
        }
    }
}

/// Why this key cannot be opened; [`KeyGoneReason::Unknown`] for codes that do not show it.
#[must_use]
pub fn why_gone(link: &Link, computer: &str, code: i32) -> KeyGoneReason {
    match meaning(code) {
        Meaning::Gone(reason) => where_from(link, computer, reason),
        _ => KeyGoneReason::Unknown,
    }
}

/// A missing container that another computer created was never here.
fn where_from(link: &Link, computer: &str, reason: KeyGoneReason) -> KeyGoneReason {
    let elsewhere = names::parse(&link.container)
        .is_some_and(|name| !computer.starts_with(name.computer.as_str()));
    match reason {
        KeyGoneReason::Deleted if elsewhere => KeyGoneReason::OtherComputer,
        other => other,
    }
}

fn failed(call: &str, code: i32) -> TokenError {
    TokenError::Failed {
        operation: call.to_owned(),
        detail: format!("0x{code:08x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(code: u32) -> i32 {
        code.cast_signed()
    }

    #[test]
    fn each_reason_is_learned_from_its_code() {
        let ours = Link::new("p", "inkan-0123abcd-0707070707070707-label");
        let why = |code| why_gone(&ours, "0123abcd4567", signed(code));
        assert_eq!(why(BAD_KEYSET), KeyGoneReason::Deleted);
        assert_eq!(why(BAD_KEY_STATE), KeyGoneReason::PasswordReset);
        assert_eq!(why(TPM_INTEGRITY), KeyGoneReason::TpmCleared);
        assert_eq!(why(0x8009_001e), KeyGoneReason::ProviderMissing);
        assert_eq!(why(0x8009_0020), KeyGoneReason::Unknown);
        let elsewhere = why_gone(&ours, "ffff00004567", signed(BAD_KEYSET));
        assert_eq!(elsewhere, KeyGoneReason::OtherComputer);
        let reset = why_gone(&ours, "ffff00004567", signed(BAD_KEY_STATE));
        assert_eq!(reset, KeyGoneReason::PasswordReset);
        let foreign = Link::new("p", "somebody else's");
        let foreign = why_gone(&foreign, "ffff00004567", signed(BAD_KEYSET));
        assert_eq!(foreign, KeyGoneReason::Deleted);
    }

    #[test]
    fn a_closed_prompt_is_no_failure() {
        for code in CANCELLED {
            let error = key_error(&Link::new("p", "c"), "", "NCryptSignHash", signed(code));
            assert_eq!(error, TokenError::Cancelled);
            assert_eq!(
                token_error("NCryptFinalizeKey", signed(code)),
                TokenError::Cancelled
            );
        }
    }

    #[test]
    fn a_prompt_that_was_not_allowed_is_no_cancellation() {
        let code = signed(SILENT_CONTEXT);
        assert_eq!(meaning(code), Meaning::PromptNeeded);
        let error = key_error(&Link::new("p", "c"), "", "NCryptSignHash", code);
        assert!(matches!(error, TokenError::Failed { .. }));
        assert_eq!(token_error("NCryptSignHash", code), error);
    }

    #[test]
    fn no_code_has_two_meanings() {
        let mut all = vec![BAD_KEYSET, NO_KEY, KEYSET_ENTRY_BAD, BAD_KEY_STATE];
        all.extend([DECRYPTION_FAILURE, TPM_INTEGRITY, SILENT_CONTEXT]);
        all.extend(TPM_MISSING);
        all.extend(PROVIDER);
        all.extend(CANCELLED);
        all.extend(UNSUPPORTED);
        all.extend(FULL);
        all.extend(DENIED);
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
