//! The proxy: whether one is configured, and for how many banks. No addresses.

use super::finding::{Fault, Finding};
use crate::config::bank::{Bank, Origin};
use crate::error::{Failure, SetupError};
use crate::http::proxy::ProxyConfig;
use crate::output::check::CheckId;

/// Any name that no exception lists: shows whether there is a proxy at all.
const ANY: &str = "https://self-test.invalid";

pub(super) fn check(banks: &[Bank], proxies: &ProxyConfig) -> Finding {
    let any = Origin::parse(ANY);
    let configured = any.map(|origin| proxies.for_origin(&origin));
    let used: Result<Vec<bool>, SetupError> = banks
        .iter()
        .map(|bank| Ok(proxies.for_origin(&bank.portal)?.is_some()))
        .collect();
    let used = match used {
        Ok(used) => used,
        Err(error) => {
            let cause = Failure::Setup(error).into();
            return Finding::failed(CheckId::Proxy, Fault::Proxy(cause));
        }
    };
    let through = used.iter().filter(|used| **used).count();
    Finding::ok(CheckId::Proxy)
        .fact("configured", !matches!(configured, None | Some(Ok(None))))
        .fact("banks_through_proxy", through)
        .fact("banks_direct", used.len() - through)
}
