//! What every request passes before and after its handler.
//!
//! From the outside in: [`observe`] (log and metrics), [`headers`] (security
//! headers), [`frame`] (language, cookie, refusals become pages), panics and
//! time limit, [`throttle`] (requests per address), [`body`] (size limit),
//! [`form`] (form fields and their token).

pub mod body;
pub mod form;
pub mod frame;
pub mod headers;
pub mod observe;
pub mod throttle;

use super::api::is_api;

/// Paths for programs: they get problem documents instead of pages, and their
/// credentials instead of cookies.
pub fn is_machine(path: &str) -> bool {
    path.starts_with("/agent/") || path.starts_with("/.well-known/") || is_api(path)
}
