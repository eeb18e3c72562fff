//! A transcript for people: one paragraph per line, wide enough for a page of paper.

use std::fmt::Write as _;

use super::{Event, Transcript};

/// A text that a token or a file gave, with its control characters written out: it must not steer
/// the terminal.
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
            Event::Extended => "further ceremony begun",
            Event::Started => "started",
            Event::Done => "done",
            Event::Recognised => "found done, as planned",
            Event::Completed => "ceremony completed",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:>3}  {:.3}  {}",
            line.seq,
            line.at,
            format!("{what} {}", printable(&line.step)).trim_end()
        );
        for (name, value) in &line.seen {
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
    fn control_characters_are_written_out_and_others_kept() {
        assert_eq!(printable("株式会社 A-1"), "株式会社 A-1");
        assert_eq!(printable("a\u{1b}[2J\nb\u{9b}"), "a\\u{1b}[2J\\nb\\u{9b}");
    }
}
