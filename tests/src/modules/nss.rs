//! NSS softokn: the token in which Firefox and Chromium keep their own keys.

use std::process::Command;

use tempfile::TempDir;

use super::{LABEL, PIN, TestModule, first_of};
use crate::{Outcome, programs};

/// A fresh token. It has no security officer: whoever creates the database chooses the password.
pub fn fresh() -> Outcome<TestModule> {
    let path = first_of(
        "NSS softokn",
        "libnss3",
        &[
            "/usr/lib/x86_64-linux-gnu/libsoftokn3.so",
            "/usr/lib/aarch64-linux-gnu/libsoftokn3.so",
            "/usr/lib/x86_64-linux-gnu/nss/libsoftokn3.so",
            "/usr/lib64/libsoftokn3.so",
        ],
    )?;
    let directory = TempDir::with_prefix("inkan-nss-")?;
    let password = directory.path().join("password");
    std::fs::write(&password, PIN)?;
    let database = format!("sql:{}", directory.path().display());
    let mut certutil = Command::new("certutil");
    certutil.args(["-N", "-d", &database, "-f"]).arg(&password);
    programs::run(&mut certutil)?.expect_well()?;
    Ok(TestModule {
        name: "NSS softokn",
        path,
        parameters: Some(format!(
            "configdir='{database}' certPrefix='' keyPrefix='' dbTokenDescription='{LABEL}'"
        )),
        label: LABEL.to_owned(),
        pin: PIN.to_owned(),
        so_pin: None,
        environment: Vec::new(),
        world: Box::new(directory),
    })
}
