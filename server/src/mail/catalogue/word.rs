//! Days and times in Japan, and serial numbers short enough to compare.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::mail::notification::Lang;

/// Digits of a serial number that a message shows.
const SHOWN: usize = 8;

/// Japan Standard Time; it has no summer time.
fn jst() -> TimeZone {
    TimeZone::fixed(Offset::constant(9))
}

/// A point in time, to the minute.
#[must_use]
pub fn time(at: Timestamp, lang: Lang) -> String {
    let format = lang.pick("%Y年%-m月%-d日 %H:%M", "%Y-%m-%d %H:%M (Japan)");
    at.to_zoned_datetime(jst()).strftime(format).to_string()
}

/// Days from today to the last day, counted on the calendar in Japan; 0 on the last day itself.
#[must_use]
pub fn days_left(not_after: Timestamp, now: Timestamp) -> i64 {
    let day = |at: Timestamp| at.to_zoned_datetime(jst()).date();
    day(now)
        .until(day(not_after))
        .map_or(0, |span| i64::from(span.get_days()))
}

/// The end of a serial number.
#[must_use]
pub fn serial(hex: &str) -> String {
    let skip = hex.chars().count().saturating_sub(SHOWN);
    let end: String = hex.chars().skip(skip).collect();
    end.to_uppercase()
}
