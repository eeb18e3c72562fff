//! How times are written for people.

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};

use crate::language::Language;

/// A time to the second: in UTC, or as in Japan.
pub(crate) fn local_time(at: Timestamp, language: Language) -> String {
    let (zone, format) = match language {
        Language::English => (TimeZone::UTC, "%Y-%m-%d %H:%M:%S UTC"),
        Language::Japanese => (
            TimeZone::fixed(offset(9)),
            "%Y年%m月%d日 %H時%M分%S秒（日本時間）",
        ),
    };
    at.to_zoned_datetime(zone).strftime(format).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc_or_as_in_japan() {
        let at = "2026-11-22T20:00:00.9Z".parse().unwrap();
        assert_eq!(local_time(at, Language::English), "2026-11-22 20:00:00 UTC");
        assert_eq!(
            local_time(at, Language::Japanese),
            "2026年11月23日 05時00分00秒（日本時間）"
        );
    }
}
