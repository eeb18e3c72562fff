//! `inkan-agent-window`.
fn main() {}
