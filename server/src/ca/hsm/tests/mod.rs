//! Against a real token.
