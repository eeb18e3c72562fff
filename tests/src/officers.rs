//! Officers who share the PIN of the bank's HSM: their pages, and what they type.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::Outcome;
use crate::bank::Dev;
use crate::customer::Customer;
use crate::programs::{self, Said};

/// How a prompt for a word of a page ends, and one for the code of an officer with a token.
const PROMPTS: [&str; 2] = [" of your page: ", ", the code: "];
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

/// An officer whose token has a share key, and the file about it.
#[derive(Debug)]
pub struct TokenOfficer<'a> {
    pc: &'a Customer,
    /// Employee number.
    number: String,
    file: PathBuf,
}

impl<'a> TokenOfficer<'a> {
    /// Makes the share key on the token of this member of staff.
    pub fn new(dev: &Dev, pc: &'a Customer, number: &str) -> Outcome<Self> {
        pc.install_bank(&dev.staff_bank_config)?;
        let bank = fs::read_to_string(&dev.staff_bank_config)?;
        let id = bank.lines().find_map(|line| line.strip_prefix("id = \""));
        let id = id
            .and_then(|id| id.strip_suffix('"'))
            .ok_or("a bank without an id")?;
        let file = pc.home().join("share-key.json");
        let out = file.to_string_lossy();
        pc.officer_key(&["create", id, "--out", &out])?.result()?;
        Ok(Self {
            pc,
            number: number.to_owned(),
            file,
        })
    }

    /// The officer's share of this set.
    pub fn reveal(&self, set: &Path) -> Outcome<String> {
        let revealed = self.about("reveal", set)?;
        let share = revealed["share"].as_str().ok_or("no share")?;
        Ok(share.to_owned())
    }

    fn about(&self, command: &str, set: &Path) -> Outcome<Value> {
        let set = set.to_string_lossy();
        self.pc.officer_key(&[command, &set])?.result()
    }
}

/// `inkan-hsm shares create` or `reshare` for the issuing token. `lines` are shares in force; each officer confirms the page.
pub fn make_set(
    dev: &Dev,
    command: &str,
    threshold: &str,
    names: &[&str],
    lines: &str,
) -> Outcome<Pages> {
    make_set_with(dev, command, threshold, (names, &[]), lines)
}

/// The same with officers who have a token, after those with a page.
pub fn make_set_with(
    dev: &Dev,
    command: &str,
    threshold: &str,
    (names, tokens): (&[&str], &[&TokenOfficer<'_>]),
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
    let files: Vec<_> = tokens
        .iter()
        .map(|one| one.file.to_string_lossy())
        .collect();
    for file in &files {
        arguments.extend(["--officer-token", file]);
    }
    let directory = dev
        .hsm_spec
        .parent()
        .ok_or("a specification in no directory")?;
    let pending = directory.join("hsm/issuing.shares.json.pending");
    let mut child = start(dev, &arguments)?;
    let mut stdin = child.stdin.take().ok_or("no standard input")?;
    stdin.write_all(lines.as_bytes())?;
    let mut told = String::new();
    while let Some((question, code)) = prompt(&mut child, &mut told)? {
        if code {
            let officer = question.rsplit('\n').next().unwrap_or_default();
            let number = officer.rsplit(' ').next();
            let mut known = tokens
                .iter()
                .filter(|one| Some(one.number.as_str()) == number);
            let opened = known
                .next()
                .ok_or("another officer")?
                .about("confirm", &pending)?;
            // A mistyped code is asked for again.
            writeln!(stdin, "0000 0000 0000 0000")?;
            let _ = prompt(&mut child, &mut told)?;
            writeln!(stdin, "{}", opened["code"].as_str().ok_or("no code")?)?;
            continue;
        }
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

/// What comes before the next prompt, and whether it is one for a code; `None` at the end.
fn prompt(child: &mut Child, told: &mut String) -> Outcome<Option<(String, bool)>> {
    let stderr = child.stderr.as_mut().ok_or("no standard error")?;
    let (mut seen, mut byte) = (Vec::new(), [0]);
    while stderr.read(&mut byte)? == 1 {
        seen.extend(byte);
        for (prompt, code) in PROMPTS.into_iter().zip([false, true]) {
            if seen.ends_with(prompt.as_bytes()) {
                let text = String::from_utf8_lossy(&seen).into_owned();
                return Ok(text
                    .strip_suffix(prompt)
                    .map(|text| (text.to_owned(), code)));
            }
        }
    }
    told.push_str(&String::from_utf8_lossy(&seen));
    Ok(None)
}
