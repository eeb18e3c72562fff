//! Providers and keys as handles: addresses of boxes.

use crate::files::StoredKey;

pub(crate) const PLATFORM: &str = "Microsoft Platform Crypto Provider";
pub(crate) const CARD: &str = "Microsoft Smart Card Key Storage Provider";
/// Of another vendor than Microsoft.
pub(crate) const VENDOR: &str = "Other Vendor Key Storage Provider";
pub(crate) const SOFTWARE: &str = "Microsoft Software Key Storage Provider";

/// What a handle refers to.
#[derive(Debug)]
pub(crate) enum Object {
    /// An opened provider.
    Provider(&'static str),
    /// A key; not finalized while its private part is empty.
    Key(Box<StoredKey>),
}

impl Object {
    pub(crate) fn into_handle(self) -> usize {
        Box::into_raw(Box::new(self)) as usize
    }

    pub(crate) fn provider(&self) -> &str {
        match self {
            Self::Provider(name) => name,
            Self::Key(key) => &key.provider,
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Provider(_) => "",
            Self::Key(key) => &key.name,
        }
    }
}

/// The object of a handle.
///
/// # Safety
/// A handle of [`Object::into_handle`] that was not freed, used by one thread at a time.
pub(crate) unsafe fn object<'a>(handle: usize) -> Option<&'a mut Object> {
    // SAFETY: by the contract of this function.
    unsafe { (handle as *mut Object).as_mut() }
}

/// Frees the object of a handle.
///
/// # Safety
/// As [`object`]; the handle is not used afterwards.
pub(crate) unsafe fn free(handle: usize) {
    if handle != 0 {
        // SAFETY: by the contract of this function.
        drop(unsafe { Box::from_raw(handle as *mut Object) });
    }
}
