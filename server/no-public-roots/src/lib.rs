//! No public CA is trusted: this replaces the list of public CAs for TLS to the database.
#![no_std]
#![forbid(unsafe_code)]

use rustls_pki_types::TrustAnchor;

/// The public CAs for TLS servers: none.
pub const TLS_SERVER_ROOTS: &[TrustAnchor<'static>] = &[];
