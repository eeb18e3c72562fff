//! Backups, restores and adoptions that stopped.

use super::{Explanation, apply, explain, finding, verify};
use crate::profile::{BackupBy, Profile};
use crate::recovery::RecoveryError as Error;
use crate::verify::Report;

/// Explains a [`RecoveryError`](Error).
#[must_use]
pub fn recovery(error: &Error) -> Explanation {
    const CONFIGURATION: &str = "Set SOFTHSM2_CONF as for the server, and run it as its user.";
    match error {
        Error::OtherMeans(profile) => other_means(profile),
        Error::Custodians(known) => explain(
            "adopt-custodians",
            "An adoption needs two different custodians.".to_owned(),
            format!("Give --custodian twice, with two of: {}.", known.join(", ")),
        ),
        Error::UnknownToken(id, known) => explain(
            "recovery-unknown-token",
            format!(
                "The specification has no token with the id \"{}\".",
                id.escape_debug()
            ),
            format!("Use one of: {}.", known.join(", ")),
        ),
        Error::Recipient => explain(
            "backup-recipient",
            "--recipient: not an age public key.".to_owned(),
            "Give the line `age1…` that age-keygen printed.",
        ),
        Error::Identity(path, reason) => explain(
            "backup-identity",
            format!("{}: {reason}.", path.display()),
            "Give the file that age-keygen wrote, with mode 600.",
        ),
        Error::TargetExists(path) => explain(
            "backup-target-exists",
            format!("{} exists already. Nothing was changed.", path.display()),
            "Choose another name, or move it away: nothing is ever overwritten.",
        ),
        Error::DiskFull(path) => explain(
            "backup-disk-full",
            format!("No space is left for {}.", path.display()),
            "Free space, then run the command again.",
        ),
        Error::File(path, kind) => explain(
            "backup-file",
            format!("{} cannot be read or written: {kind}.", path.display()),
            "Correct the path, or let this user access it, then run the command again.",
        ),
        Error::NotABackup(path) => explain(
            "backup-not-a-backup",
            format!("{} is not a backup of this program.", path.display()),
            "Check --from.",
        ),
        Error::OtherKey(path) => explain(
            "backup-other-key",
            format!("{} is encrypted for another key.", path.display()),
            "Give an identity that belongs to one of the recipients; the transcript names them.",
        ),
        Error::Damaged(path) => explain(
            "backup-damaged",
            format!("{} is cut off, or was changed.", path.display()),
            "Take another copy of this backup, or an earlier one.",
        ),
        Error::Newer(path, found, known) => explain(
            "backup-newer",
            format!(
                "{} has format {found}; this program knows {known}.",
                path.display()
            ),
            "Use the program that made it, or a newer one.",
        ),
        Error::Store(None) => explain(
            "backup-store",
            "Where SoftHSM keeps its tokens is not known: there is no configuration.".to_owned(),
            CONFIGURATION,
        ),
        Error::Store(Some(path)) => explain(
            "backup-store",
            format!("{} names no directories.tokendir.", path.display()),
            CONFIGURATION,
        ),
        Error::StoreBackend(path, kind) => explain(
            "backup-store",
            format!(
                "{}: SoftHSM keeps its tokens as \"{}\"; only files are supported.",
                path.display(),
                kind.escape_debug()
            ),
            "Stop everything that uses the tokens, and copy their directory.",
        ),
        Error::NoTokenFiles(path, serial) => explain(
            "backup-no-token-files",
            format!(
                "{} has no token with the serial number {}.",
                path.display(),
                serial.escape_debug()
            ),
            CONFIGURATION,
        ),
        Error::Changing(path) => explain(
            "backup-changing",
            format!("The files in {} change all the time.", path.display()),
            "Run it again when nobody makes or removes keys.",
        ),
        Error::Contents(shown) => explain(
            "recovery-contents",
            format!(
                "The tokens could not be read: {}.",
                crate::transcript::printable(shown).trim_end_matches('.')
            ),
            "Check the module with `inkan-hsm probe`.",
        ),
        Error::CopyDiffers(what) => explain(
            "backup-copy-differs",
            format!("The module finds something else in the copy: {what}. It was not used."),
            "Run it again. If it stays so, take another copy of the backup, or an earlier one.",
        ),
        Error::OtherEnvironment(what, archived, specified) => explain(
            "restore-other-environment",
            format!(
                "The backup is of another environment: its {what} is \"{}\", and the specification has \"{specified}\".",
                archived.escape_debug()
            ),
            "Check --spec and --from.",
        ),
        Error::OtherTranscript(path) => explain(
            "restore-other-transcript",
            format!(
                "{} does not continue the transcript of the backup.",
                path.display()
            ),
            "Compare both with the signed record. If the one here is older, move it away: the backup has a newer one.",
        ),
        Error::Superseded(archived, recorded) => explain(
            "restore-superseded",
            format!(
                "After this backup another token was adopted: the backup is of {}, and {recorded} is recorded.",
                archived.escape_debug()
            ),
            "Take a newer backup.",
        ),
        Error::OtherShares(path) => explain(
            "restore-other-shares",
            format!(
                "{} is not the set of shares of the backup. A restored token has the PIN that it had then.",
                path.display()
            ),
            "If the officers have their pages of then, move the file away: the backup has theirs. Otherwise take a newer backup.",
        ),
        Error::TokenExists(label, serial) => explain(
            "restore-token-exists",
            format!(
                "A token with the label \"{}\" or the serial number {} exists here. Nothing was changed.",
                label.escape_debug(),
                serial.escape_debug()
            ),
            "Restore into an HSM without it. If it is damaged, move its directory away first.",
        ),
        Error::Incomplete => explain(
            "recovery-incomplete",
            "The ceremony is not complete. Nothing was changed.".to_owned(),
            "Run `inkan-hsm apply` first.",
        ),
        Error::TokenNotFound(label) => explain(
            "token-missing",
            format!("There is no token, or more than one, with the label \"{label}\"."),
            "Check that this is the right HSM (client configuration, SOFTHSM2_CONF) and the right specification.",
        ),
        Error::OtherToken {
            label,
            recorded,
            found,
        } => explain(
            "token-replaced",
            format!(
                "The token \"{label}\" has the serial number {}; recorded is {recorded}.",
                found.escape_debug()
            ),
            "Connect the recorded token, or adopt this one with `inkan-hsm adopt`.",
        ),
        Error::KeysMissing(keys) => explain(
            "recovery-key-missing",
            format!(
                "Recorded keys are not on the token: {}. Nothing was changed.",
                keys.join(", ")
            ),
            "Run `inkan-hsm verify`. Take an earlier backup, if the keys were lost.",
        ),
        Error::PrivateKeysMissing(found, recorded) => explain(
            "recovery-key-missing",
            format!(
                "The token has {found} private keys, and {recorded} are recorded. Nothing was changed."
            ),
            "Run `inkan-hsm verify`. Restore an earlier backup, if a key was lost.",
        ),
        Error::SameToken(label) => explain(
            "adopt-same-token",
            format!("The token \"{label}\" is the recorded one. Nothing was changed."),
            "Nothing. `inkan-hsm verify` checks it.",
        ),
        Error::Findings(report) => findings(report),
        Error::Apply(error) => apply(error),
        Error::Verify(error) => verify(error),
    }
}

