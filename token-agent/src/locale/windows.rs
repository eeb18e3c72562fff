//! The language of the user interface of Windows.

/// Its name, for example `ja-JP`.
pub(super) fn user_interface() -> Option<String> {
    inkan_win32::language::preferred().ok().flatten()
}
