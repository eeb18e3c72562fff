//! `inkan-hsm` with officers who type: prompts are answered as they appear.

use std::fs;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::environment::Environment;

/// Pages are made in memory, as the program requires.
pub(crate) struct PageDirectory(PathBuf);

impl PageDirectory {
    pub(crate) fn new() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("inkan-pages-")
            .tempdir_in("/dev/shm")
            .unwrap();
        Self(directory.keep())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The page of an officer, as HTML.
    pub(crate) fn page(&self, index: usize) -> String {
        fs::read_to_string(self.0.join(format!("share-{index}.html"))).unwrap()
    }

    /// The words of an officer's page, as the page shows them.
    pub(crate) fn words(&self, index: usize) -> Vec<String> {
        let page = self.page(index);
        let lines = page.split("<li><b>").skip(1);
        let word = |line: &str| {
            let (_, rest) = line.split_once("</b>").unwrap();
            rest.split_once("</li>").unwrap().0.to_owned()
        };
        lines.map(word).collect()
    }

    pub(crate) fn line(&self, index: usize) -> String {
        self.words(index).join(" ") + "\n"
    }
}

impl Drop for PageDirectory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How a process ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

impl Ended {
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}", self.text);
        self.text
    }
}

pub(crate) fn command(environment: &Environment, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_inkan-hsm"));
    command
        .args(arguments)
        .arg("--spec")
        .arg(environment.path("hsm.toml"))
        .envs(environment.hsm.env());
    command
}

pub(crate) fn start(mut command: Command) -> Child {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Standard error until it ends with `end`; all of it if it never does.
pub(crate) fn until(child: &mut Child, end: &str) -> String {
    let mut seen = Vec::new();
    let stderr = child.stderr.as_mut().unwrap();
    let mut byte = [0];
    while !seen.ends_with(end.as_bytes()) && stderr.read(&mut byte).unwrap() == 1 {
        seen.push(byte[0]);
    }
    String::from_utf8_lossy(&seen).into_owned()
}

pub(crate) fn end(mut child: Child, mut text: String) -> Ended {
    drop(child.stdin.take());
    text += &until(&mut child, "\u{0}never");
    let output = child.wait_with_output().unwrap();
    text += &String::from_utf8_lossy(&output.stdout);
    Ended {
        code: output.status.code(),
        text,
    }
}

/// With lines on standard input.
pub(crate) fn with_lines(environment: &Environment, arguments: &[&str], lines: &str) -> Ended {
    let mut child = start(command(environment, arguments));
    // A program that ends early does not read all of them.
    let _ = child.stdin.as_mut().unwrap().write_all(lines.as_bytes());
    end(child, String::new())
}

/// Makes a set with pages; `lines` are typed first, and then each officer confirms the page.
pub(crate) fn make(
    environment: &Environment,
    arguments: &[&str],
    lines: &str,
    pages: &PageDirectory,
) -> Ended {
    let directory = pages.path().to_str().unwrap();
    let arguments = [arguments, &["--pages", directory]].concat();
    let mut child = start(command(environment, &arguments));
    let _ = child.stdin.as_mut().unwrap().write_all(lines.as_bytes());
    let mut text = String::new();
    loop {
        let more = until(&mut child, "of your page: ");
        text += &more;
        let Some(question) = more.strip_suffix(" of your page: ") else {
            return end(child, text);
        };
        let (asked, number) = question.rsplit_once(", word ").unwrap();
        let officer = asked.rsplit('\n').next().unwrap();
        let number: usize = number.parse().unwrap();
        let index = (1..=16).find(|n| pages.page(*n).contains(&format!("<dd>{officer}")));
        let word = pages.words(index.unwrap())[number - 1].clone();
        writeln!(child.stdin.as_mut().unwrap(), "{word}").unwrap();
    }
}
