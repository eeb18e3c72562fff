//! `inkan-hsm-driver`: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    inkan_hsm_driver::serve::main()
}
