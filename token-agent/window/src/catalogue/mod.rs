//! Every sentence of the window, in Japanese and English. No other part of this crate holds prose for users. Texts that
//! the terminal program shows as well are in its own catalogue.
//!
//! - [`frame`]: titles and buttons
//! - [`ask`]: questions, tokens, PINs
//! - [`work`]: texts of the progress page
//! - [`home`]: tokens and certificates
//! - [`queue`]: queued and refused links
//! - [`about`]: this program
//! - [`program`]: messages without a window

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
    at.to_zoned_datetime(zone).strftime(format).to_string()
}
