//! CRL shards: certificates issued in the same months point to the same shard, so that no CRL grows with the years, and
//! a CRL can be dropped once all of its certificates have expired.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The shard of a certificate issued at `now`, if a shard spans `months` (0: no shards): the first month of the span in
/// Japan, as `202610`. Empty without shards.
#[must_use]
pub fn name(now: Timestamp, months: u32) -> String {
    let Ok(months) = i32::try_from(months) else {
        return String::new();
    };
    if months == 0 {
        return String::new();
    }
    let date = now
        .to_zoned_datetime(TimeZone::fixed(jiff::tz::offset(9)))
        .date();
    let count = i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
    let first = count - count.rem_euclid(months);
    format!("{:04}{:02}", first.div_euclid(12), first.rem_euclid(12) + 1)
}

/// Whether a text can be the name of a shard.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn shards_begin_with_their_first_month_in_japan() {
        let shard = |time: &str, months| name(time.parse().unwrap(), months);
        assert_eq!(shard("2026-11-22T00:00:00Z", 3), "202610");
        assert_eq!(shard("2026-12-31T14:59:59Z", 3), "202610");
        assert_eq!(shard("2026-12-31T15:00:00Z", 3), "202701");
        assert_eq!(shard("2026-11-22T00:00:00Z", 1), "202611");
        assert_eq!(shard("2026-11-22T00:00:00Z", 12), "202601");
        assert_eq!(shard("2026-11-22T00:00:00Z", 0), "");
        assert!(is_name("202610") && !is_name("") && !is_name("../../") && !is_name("20261"));
    }
}