fn other_means(profile: &Profile) -> Explanation {
    let (backup, product) = (&profile.backup, profile.product);
    let sentence = format!(
        "Tokens of {product} are not backed up by this program. {}",
        backup.means
    );
    if backup.by == BackupBy::Nothing {
        const SUCCESSOR: &str = "Prepare a successor CA in time (docs/ca-lifecycle.md).";
        return explain("backup-impossible", sentence, SUCCESSOR);
    }
    let source = backup.source.map_or_else(String::new, |source| {
        format!(" {}: {}", source.title, source.url)
    });
    let next = format!("Rehearse it: {}{source}", backup.rehearsal);
    explain("backup-by-vendor", sentence, next)
}

fn findings(report: &Report) -> Explanation {
    let all: Vec<_> = report.findings().map(finding).collect();
    let sentences: Vec<_> = all.iter().map(|found| found.sentence.as_str()).collect();
    let next = all.first().map(|found| found.next.clone());
    explain(
        "adopt-findings",
        format!(
            "The token does not hold what is recorded. {} Nothing was changed.",
            sentences.join(" ")
        ),
        next.unwrap_or_default(),
    )
}

/// A command that was not confirmed.
#[must_use]
pub fn not_confirmed() -> Explanation {
    explain(
        "not-confirmed",
        "It was not confirmed. Nothing was changed.".to_owned(),
        "Run it again and type yes, or give --yes.",
    )
}
