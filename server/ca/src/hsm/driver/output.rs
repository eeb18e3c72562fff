//! What the module prints goes into the log: so many lines of limited length in a minute, and the number of the others. It is always
//! read, so that a module that prints without end does not block.

use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::time::{Duration, Instant};

/// Longest line, in bytes; the rest of it is dropped.
const LINE: usize = 300;
/// Lines in one period.
const LINES: u32 = 50;
const PERIOD: Duration = Duration::from_secs(60);

/// Logs until the output ends.
pub(super) fn log(output: impl Read, driver: u64) {
    let mut gauge = Gauge::new(Instant::now());
    let mut lines = Lines {
        from: BufReader::new(output),
    };
    while let Some(line) = lines.next_line() {
        let (suppressed, shown) = gauge.admits(Instant::now());
        if suppressed > 0 {
            tracing::warn!(driver, lines = suppressed, "hsm module printed more");
        }
        if shown && !line.is_empty() {
            tracing::warn!(driver, line, "hsm module printed");
        }
    }
}

struct Lines<R> {
    from: BufReader<R>,
}

impl<R: Read> Lines<R> {
    /// The next line, cut, without control characters; `None` at the end.
    fn next_line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        let mut read = 0;
        loop {
            let bytes = match self.from.fill_buf() {
                Ok([]) if read == 0 => return None,
                Ok([]) => break,
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return None,
            };
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            let room = LINE.saturating_sub(line.len()).min(part.len());
            line.extend_from_slice(part.get(..room).unwrap_or_default());
            let used = part.len() + usize::from(end.is_some());
            read += used;
            self.from.consume(used);
            if end.is_some() {
                break;
            }
        }
        Some(printable(&String::from_utf8_lossy(&line)))
    }
}

/// Without control characters: a log is read on a terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

struct Gauge {
    since: Instant,
    shown: u32,
    suppressed: u64,
}

impl Gauge {
    fn new(now: Instant) -> Self {
        Self {
            since: now,
            shown: 0,
            suppressed: 0,
        }
    }

    /// Number of lines dropped in the period that has just ended, and whether this one is logged.
    fn admits(&mut self, now: Instant) -> (u64, bool) {
        let mut before = 0;
        if now.saturating_duration_since(self.since) >= PERIOD {
            before = std::mem::take(&mut self.suppressed);
            (self.since, self.shown) = (now, 0);
        }
        let shown = self.shown < LINES;
        if shown {
            self.shown += 1;
        } else {
            self.suppressed += 1;
        }
        (before, shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_and_harmless_on_a_terminal() {
        let long = "y".repeat(10 * LINE);
        let text = format!("one\n\u{1b}[2Jtwo\r\n{long}\n\nlast");
        let mut lines = Lines {
            from: BufReader::with_capacity(16, text.as_bytes()),
        };
        let mut all = Vec::new();
        while let Some(line) = lines.next_line() {
            all.push(line);
        }
        let cut = "y".repeat(LINE);
        assert_eq!(all, ["one", "\u{fffd}[2Jtwo\u{fffd}", &cut, "", "last"]);
    }

    #[test]
    fn so_many_lines_are_logged_in_a_minute_and_the_others_counted() {
        let now = Instant::now();
        let mut gauge = Gauge::new(now);
        let shown = (0..1000).filter(|_| gauge.admits(now).1).count();
        assert_eq!(shown, 50);
        assert_eq!(gauge.admits(now + PERIOD), (950, true));
        assert_eq!(gauge.admits(now + PERIOD), (0, true));
    }
}
