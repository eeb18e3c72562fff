//! What every request passes before and after its handler.
//!
//! From the outside in: [`observe`] (log and metrics), [`headers`] (security headers), [`frame`] (language, cookie, refusals
//! become pages), panics and time limit, [`throttle`] (requests per address), [`body`] (size limit), the gate of the
//! listener, and [`form`] (form fields and their token) or [`programs`] (nothing that a page sent).
//!
//! Which of them apply to a route, and how, follows from its [`group`].

pub mod body;
pub mod form;
pub mod frame;
pub mod group;
pub mod headers;
pub mod observe;
pub mod programs;
pub mod throttle;
