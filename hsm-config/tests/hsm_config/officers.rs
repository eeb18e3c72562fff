//! Officers whose lines are scripted: the guided ceremony without a terminal.

use std::collections::VecDeque;
use std::io;

use inkan_hsm_config::Spec;
use inkan_hsm_config::catalogue;
use inkan_hsm_config::guided::{Dialogue, GuidedError, Spoken, apply_guided};
use inkan_hsm_config::language::Language;
use inkan_hsm_config::transcript::Transcript;

use crate::environment::{Environment, now};

pub(crate) const CUSTODIANS: &str = r#"
[[custodian]]
name = "Sato Ichiro"
role = "holds the root token's PINs"

[[custodian]]
name = "鈴木 花子"
role = "holds the issuing token's PINs"
initials = "SH"
"#;

/// What is typed, line by line, and what was said.
#[derive(Default)]
pub(crate) struct Officers {
    lines: VecDeque<String>,
    pub(crate) heard: Vec<String>,
}

impl Officers {
    /// These lines, and then the end of input.
    pub(crate) fn who_type(lines: &[&str]) -> Self {
        Self {
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
            heard: Vec::new(),
        }
    }

    /// Both are present and confirm the plan and this many steps.
    pub(crate) fn who_confirm(steps: usize) -> Self {
        let mut officers = Self::who_type(&["SI", "SH"]);
        officers.confirm(1 + steps);
        officers
    }

    fn confirm(&mut self, times: usize) {
        for _ in 0..times {
            self.lines.extend(["si".to_owned(), "sh".to_owned()]);
        }
    }

    /// And then type this.
    pub(crate) fn then(mut self, lines: &[&str]) -> Self {
        self.lines
            .extend(lines.iter().map(|line| (*line).to_owned()));
        self
    }

    /// Holds the ceremony.
    pub(crate) fn hold(&mut self, spec: &Spec) -> Result<Transcript, GuidedError> {
        apply_guided(spec, now(), self, &mut |_| ())
    }

    pub(crate) fn left(&self) -> usize {
        self.lines.len()
    }

    fn hear(&mut self, what: &Spoken<'_>) {
        for language in [Language::English, Language::Japanese] {
            self.heard.push(catalogue::spoken(what, language));
        }
    }
}

impl Dialogue for Officers {
    fn say(&mut self, what: &Spoken<'_>) -> io::Result<()> {
        self.hear(what);
        Ok(())
    }

    fn ask(&mut self, what: &Spoken<'_>) -> io::Result<Option<String>> {
        self.hear(what);
        Ok(self.lines.pop_front().map(|line| format!("{line}\n")))
    }

    fn clear(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An environment with two custodians; PINs are in files.
pub(crate) fn environment() -> Environment {
    let environment = Environment::new();
    environment.edit(
        "[[token]]\nid = \"root\"",
        &format!("{CUSTODIANS}\n[[token]]\nid = \"root\""),
    );
    environment
}
