//! `[[hsm.additional]]`, and what all HSMs of a configuration have in common.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::sections::{Hsm, module_memory_mib};

/// `[[hsm.additional]]`: another HSM beside that of `[hsm]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdditionalHsm {
    /// Its name in logs, metrics and findings.
    pub name: String,
    /// Its specification: it has some of the keys, or all of them.
    pub spec: PathBuf,
    /// Sessions that sign; default: as for the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<usize>,
    /// Signatures that may wait; default: as for the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<usize>,
    /// Environment variables that the module receives in addition to the usual ones.
    #[serde(default)]
    pub module_environment: Vec<String>,
    /// Environment variables that the module receives with these values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub module_variables: BTreeMap<String, String>,
    /// Whether the module may use the network; without it, as its product needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module_network: Option<bool>,
    /// Whether the module may start programs.
    #[serde(default)]
    pub module_programs: bool,
    /// Memory of the module's process beyond which it is replaced.
    #[serde(default = "module_memory_mib")]
    pub module_memory_mib: u64,
}

/// The settings of one HSM, the first one or another.
#[derive(Debug, Clone)]
pub struct HsmUnit<'a> {
    /// Where they are in the file: `hsm` or `hsm.additional[1]`.
    pub field: String,
    /// Its name.
    pub name: &'a str,
    /// Its specification.
    pub spec: &'a Path,
    /// Sessions that sign.
    pub workers: usize,
    /// Signatures that may wait.
    pub queue: usize,
    /// Names of further environment variables.
    pub module_environment: &'a [String],
    /// Environment variables with their values.
    pub module_variables: &'a BTreeMap<String, String>,
    /// Whether the module may use the network.
    pub module_network: Option<bool>,
    /// Whether the module may start programs.
    pub module_programs: bool,
    /// Memory of the module's process.
    pub module_memory_mib: u64,
}

impl Hsm {
    /// The HSM of `[hsm]` itself.
    #[must_use]
    pub fn first(&self) -> HsmUnit<'_> {
        HsmUnit {
            field: "hsm".to_owned(),
            name: &self.name,
            spec: &self.spec,
            workers: self.workers,
            queue: self.queue,
            module_environment: &self.module_environment,
            module_variables: &self.module_variables,
            module_network: self.module_network,
            module_programs: self.module_programs,
            module_memory_mib: self.module_memory_mib,
        }
    }

    /// All others, in their order.
    pub fn others(&self) -> impl Iterator<Item = HsmUnit<'_>> {
        let others = self.additional.iter().enumerate();
        others.map(|(n, one)| self.other(n, one))
    }

    fn other<'a>(&'a self, n: usize, one: &'a AdditionalHsm) -> HsmUnit<'a> {
        HsmUnit {
            field: format!("hsm.additional[{}]", n + 1),
            name: &one.name,
            spec: &one.spec,
            workers: one.workers.unwrap_or(self.workers),
            queue: one.queue.unwrap_or(self.queue),
            module_environment: &one.module_environment,
            module_variables: &one.module_variables,
            module_network: one.module_network,
            module_programs: one.module_programs,
            module_memory_mib: one.module_memory_mib,
        }
    }

    /// All HSMs, the first one first.
    pub fn units(&self) -> impl Iterator<Item = HsmUnit<'_>> {
        std::iter::once(self.first()).chain(self.others())
    }
}
