//! Sentences on a terminal, each with the time of its step.

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use inkan_tests::Outcome;

/// Columns of text beside the times.
const WIDTH: usize = 84;
const MARGIN: &str = "           ";

/// Prints the steps.
pub(crate) struct Telling {
    began: Instant,
    steps: Cell<u32>,
}

impl Telling {
    /// Begins to count.
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            steps: Cell::new(0),
        }
    }

    /// The headline.
    pub(crate) fn title(&self, text: &str) {
        say(&format!("\n{text}\n"));
    }

    /// Executes a step, then prints it with its time.
    pub(crate) fn step<T>(&self, sentence: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.steps.set(self.steps.get() + 1);
        let begin = Instant::now();
        let done = work().map_err(|e| {
            format!(
                "step {} ({sentence}): {}",
                self.steps.get(),
                inkan_tests::whole_story(e.as_ref())
            )
        })?;
        let mut out = String::new();
        for (at, line) in wrapped(&format!("{}. {sentence}", self.steps.get()))
            .iter()
            .enumerate()
        {
            let time = format!("{:8.2} s ", begin.elapsed().as_secs_f64());
            let _ = writeln!(
                out,
                "{}{line}",
                if at == 0 { time.as_str() } else { MARGIN }
            );
        }
        say(out.trim_end());
        Ok(done)
    }

    /// An observation, printed below its step.
    pub(crate) fn seen(&self, text: &str) {
        for line in text.lines() {
            say(&format!("{MARGIN}   {line}"));
        }
    }

    /// A paragraph as it is.
    pub(crate) fn text(&self, text: &str) {
        say(&format!("\n{text}"));
    }

    /// The time since the beginning.
    pub(crate) fn total(&self) {
        say(&format!(
            "\n{:8.2} s in all",
            self.began.elapsed().as_secs_f64()
        ));
    }

    /// The end after an error.
    pub(crate) fn failed(&self, error: &(dyn std::error::Error + 'static)) {
        let _ = writeln!(
            std::io::stderr().lock(),
            "\nThe demo could not continue: {error}"
        );
    }
}

// A reader that has closed the pipe is no reason to fail.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines
            .last_mut()
            .map(|l| l.chars().count())
            .unwrap_or_default();
        if last > 0 && last + 1 + word.chars().count() > WIDTH {
            lines.push("   ".to_owned());
        }
        if let Some(line) = lines.last_mut() {
            if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
