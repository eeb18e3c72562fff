//! Officers who share the PIN of the bank's HSM: their pages, and what they type.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::Outcome;
use crate::bank::Dev;
use crate::programs::{self, Said};

/// How a prompt for a word of a page ends.
const PROMPT: &str = " of your page: ";
/// The page's list of words.
const WORD: &str = "<li><b>";

/// The pages of one set, in memory.
#[derive(Debug)]
pub struct Pages(TempDir);

impl Pages {
    /// The words of the officer with this number, from 1.
    pub fn share(&self, number: usize) -> Outcome<String> {
        Ok(self.words(number)?.join(" "))
    }

    /// Path of a page.
    pub fn page(&self, number: usize) -> PathBuf {
        self.0.path().join(format!("share-{number}.html"))
    }

    fn words(&self, number: usize) -> Outcome<Vec<String>> {
        let page = fs::read_to_string(self.page(number))?;
        let word = |item: &str| Some(item.split_once("</b>")?.1.split_once('<')?.0.to_owned());
        let words: Option<Vec<String>> = page.split(WORD).skip(1).map(word).collect();
        words.ok_or_else(|| "a page without words".into())
    }
}

/// `inkan-hsm` with lines on standard input; for commands about the token, with the bank's HSM.
pub fn inkan_hsm(dev: &Dev, arguments: &[&str], lines: &str) -> Outcome<Said> {
    let mut child = start(dev, arguments)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends early does not read all of them.
        let _ = stdin.write_all(lines.as_bytes());
    }
    let output = child.wait_with_output()?;
    Ok(Said {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// `inkan-hsm shares create` or `reshare` for the issuing token. `lines` are shares in force; each officer confirms the page.
pub fn make_set(
    dev: &Dev,
    command: &str,
    threshold: &str,
    names: &[&str],
    lines: &str,
) -> Outcome<Pages> {
    let pages = Pages(TempDir::with_prefix_in("inkan-pages-", "/dev/shm")?);
    let (spec, directory) = (
        dev.hsm_spec.to_string_lossy(),
        pages.0.path().to_string_lossy(),
    );
    let mut arguments = vec!["shares", command, "--spec", &spec, "--token", "issuing"];
    arguments.extend(["--threshold", threshold, "--pages", &directory]);
    for name in names {
        arguments.extend(["--officer", name]);
    }
    let mut child = start(dev, &arguments)?;
    let mut stdin = child.stdin.take().ok_or("no standard input")?;
    stdin.write_all(lines.as_bytes())?;
    let mut told = String::new();
    while let Some(question) = prompt(&mut child, &mut told)? {
        let (officer, number) = question.rsplit_once(", word ").ok_or("another prompt")?;
        let officer = officer.rsplit('\n').next().unwrap_or_default();
        let index = names.iter().position(|name| *name == officer);
        let words = pages.words(index.ok_or("another officer")? + 1)?;
        let word = words.get(number.parse::<usize>()? - 1);
        writeln!(stdin, "{}", word.ok_or("no such word")?)?;
    }
    drop(stdin);
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(pages);
    }
    Err(format!("no set was made: {told}").into())
}

fn start(dev: &Dev, arguments: &[&str]) -> Outcome<Child> {
    let mut command = Command::new(programs::built("inkan-hsm")?);
    command
        .args(arguments)
        .env("SOFTHSM2_CONF", &dev.softhsm_conf)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Ok(command.spawn()?)
}

/// What comes before the next prompt; `None` at the end.
fn prompt(child: &mut Child, told: &mut String) -> Outcome<Option<String>> {
    let stderr = child.stderr.as_mut().ok_or("no standard error")?;
    let (mut seen, mut byte) = (Vec::new(), [0]);
    while stderr.read(&mut byte)? == 1 {
        seen.extend(byte);
        if seen.ends_with(PROMPT.as_bytes()) {
            let text = String::from_utf8_lossy(&seen).into_owned();
            return Ok(text.strip_suffix(PROMPT).map(str::to_owned));
        }
    }
    told.push_str(&String::from_utf8_lossy(&seen));
    Ok(None)
}
