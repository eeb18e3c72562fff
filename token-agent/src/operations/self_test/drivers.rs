//! The token drivers: those in use, and known ones that are installed. Each is loaded in a separate process. Only the ids
//! of known drivers are reported, no names and paths.

use serde_json::{Value, json};

use super::finding::{Cause, Fault, Finding, Obstacle};
use crate::config::known;
use crate::config::modules::{self, ModuleEntry};
use crate::error::Failure;
use crate::operations::Context;
use crate::output::check::CheckId;

/// In place of the name of an unknown driver.
const OTHER: &str = "other";

pub(super) fn check(context: &Context) -> Finding {
    let id = CheckId::Drivers;
    let drivers = match modules::load(&context.config) {
        Ok(drivers) => drivers,
        Err(error) => {
            let cause = Failure::Setup(error).into();
            return Finding::failed(id, Fault::Setup(cause));
        }
    };
    let mut entries = drivers.modules;
    for entry in modules::installed() {
        if entries.iter().all(|other| other.path != entry.path) {
            entries.push(entry);
        }
    }
    if entries.is_empty() {
        return Finding::not_possible(id, Obstacle::NoDriver).fact("piv", drivers.piv);
    }
    let tried: Vec<(Value, bool)> = entries
        .iter()
        .map(|entry| try_one(entry, context))
        .collect();
    let failed = tried.iter().any(|(_, loads)| !loads);
    let shown: Vec<Value> = tried.into_iter().map(|(shown, _)| shown).collect();
    Finding::ok(id)
        .unless(failed.then_some(Fault::Drivers))
        .fact("piv", drivers.piv)
        .fact("from_file", drivers.from_file)
        .fact("drivers", shown)
}

fn try_one(entry: &ModuleEntry, context: &Context) -> (Value, bool) {
    let name = known::of(&entry.path).map_or(OTHER, |known| known.id);
    match context.provider.try_module(entry) {
        Ok(()) => (json!({ "driver": name, "loads": true }), true),
        Err(error) => {
            let code = Cause::from(error).code;
            (
                json!({ "driver": name, "loads": false, "code": code }),
                false,
            )
        }
    }
}
