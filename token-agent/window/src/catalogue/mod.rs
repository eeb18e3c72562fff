//! Every sentence of the window, in Japanese and English. Nothing else in this crate holds prose for people; what the
//! agent says in a terminal as well is in its own catalogue.
//!
//! - [`frame`]: titles and buttons
//! - [`ask`]: questions, tokens, PINs
//! - [`work`]: what goes on
//! - [`home`]: tokens and certificates
//! - [`queue`]: links that wait, or were refused
//! - [`about`]: this program
//! - [`program`]: where there is no window

pub mod about;
pub mod ask;
pub mod frame;
pub mod home;
pub mod program;
pub mod queue;
pub mod work;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// A time as the bank's pages show it.
#[must_use]
pub fn time(at: Timestamp) -> String {
    shown(at, "%Y-%m-%d %H:%M:%S JST")
}

/// The day alone.
#[must_use]
pub fn day(at: Timestamp) -> String {
    shown(at, "%Y-%m-%d")
}

fn shown(at: Timestamp, format: &str) -> String {
    let zone = TimeZone::fixed(Offset::constant(9));
    at.to_zoned(zone).strftime(format).to_string()
}
