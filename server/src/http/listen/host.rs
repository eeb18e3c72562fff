//! The Host header: a request with none, with two or with an invalid one is refused (RFC 9112, section 3.2), before it
//! is processed.

use std::net::Ipv6Addr;

use axum::http::{HeaderMap, Version, header};

/// Whether a request names its host correctly.
pub(super) fn is_named(version: Version, headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::HOST).iter();
    match (values.next(), values.next()) {
        (Some(host), None) => host.to_str().is_ok_and(is_valid),
        (None, _) => version <= Version::HTTP_10,
        (Some(_), Some(_)) => false,
    }
}

/// `uri-host [":" port]` (RFC 3986, section 3.2.2), and not empty: every URL of ours has an authority.
fn is_valid(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(literal) => match literal.split_once(']') {
            Some((address, rest)) if address.parse::<Ipv6Addr>().is_ok() => (None, rest),
            _ => return false,
        },
        None => {
            let end = host.find(':').unwrap_or(host.len());
            let (name, rest) = host.split_at(end);
            (Some(name), rest)
        }
    };
    let named = name.is_none_or(|name| !name.is_empty() && name.bytes().all(is_in_a_name));
    let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    named && (port.is_empty() || port.strip_prefix(':').is_some_and(digits))
}

/// The characters of a registered name: unreserved characters, percent signs and sub-delimiters.
fn is_in_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(&byte)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn named(version: Version, hosts: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            let value = HeaderValue::from_bytes(host.as_bytes()).unwrap();
            headers.append(header::HOST, value);
        }
        is_named(version, &headers)
    }

    #[test]
    fn http_host_is_named_once_and_as_a_host() {
        let one = |host| named(Version::HTTP_11, &[host]);
        for good in [
            "bank.example",
            "bank.example:8443",
            "127.0.0.1:1",
            "[::1]:8443",
            "[2001:db8::1]",
            "x",
            "bank.example:",
        ] {
            assert!(one(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "a b",
            "a@bank.example",
            "bank.example/",
            "bank.example:x",
            ":443",
            "https://bank.example",
            "bank.example:1:2",
            "[::1",
            "[bank.example]",
            "[::1]x",
            "銀行.example",
        ] {
            assert!(!one(bad), "{bad}");
        }
        assert!(!named(Version::HTTP_11, &[]));
        assert!(!named(Version::HTTP_11, &["x", "x"]));
        assert!(named(Version::HTTP_10, &[]) && !named(Version::HTTP_10, &["x", "y"]));
    }
}
