//! Puts the manifest into the program for Windows.

const RESOURCES: &str = "assets/windows/agent.rc";

fn main() {
    println!("cargo:rerun-if-changed=assets/windows");
    // Does nothing for other systems.
    if let Err(error) = embed_resource::compile(RESOURCES, embed_resource::NONE).manifest_required()
    {
        println!("cargo:error={error}");
    }
}
