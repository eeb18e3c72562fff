//! Compiles the windows described in `ui/` into Rust.

fn main() -> Result<(), slint_build::CompileError> {
    let configuration =
        slint_build::CompilerConfiguration::new().with_style("fluent-light".to_owned());
    slint_build::compile_with_config("ui/window.slint", configuration)
}
