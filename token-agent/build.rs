//! Puts manifest, icon and version into the program for Windows.

#[path = "assets/windows/resources.rs"]
mod resources;

fn main() {
    resources::embed("assets/windows");
}
