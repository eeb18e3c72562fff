//! SoftHSM2: the token of demo and development.

use softhsm_test_helpers::{CONF_VARIABLE, SoftHsm};

use super::{TestModule, World};
use crate::Outcome;

impl World for SoftHsm {
    /// Its files are moved away.
    fn pull(&mut self) -> Outcome<bool> {
        std::fs::rename(self.token_directory(), self.path().join("pulled"))?;
        std::fs::create_dir(self.token_directory())?;
        Ok(true)
    }

    fn put_back(&mut self) -> Outcome {
        std::fs::remove_dir_all(self.token_directory())?;
        Ok(std::fs::rename(
            self.path().join("pulled"),
            self.token_directory(),
        )?)
    }
}

/// A fresh token.
pub fn fresh() -> Outcome<TestModule> {
    let hsm = SoftHsm::new();
    let token = hsm.init_token(super::LABEL);
    Ok(TestModule {
        name: "SoftHSM2",
        path: hsm.module_path(),
        parameters: None,
        label: token.label,
        pin: token.pin,
        so_pin: Some(token.so_pin),
        environment: vec![(CONF_VARIABLE, hsm.conf_path().into())],
        world: Box::new(hsm),
    })
}
