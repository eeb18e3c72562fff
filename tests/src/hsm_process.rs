//! The process of a bank that has loaded the HSM's module.

use std::fs;

use crate::Outcome;
use crate::bank::Bank;

/// The process; `None` while there is none.
pub fn of(bank: &Bank) -> Outcome<Option<u32>> {
    child_of(bank.pid().ok_or("the bank is not running")?)
}

/// The same of a server's process.
pub fn child_of(server: u32) -> Outcome<Option<u32>> {
    for task in fs::read_dir(format!("/proc/{server}/task"))? {
        let children = fs::read_to_string(task?.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            if name(child.parse()?).as_deref() == Some("inkan-hsm-drive") {
                return Ok(Some(child.parse()?));
            }
        }
    }
    Ok(None)
}

/// Name of a process, as the kernel keeps it; `None` if it is gone or a zombie.
#[must_use]
pub fn name(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    (!rest.trim_start().starts_with('Z')).then(|| name.to_owned())
}
