//! Two listeners on one address, of which only the first would start; two with one URL, which browsers could not
//! distinguish.

use std::net::{IpAddr, SocketAddr};

use super::finding::{Code, Finding};
use crate::app::config::Config;

const BIND_NEXT: &str = "Give each listener its own port or address.";
const URL_NEXT: &str = "Give each listener its own host or port.";

pub(super) fn find(config: &Config) -> Vec<Finding> {
    let binds = [
        ("portal", config.portal.bind),
        ("certificate", config.certificate.bind),
        ("staff", config.staff.bind),
        ("public", config.public.bind),
        ("operations", config.operations.bind),
    ];
    let mut found = pairs(
        &binds,
        |a, b| covers(*a, *b),
        |(name, address), other| {
            let problem = format!("{address} is already used by {other}.bind");
            Finding::new(
                Code::AddressTaken,
                &format!("{name}.bind"),
                &problem,
                BIND_NEXT,
            )
        },
    );
    let urls = [
        ("portal", &config.portal.url),
        ("certificate", &config.certificate.url),
        ("staff", &config.staff.url),
    ];
    let same = |a: &&String, b: &&String| origin(a) == origin(b);
    found.extend(pairs(&urls, same, |(name, url), other| {
        let problem = format!("{url} is also {other}.url");
        Finding::new(Code::UrlTaken, &format!("{name}.url"), &problem, URL_NEXT)
    }));
    found
}

/// A finding for each that equals an earlier one.
fn pairs<T>(
    all: &[(&'static str, T)],
    same: impl Fn(&T, &T) -> bool,
    finding: impl Fn(&(&'static str, T), &str) -> Finding,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, one) in all.iter().enumerate() {
        let before = all.get(..place).unwrap_or_default();
        let taken = before.iter().find(|other| same(&one.1, &other.1));
        found.extend(taken.map(|other| finding(one, other.0)));
    }
    found
}

/// Whether the system refuses the second of the two: the same port, and addresses of which one contains the other. The
/// unspecified address of IPv6 includes IPv4's. The system chooses a port of 0.
fn covers(a: SocketAddr, b: SocketAddr) -> bool {
    let (first, second) = (a.ip().to_canonical(), b.ip().to_canonical());
    let contains = |one: IpAddr, other: IpAddr| match one {
        IpAddr::V4(one) => one.is_unspecified() && other.is_ipv4(),
        IpAddr::V6(one) => one.is_unspecified(),
    };
    a.port() != 0
        && a.port() == b.port()
        && (first == second || contains(first, second) || contains(second, first))
}

/// Scheme, host and port, each as browsers compare them.
pub(super) fn origin(url: &str) -> String {
    let url = url.to_ascii_lowercase();
    let usual = if url.starts_with("https:") {
        ":443"
    } else {
        ":80"
    };
    url.strip_suffix(usual).unwrap_or(&url).to_owned()
}
