//! The bank's server.

use std::process::ExitCode;

fn main() -> ExitCode {
    inkan_server::app::run()
}
