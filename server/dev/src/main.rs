//! A whole bank for development and tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    inkan_dev::run()
}
