//! `inkan-server restore`: a backup into an empty place; `restore reconcile`: the restored database with what was published
//! since the backup.
//!
//! - [`command`]: the command line
//! - [`place`]: into an empty place, marked as restored
//! - [`reconcile`]: evidence from files, and the report

pub mod command;
pub mod place;
pub mod reconcile;
