//! Officers with a token: whose key it is, and whether the token opens its share.

use std::path::Path;

use inkan_hsm_config::Spec;
use inkan_hsm_config::catalogue;
use inkan_hsm_config::officer_key;
use inkan_hsm_config::share_ceremony::NotDelivered;
use inkan_hsm_config::shares::{NewOfficer, Officer, Share, ShareSet};
use inkan_pki::officer::share::{code, same_code};
use jiff::Timestamp;

use super::dialogue::line;
use super::exit::Exit;
use super::output::Failure;
use super::screen::write;

/// Reads the file of an officer's key, and shows its fingerprint for the officer to compare.
pub(crate) fn read(file: &Path, spec: &Spec, now: Timestamp) -> Result<NewOfficer, Failure> {
    let read = officer_key::read(file, spec, now);
    let officer =
        read.map_err(|error| Failure::new(Exit::Share, catalogue::officer_key(&error)))?;
    if let Some(token) = &officer.token {
        write(&format!(
            "{}: the share key of {}\n  {}\n",
            file.display(),
            officer.name,
            token.share_key.fingerprint()
        ));
    }
    Ok(officer)
}

/// Returns only when the officer's token has opened its share of the pending set: a code that nobody else can know shows it.
pub(crate) fn confirm(
    set: &ShareSet,
    officer: &Officer,
    share: &Share,
    pending: &Path,
) -> Result<(), NotDelivered> {
    let expected = code(&set.binding(officer), &share.line());
    write(&format!(
        "\nThe share of {} is sealed to the token with the key\n  {}\nCompare it with the officer's note. Then run, where the token is:\n  inkan-agent officer-key confirm {}\n",
        officer.name,
        officer
            .sealed
            .as_ref()
            .map(|sealed| sealed.share_key.fingerprint())
            .unwrap_or_default(),
        pending.display()
    ));
    loop {
        write(&format!("{}, the code: ", officer.name));
        let typed = line().ok_or(NotDelivered)?;
        if same_code(&expected, &typed) {
            return Ok(());
        }
        write(
            "This is not the code of this share. Nothing was changed yet; end the input to stop.\n",
        );
    }
}
