//! What officers are asked, and what they see of their shares. Lines come from standard input, a terminal or not.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};
use std::path::Path;

use inkan_hsm_config::catalogue;
use inkan_hsm_config::pin_source::PinError;
use inkan_hsm_config::process::exclude_from_core_dumps;
use inkan_hsm_config::share_ceremony::NotDelivered;
use inkan_hsm_config::shares::share::{MAX_TEXT, WORDS};
use inkan_hsm_config::shares::{Officer, Share, ShareFault, ShareSet, words};
use inkan_hsm_config::unseal::Collector;
use inkan_pki::secret::Pin;
use inkan_pki::secret::locked::{LockedBytes, all_locked};
use zeroize::Zeroizing;

use super::screen::{Screen, write};
use inkan_hsm_config::catalogue::Explanation;

/// Words of a page that an officer types again, so that nobody leaves without having read it.
const ASKED_AGAIN: usize = 2;

/// A line of standard input; `None` at its end.
pub(crate) fn line() -> Option<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(MAX_TEXT + 2));
    let limit = u64::try_from(MAX_TEXT + 1).unwrap_or(u64::MAX);
    let read = io::stdin().lock().take(limit).read_line(&mut text);
    match read {
        Ok(1..) => Some(text),
        Ok(0) | Err(_) => None,
    }
}

/// Keeps shares out of core dumps and swap, as far as the system lets this user.
pub(crate) fn protect() {
    if let Err(error) = exclude_from_core_dumps() {
        write(&format!(
            "warning: this process may appear in core dumps: {error}. Do not keep core files of it.\n"
        ));
    }
    drop(LockedBytes::new(&[0]));
    if !all_locked() {
        write(
            "warning: the system does not let this user lock memory, so shares may be written to swap.\n         Raise the limit (`ulimit -l`), or turn swap off.\n",
        );
    }
}

fn is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// Whether shares can be shown: not to a file or a pipe, which keeps them.
pub(crate) fn has_screen() -> bool {
    is_terminal() && io::stderr().is_terminal()
}

fn say(explanation: &Explanation) {
    write(&format!(
        "\n{}\n{}\n\n",
        explanation.sentence, explanation.next
    ));
}

/// One share. At a terminal words are entered in as many lines as the officer likes, and a mistake is told at once; otherwise
/// the share is one line. `None` at the end of input.
pub(crate) fn share(whose: &str) -> Option<Result<Share, ShareFault>> {
    if !is_terminal() {
        return line().map(|line| Share::read(&line));
    }
    let screen = Screen::open();
    write(&format!(
        "{whose}\n\nEnter the {WORDS} words of one page, in their order; the first four letters of each are enough.\nEnd a line with Enter whenever you like. A QR scanner enters them all at once.\n\n"
    ));
    let mut numbers = Zeroizing::new(Vec::with_capacity(4 * WORDS));
    loop {
        write(&format!("word {}: ", numbers.len() + 1));
        let typed = line()?;
        match words::read(&typed, numbers.len() + 1) {
            Ok(more) => numbers.extend(more),
            Err(unknown) => {
                // What came before it in this line is good.
                let good = unknown.number - numbers.len() - 1;
                let good: Vec<&str> = typed.split_whitespace().take(good).collect();
                let kept = words::read(&good.join(" "), 1).unwrap_or_default();
                numbers.extend(kept);
                say(&catalogue::share(&ShareFault::Word(unknown)));
            }
        }
        if numbers.len() < WORDS {
            continue;
        }
        match Share::from_words(&numbers) {
            Ok(share) => return Some(Ok(share)),
            Err(fault) => {
                screen.clear();
                say(&catalogue::share(&fault));
                numbers.clear();
            }
        }
    }
}

/// The PIN, from as many shares of the set as it needs.
pub(crate) fn pin(set: ShareSet, question: &str) -> Result<Pin, PinError> {
    // Its time limit does not matter here: the program ends before.
    let mut collector = Collector::new(set, std::time::Duration::from_secs(86_400));
    let need = collector.set().threshold();
    while !collector.is_complete() {
        let whose = format!(
            "{question}, set {}: share {} of {need}",
            collector.set().id().tag(),
            collector.have() + 1
        );
        let Some(entered) = share(&whose) else {
            return Err(PinError::TooFewShares(collector.have(), need));
        };
        let added = match entered {
            Ok(share) => collector
                .check(&share)
                .map(drop)
                .map_err(|refused| catalogue::refused(&refused))
                .map(|()| share),
            Err(fault) => Err(catalogue::share(&fault)),
        };
        match added {
            Ok(share) => {
                // Checked just now, and no time runs here.
                if let Ok(officer) = collector.add(std::time::Instant::now(), share) {
                    write(&format!(
                        "accepted: share {} ({}); {} of {need}\n",
                        officer.index,
                        officer.name,
                        collector.have()
                    ));
                }
            }
            Err(explanation) => say(&explanation),
        }
    }
    collector.open().map_err(PinError::Set)
}

/// As [`inkan_hsm_config::pin_source::AskOfficers`].
pub(crate) fn ask_officers(path: &Path, question: &str) -> Result<Pin, PinError> {
    protect();
    let set = ShareSet::load(path).map_err(PinError::Set)?;
    pin(set, question)
}

/// Shows an officer the share, and returns only when some of its words were typed correctly.
pub(crate) fn show(set: &ShareSet, officer: &Officer, share: &Share) -> Result<(), NotDelivered> {
    let screen = Screen::open();
    write(&format!(
        "The next page is for {} alone. Press Enter when nobody else sees the screen.",
        officer.name
    ));
    line().ok_or(NotDelivered)?;
    let mut shown = false;
    loop {
        screen.clear();
        if shown {
            write("A word differs. Compare what you wrote down with the page.\n\n");
        }
        write(&catalogue::share_text(set, officer, share));
        write(
            "\nWrite the words down with their numbers. Press Enter; the page disappears, and two words are asked.",
        );
        line().ok_or(NotDelivered)?;
        screen.clear();
        if confirmed(officer, share)? {
            return Ok(());
        }
        shown = true;
    }
}

/// Asks for words of a page until they are right: for pages that were printed.
pub(crate) fn confirm_printed(officer: &Officer, share: &Share) -> Result<(), NotDelivered> {
    let screen = Screen::open();
    while !confirmed(officer, share)? {
        screen.clear();
        write("A word differs. Look at the page again.\n");
    }
    Ok(())
}

fn confirmed(officer: &Officer, share: &Share) -> Result<bool, NotDelivered> {
    let words = share.words();
    let mut chosen = [0; ASKED_AGAIN];
    getrandom::fill(&mut chosen).map_err(|_| NotDelivered)?;
    let mut good = true;
    for byte in chosen {
        let number = usize::from(byte) % WORDS + 1;
        write(&format!("{}, word {number} of your page: ", officer.name));
        let typed = line().ok_or(NotDelivered)?;
        let entered = words::read(&typed, number).ok();
        let right = words::read(words.get(number - 1).copied().unwrap_or_default(), 1).ok();
        good &= entered.is_some() && entered == right;
    }
    Ok(good)
}
