//! For the build scripts of the agent's programs: puts manifest, icon and version into a program for Windows.

/// Compiles `agent.rc`, which is in this directory: `here`, as the build script sees it. Does nothing for other systems.
pub(crate) fn embed(here: &str) {
    println!("cargo:rerun-if-changed={here}");
    let part = |name: &str| std::env::var(format!("CARGO_PKG_VERSION_{name}")).unwrap_or_default();
    let numbers = format!(
        "VERSION={},{},{},0",
        part("MAJOR"),
        part("MINOR"),
        part("PATCH")
    );
    let dotted = format!("VERSION_DOTTED={}", env!("CARGO_PKG_VERSION"));
    let compiled = embed_resource::compile(format!("{here}/agent.rc"), [numbers, dotted]);
    if let Err(error) = compiled.manifest_required() {
        println!("cargo::error={error}");
    }
}
