//! The HSMs of a configuration: the specification of each, its token, and which keys the server uses there.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use inkan_hsm_config::Spec;
use inkan_hsm_config::pin_source::{PinError, PinSource};
use inkan_hsm_config::shares::ShareSet;
use inkan_hsm_config::spec::{KeySpec, TokenSpec};
use inkan_pki::pkcs11::TokenSelector;

use super::{NeededKey, driver, lacks, shares, unseal_socket};
use crate::app::config::Config;
use crate::app::config::additional_hsm::HsmUnit;
use crate::app::error::AppError;
use crate::ca::hsm::{HsmConfig, HsmKey, module_environment, set_variables};

/// One HSM: its name and its specification.
pub(super) struct UnitSpec {
    pub(super) name: String,
    pub(super) file: PathBuf,
    pub(super) spec: Spec,
}

/// All of them; there is always a first one.
pub(super) struct UnitSpecs {
    pub(super) first: UnitSpec,
    pub(super) additional: Vec<UnitSpec>,
}

impl UnitSpecs {
    pub(super) fn load(config: &Config) -> Result<Self, AppError> {
        let one = |unit: HsmUnit<'_>| -> Result<UnitSpec, AppError> {
            Ok(UnitSpec {
                name: unit.name.to_owned(),
                file: unit.spec.to_owned(),
                spec: Spec::load(unit.spec)?,
            })
        };
        let additional: Result<_, _> = config.hsm.others().map(one).collect();
        Ok(Self {
            first: one(config.hsm.first())?,
            additional: additional?,
        })
    }

    /// The first one first.
    pub(super) fn all(&self) -> impl Iterator<Item = &UnitSpec> {
        std::iter::once(&self.first).chain(&self.additional)
    }

    /// Checks each HSM by itself, and that officers can unseal all whose PIN is shared.
    pub(super) fn check(&self, needed: &[NeededKey]) -> Result<(), AppError> {
        for unit in self.all() {
            unit.token(needed)?;
        }
        if shares(self.first.token(needed)?).is_some() {
            return Ok(());
        }
        for unit in &self.additional {
            if shares(unit.token(needed)?).is_some() {
                return Err(lacks(
                    &unit.file,
                    "the PIN of its token is shared among officers, and that of the first HSM is not"
                        .to_owned(),
                    "Officers unseal all HSMs at once: share the PIN of the first one too, or use another PIN source for this one.",
                ));
            }
        }
        Ok(())
    }

    /// Checks that the shared PINs have one set: officers enter shares of that, and each HSM gets the PIN that they restore.
    pub(super) fn one_set(&self, needed: &[NeededKey]) -> Result<(), AppError> {
        let Some(first) = self.first.shares(needed)? else {
            return Ok(());
        };
        for unit in &self.additional {
            if unit
                .shares(needed)?
                .is_some_and(|set| set.id() != first.id())
            {
                return Err(lacks(
                    &unit.file,
                    "the PIN of its token is shared in another set than that of the first HSM"
                        .to_owned(),
                    "Restore a copy of the first HSM's token into it, which has the same PIN, and name the same file of shares.",
                ));
            }
        }
        Ok(())
    }
}

impl UnitSpec {
    /// The keys that the server uses and this HSM has.
    fn keys<'a>(
        &'a self,
        needed: &'a [NeededKey],
    ) -> impl Iterator<Item = (&'a NeededKey, &'a KeySpec)> {
        let here = |key: &'a NeededKey| Some((key, self.key(key)?));
        needed.iter().filter_map(here)
    }

    /// The key of this name and use.
    pub(super) fn key(&self, needed: &NeededKey) -> Option<&KeySpec> {
        let found = self.spec.key(&needed.id);
        found.filter(|key| key.key_use == needed.key_use)
    }

    /// The token with all of those keys.
    pub(super) fn token(&self, needed: &[NeededKey]) -> Result<&TokenSpec, AppError> {
        let mut keys = self.keys(needed).map(|(_, key)| key);
        let first = keys.next().ok_or_else(|| {
            let next = "Add keys, or remove this HSM from the configuration.";
            lacks(
                &self.file,
                "has none of the keys that the server uses".to_owned(),
                next,
            )
        })?;
        if let Some(other) = keys.find(|key| key.token != first.token) {
            return Err(lacks(
                &self.file,
                format!("{} and {} are on two tokens", first.id, other.id),
                "Put all keys but the root's on one token.",
            ));
        }
        self.spec.token(&first.token).ok_or_else(|| {
            let problem = format!("has no token {}", first.token);
            lacks(&self.file, problem, "Add the token.")
        })
    }

    /// The set of its token's PIN, if that is shared among officers.
    fn shares(&self, needed: &[NeededKey]) -> Result<Option<ShareSet>, AppError> {
        let file = shares(self.token(needed)?);
        let set = file.map(ShareSet::load).transpose();
        Ok(set.map_err(PinError::Set)?)
    }

    /// Checks that everything read at the start can be read: the module, and the PIN if it is in a file. Nobody is
    /// prompted.
    pub(super) fn look(&self, needed: &[NeededKey]) -> Result<(), AppError> {
        self.spec.module_path()?;
        let token = self.token(needed)?;
        if let PinSource::File(_) = &token.pin {
            token.read_pin(false)?;
        }
        Ok(())
    }

    /// The settings of its pool, with its PIN.
    pub(super) fn pool(
        &self,
        config: &Config,
        settings: &HsmUnit<'_>,
        needed: &[NeededKey],
    ) -> Result<HsmConfig, AppError> {
        let token = self.token(needed)?;
        let pin = match shares(token) {
            Some(_) => {
                unseal_socket(config)?;
                None
            }
            None => Some(token.read_pin(std::io::stdin().is_terminal())?),
        };
        let keys = self.keys(needed).map(|(needed, key)| {
            let by = match &needed.spki {
                Some(spki) => HsmKey::by_public_key(&key.id, spki.clone()),
                None => HsmKey::by_label(&key.id, &key.label),
            };
            by.specified(&key.label, key.algorithm)
        });
        let listed = settings.module_environment;
        let mut environment = module_environment(std::env::vars_os(), listed);
        let own = settings.module_variables.iter();
        set_variables(
            &mut environment,
            own.map(|(name, value)| (name.into(), value.into())),
        );
        let selector = TokenSelector::Label(token.label.clone());
        let (module, keys) = (self.spec.module_path()?, keys.collect());
        Ok(HsmConfig {
            unit: self.name.clone(),
            shows_pin_flags: self.spec.shows_pin_flags(),
            workers: settings.workers,
            queue: settings.queue,
            deadline: Duration::from_millis(config.hsm.deadline_ms),
            driver: driver(config),
            environment,
            network: settings
                .module_network
                .unwrap_or(self.spec.profile().needs_network),
            programs: settings.module_programs,
            memory_limit: settings.module_memory_mib.saturating_mul(1024 * 1024),
            ..HsmConfig::new(module, selector, pin, keys)
        })
    }
}
