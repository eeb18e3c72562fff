//! System, program, language and output.

use super::finding::{Fault, Finding};
use super::machine::Machine;
use super::platform;
use crate::catalogue::Lang;
use crate::output::check::CheckId;

pub(super) fn check(machine: &Machine, lang: Lang) -> Finding {
    let system = platform::system();
    Finding::ok(CheckId::System)
        .unless((!system.supported).then_some(Fault::SystemTooOld))
        .fact("system", system.name)
        .fact("version", system.version)
        .fact("architecture", system.architecture)
        .fact("program_architecture", std::env::consts::ARCH)
        .fact("agent", env!("CARGO_PKG_VERSION"))
        .fact("language", lang.tag())
        .fact(
            "output",
            platform::output_encoding(machine.locale.as_deref()),
        )
}
