//! Compiles the windows described in `ui/` into Rust, and puts manifest, icon and version into the program for Windows.

#[path = "../assets/windows/resources.rs"]
mod resources;

fn main() -> Result<(), slint_build::CompileError> {
    resources::embed("../assets/windows");
    let configuration =
        slint_build::CompilerConfiguration::new().with_style("fluent-light".to_owned());
    slint_build::compile_with_config("ui/window.slint", configuration)
}
