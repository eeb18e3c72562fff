//! A transcript as text: one paragraph per line, to be printed on paper.

use std::fmt::Write as _;

use super::{Event, Transcript};

/// Text from a token or a file with its control characters escaped, so that it cannot control the terminal.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

pub(super) fn render(transcript: &Transcript) -> String {
    let mut text = String::new();
    for line in transcript.lines() {
        let what = match line.event {
            Event::Begun => "ceremony begun",
            Event::Resumed => "ceremony resumed",
            Event::Extended => "ceremony extended",
            Event::Started => "started",
            Event::Done => "done",
            Event::Recognised => "already done, as planned",
            Event::Completed => "ceremony completed",
            Event::Present => "present",
            Event::PinEntered => "entered",
            Event::Confirmed => "confirmed",
            Event::Paused => "break before",
            Event::Failed => "failed",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:>3}  {:.3}  {}",
            line.seq,
            line.at,
            format!("{what} {}", printable(&line.step)).trim_end()
        );
        for (name, value) in &line.details {
            let _ = writeln!(text, "       {}: {}", printable(name), printable(value));
        }
        let _ = writeln!(text, "       line hash {}", line.hash);
    }
    let state = if transcript.is_complete() {
        "Complete. Custodians sign this hash:"
    } else {
        "NOT complete. Hash so far:"
    };
    let _ = writeln!(text, "\n{state}\n{}", transcript.head());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_others_kept() {
        assert_eq!(printable("株式会社 A-1"), "株式会社 A-1");
        assert_eq!(printable("a\u{1b}[2J\nb\u{9b}"), "a\\u{1b}[2J\\nb\\u{9b}");
    }
}
