//! Shares that are not accepted.

use super::{Explanation, explain};
use crate::shares::ShareFault;
use crate::shares::share::WORDS;
use crate::unseal::Refused;

const COMPARE: &str = "Compare every word with the page, and enter the share again.";

/// Explains a [`ShareFault`]. An unknown word is repeated: for the officer's own terminal only.
#[must_use]
pub fn share(fault: &ShareFault) -> Explanation {
    let code = fault.code();
    match fault {
        ShareFault::Word(word) => {
            let near = word.near.join(", ");
            let next = if near.is_empty() {
                "Compare it with the page. The first four letters of a word are enough.".to_owned()
            } else {
                format!("Compare it with the page. Similar words: {near}.")
            };
            let sentence = format!(
                "Word {} is not in the list: \"{}\".",
                word.number,
                word.typed.escape_debug()
            );
            explain(code, sentence, next)
        }
        ShareFault::Count(found) => explain(
            code,
            format!("A share has {WORDS} words; these are {found}."),
            "Enter all words of one page, in their order.",
        ),
        ShareFault::Checksum => explain(
            code,
            "The words do not fit together: at least one is another word of the list, or the order is wrong.".to_owned(),
            COMPARE,
        ),
        ShareFault::Version(version) => explain(
            code,
            format!("The share has format {version}, which this program does not know."),
            "Use the version of the program that made the page, or a later one.",
        ),
        ShareFault::OtherSet(set) => explain(
            code,
            format!("This is a share of another set ({set})."),
            "Use the page of the current set; its number is on the page. Pages of earlier sets are void: destroy them.",
        ),
        ShareFault::NoOfficer(index) => explain(
            code,
            format!("The set has no officer with the number {index}."),
            "Check that the file of the set is the right one, and unchanged.",
        ),
        ShareFault::Incorrect(index) => explain(
            code,
            format!("The share with the number {index} is not the one that was made for this officer."),
            "The page was forged, or the file of the set was changed. Tell the security officer in charge before anything else.",
        ),
    }
}

/// Explains that shares are not shown where they would be kept.
#[must_use]
pub fn no_screen() -> Explanation {
    explain(
        "share-no-terminal",
        "Shares are shown only at a terminal.".to_owned(),
        "Run the command at a terminal, or give --pages DIR with a directory on a tmpfs.",
    )
}

/// Explains a [`Refused`] share.
#[must_use]
pub fn refused(refused: &Refused) -> Explanation {
    match refused {
        Refused::Fault(fault) => share(fault),
        Refused::Twice(officer) => explain(
            refused.code(),
            format!("The share of {} was entered before.", officer.name),
            "Let another officer enter a share.",
        ),
    }
}
