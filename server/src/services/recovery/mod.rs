//! A database that is older than what the bank has published: detected, and reconciled after a restore.
//!
//! Not here: files and programs (`app::backup`, `app::rollback`), which give their content to these functions.
//!
//! - [`high_water`]: how far the database had come, kept outside of it
//! - [`regression`]: what shows that a database is older
//! - [`evidence`]: what is known about the lost time; [`export`]: an audit export that continues the database's log
//! - [`reconcile`]: what was revoked stays revoked, numbers continue, and the rest is listed
//! - `numbers`: CRL numbers and status changes continue after the published ones
//! - `mark`: marks a database as restored
//! - `certificates`: changes of single certificates; `uncertain`: those whose state nobody knows
//! - [`report`]: what was done

mod certificates;
pub mod evidence;
pub mod export;
pub mod high_water;
mod mark;
mod numbers;
pub mod reconcile;
pub mod regression;
pub mod report;
mod uncertain;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

pub use evidence::{Evidence, EvidenceFault};
pub use high_water::HighWater;
pub use regression::Regression;
pub use report::Report;
