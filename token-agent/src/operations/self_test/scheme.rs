//! The program that opens `inkan:` links.

use super::finding::{Fault, Finding, Obstacle};
use crate::output::check::CheckId;

/// The program that opens links on this desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkProgram {
    /// The window of this agent.
    Window,
    /// This agent in a terminal.
    Terminal,
    /// The window or the terminal program of this agent in another directory.
    OtherCopy,
    /// A program that does not exist any more.
    Missing,
    /// Another program.
    Other,
    /// Another program, which the user has chosen in the settings of Windows. That takes precedence over registrations.
    Chosen,
    /// None.
    None,
    /// It cannot be read on this system.
    Unknown,
}

pub(super) fn check(program: LinkProgram) -> Finding {
    let id = CheckId::LinkScheme;
    match program {
        LinkProgram::Window => Finding::ok(id).fact("program", "inkan-agent-window"),
        LinkProgram::Terminal => Finding::ok(id).fact("program", "inkan-agent"),
        LinkProgram::Missing => Finding::failed(id, Fault::LinkProgramMissing),
        LinkProgram::OtherCopy => Finding::failed(id, Fault::LinkProgramOtherCopy),
        LinkProgram::Other => Finding::failed(id, Fault::LinkProgramOther),
        LinkProgram::Chosen => Finding::failed(id, Fault::LinkProgramChosen),
        LinkProgram::None => Finding::not_possible(id, Obstacle::NotRegistered),
        LinkProgram::Unknown => Finding::not_possible(id, Obstacle::SchemeUnknown),
    }
}
