//! Sets of shares that cannot be made or used.

use super::{Explanation, explain};
use crate::shares::{MAX_OFFICERS, MIN_THRESHOLD, SetError};

/// Explains a [`SetError`].
#[must_use]
pub fn share_set(error: &SetError) -> Explanation {
    match error {
        SetError::Missing(path) => explain(
            "share-set-missing",
            format!("There is no set of shares at {}.", path.display()),
            "Correct the path in the specification, put the file back from a copy (it holds no secret), or make a set with `inkan-hsm shares create`.",
        ),
        SetError::File(path, kind) => explain(
            "share-set-file",
            format!("The set of shares {} cannot be read or written: {kind}.", path.display()),
            "Check the path, the permissions and the free space.",
        ),
        SetError::Malformed(path, what) => explain(
            "share-set-malformed",
            format!("{}: `{what}` is not as `inkan-hsm` writes it.", path.display()),
            "Put the file back from a copy; it holds no secret.",
        ),
        SetError::Version(path, version) => explain(
            "share-set-version",
            format!("{} has format {version}, which this program does not know.", path.display()),
            "Use the version of the program that made it, or a later one.",
        ),
        SetError::Officers(count) => explain(
            "share-officers",
            format!("A set has {MIN_THRESHOLD} to {MAX_OFFICERS} officers, not {count}."),
            "Name each officer with --officer, or as [[custodian]] in the specification.",
        ),
        SetError::Threshold(threshold, count) => explain(
            "share-threshold",
            format!("{threshold} of {count} is not possible: at least {MIN_THRESHOLD} officers act together, and at most all of them."),
            "Give another --threshold.",
        ),
        SetError::SameName(name) => explain(
            "share-same-name",
            format!("Two officers have the name \"{}\".", name.escape_debug()),
            "Give each officer a name of their own; one person gets one share.",
        ),
        SetError::SameToken(name) => explain(
            "share-same-token",
            format!("Another officer has the token or the employee number of \"{}\".", name.escape_debug()),
            "Give each file of an officer's key once; one person gets one share.",
        ),
        SetError::Name(name) => explain(
            "share-name",
            format!("\"{}\" cannot be printed on a page.", name.escape_debug()),
            "Use 1 to 64 printable characters without leading or trailing blanks.",
        ),
        SetError::Changed => explain(
            "share-set-changed",
            "The shares are good, but they do not open this file: it was changed after it was made.".to_owned(),
            "Put the file back from a copy; it holds no secret.",
        ),
        SetError::Random => explain(
            "no-random-numbers",
            "The operating system returned no random numbers.".to_owned(),
            "Restart the machine; do not use it for keys until this works.",
        ),
    }
}
