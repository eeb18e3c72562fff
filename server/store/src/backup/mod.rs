//! Copies of the whole database while it is in use, and what is known about their content. Not here: files, encryption
//! and PostgreSQL's programs (`app::backup` of the server).
//!
//! - [`sqlite`]: a consistent copy of an embedded database
//! - [`snapshot`]: one moment of a PostgreSQL database, for `pg_dump`
//! - [`libpq`]: the URL of a PostgreSQL database for PostgreSQL's own programs
//! - [`content`]: numbers of rows and newest positions, to be compared after a restore

pub mod content;
pub mod libpq;
pub mod snapshot;
pub mod sqlite;
