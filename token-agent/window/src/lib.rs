//! The agent's native window.
