//! What `verify` reports without counting it as a finding, without prose.

/// Something that the officers should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The token with this label is meant to be offline and is not connected, so neither it nor its keys were checked.
    TokenOffline(String),
    /// The library reports another version than at the last ceremony.
    ModuleChanged {
        /// Recorded.
        recorded: String,
        /// Found.
        found: String,
    },
}
