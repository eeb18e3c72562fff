//! A transcript for people: one paragraph per line, wide enough for a page of paper.

use std::fmt::Write as _;

use super::{Event, Transcript};

pub(super) fn render(transcript: &Transcript) -> String {
    let mut text = String::new();
    for line in transcript.lines() {
        let what = match line.event {
            Event::Begun => "ceremony begun",
            Event::Resumed => "ceremony resumed",
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
            format!("{what} {}", line.step).trim_end()
        );
        for (name, value) in &line.seen {
            let _ = writeln!(text, "       {name}: {value}");
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
