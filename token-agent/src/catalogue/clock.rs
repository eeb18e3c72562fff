//! Clock differences: how large, in which direction, and what to do.

use super::Lang;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A duration in its two largest units.
#[must_use]
pub fn span(seconds: u64, lang: Lang) -> String {
    let units = [
        (DAY, "日", "d"),
        (HOUR, "時間", "h"),
        (MINUTE, "分", "min"),
        (1, "秒", "s"),
    ];
    let mut left = seconds;
    let mut parts = Vec::new();
    for (size, ja, en) in units {
        let count = left / size;
        left %= size;
        if count > 0 {
            parts.push(lang.pick(format!("{count} {ja}"), format!("{count} {en}")));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    if parts.is_empty() {
        return lang.pick("0 秒", "0 s").to_owned();
    }
    parts.join(" ")
}

/// The note beside a request; `ahead` is in seconds, negative if the clock is behind.
#[must_use]
pub fn note(ahead: i64, lang: Lang) -> String {
    let off = span(ahead.unsigned_abs(), lang);
    if ahead > 0 {
        lang.pick(
            format!(
                "{off}進んでいます。手続きは金融機関の時刻で進めます。あとで時計を合わせてください。"
            ),
            format!("{off} fast. This request uses the bank's time. Please set the clock."),
        )
    } else {
        lang.pick(
            format!(
                "{off}遅れています。手続きは金融機関の時刻で進めます。あとで時計を合わせてください。"
            ),
            format!("{off} slow. This request uses the bank's time. Please set the clock."),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_units_and_notes_a_direction() {
        assert_eq!(span(0, Lang::En), "0 s");
        assert_eq!(span(960, Lang::En), "16 min");
        assert_eq!(span(2 * DAY + 3 * HOUR + 59, Lang::Ja), "2 日 3 時間");
        assert_eq!(span(9 * HOUR + 30, Lang::En), "9 h");
        assert!(note(960, Lang::En).starts_with("16 min fast."));
        assert!(note(-960, Lang::Ja).starts_with("16 分遅れて"));
    }
}
