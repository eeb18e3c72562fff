//! kryoptic: a token in software written in Rust, on SQLite and the system's OpenSSL.

use std::path::PathBuf;

use tempfile::TempDir;

use super::{LABEL, PIN, SO_PIN, TestModule, initialise};
use crate::Outcome;

/// A fresh token.
pub fn fresh() -> Outcome<TestModule> {
    let path = std::env::var_os("INKAN_KRYOPTIC").map(PathBuf::from);
    let Some(path) = path.filter(|path| path.is_file()) else {
        return Err(
            "kryoptic is not built yet; run: cargo nextest run, which builds it first".into(),
        );
    };
    let directory = TempDir::with_prefix("inkan-kryoptic-")?;
    let conf = directory.path().join("kryoptic.conf");
    let text = format!(
        "[[slots]]\nslot = 1\ndbtype = \"sqlite\"\ndbargs = \"{}\"\n",
        directory.path().join("token.sql").display()
    );
    std::fs::write(&conf, text)?;
    let environment = vec![("KRYOPTIC_CONF", conf.into())];
    initialise(&path, &environment, "1", SO_PIN)?;
    Ok(TestModule {
        name: "kryoptic",
        path,
        parameters: None,
        label: LABEL.to_owned(),
        pin: PIN.to_owned(),
        so_pin: Some(SO_PIN.to_owned()),
        environment,
        world: Box::new(directory),
    })
}
