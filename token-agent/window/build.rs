//! Compiles the windows described in `ui/` into Rust, and puts the manifest into the program for Windows.

const RESOURCES: &str = "../assets/windows/agent.rc";

fn main() -> Result<(), slint_build::CompileError> {
    println!("cargo:rerun-if-changed=../assets/windows");
    // Does nothing for other systems.
    if let Err(error) = embed_resource::compile(RESOURCES, embed_resource::NONE).manifest_required()
    {
        println!("cargo:error={error}");
    }
    let configuration =
        slint_build::CompilerConfiguration::new().with_style("fluent-light".to_owned());
    slint_build::compile_with_config("ui/window.slint", configuration)
}
