//! The program: command line, configuration file, start and stop. Only here
//! files of the operator are read.
//!
//! - [`config`]: the configuration file

pub mod config;
