//! The process of a bank that has loaded the HSM's module.

use std::fs;

use crate::Outcome;
use crate::bank::Bank;

/// The process; `None` while there is none.
pub fn of(bank: &Bank) -> Outcome<Option<u32>> {
    Ok(all_of(bank)?.into_iter().next())
}

/// All of them: one for each HSM.
pub fn all_of(bank: &Bank) -> Outcome<Vec<u32>> {
    children_of(bank.pid().ok_or("the bank is not running")?)
}

/// The process of a server with one HSM.
pub fn child_of(server: u32) -> Outcome<Option<u32>> {
    Ok(children_of(server)?.into_iter().next())
}

fn children_of(server: u32) -> Outcome<Vec<u32>> {
    let mut found = Vec::new();
    for task in fs::read_dir(format!("/proc/{server}/task"))? {
        let children = fs::read_to_string(task?.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            if name(child.parse()?).as_deref() == Some("inkan-hsm-drive") {
                found.push(child.parse()?);
            }
        }
    }
    Ok(found)
}

/// Name of a process, as the kernel keeps it; `None` if it is gone or a zombie.
#[must_use]
pub fn name(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    (!rest.trim_start().starts_with('Z')).then(|| name.to_owned())
}
