//! How many sessions a token opens at the same time.

use std::sync::Arc;

use inkan_pki::pkcs11::{Access, Module, Session, TokenInfo};

use super::report::SessionFacts;

/// Opens at most `limit` read-only sessions and closes all of them.
pub(super) fn count(module: &Arc<Module>, token: &TokenInfo, limit: u32) -> SessionFacts {
    let mut open = Vec::new();
    let mut refused = None;
    while open.len() < limit as usize {
        match Session::open(module, token, Access::ReadOnly) {
            Ok(session) => open.push(session),
            Err(error) => {
                refused = Some(error.to_string());
                break;
            }
        }
    }
    SessionFacts {
        tried: limit,
        opened: u32::try_from(open.len()).unwrap_or(limit),
        refused,
    }
}
