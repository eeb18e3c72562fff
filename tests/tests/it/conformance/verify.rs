//! An independent check, by openssl, of the requests that tokens sign.

use std::process::Command;

use inkan_tests::{Outcome, programs};

/// Whether openssl accepts the request (DER).
pub(crate) fn openssl_accepts(csr: &[u8]) -> Outcome<bool> {
    let directory = tempfile::TempDir::with_prefix("inkan-csr-")?;
    let file = directory.path().join("request.der");
    std::fs::write(&file, csr)?;
    let verify = ["req", "-verify", "-noout", "-inform", "DER", "-in"];
    let said = programs::run(Command::new("openssl").args(verify).arg(file))?;
    Ok(said.well() && format!("{}{}", said.out, said.err).contains("verify OK"))
}
