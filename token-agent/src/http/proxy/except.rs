//! `no_proxy`: hosts that are reached without the proxy, in the format that other programs use.

use std::net::IpAddr;

/// Names, addresses and networks.
#[derive(Debug, Clone, Default)]
pub struct Exceptions(Vec<Exception>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Exception {
    /// `*`.
    All,
    /// This name and its subdomains.
    Name(String),
    /// Addresses that share this many leading bits with this one.
    Network(IpAddr, u8),
}

impl Exceptions {
    /// Separated by commas or blanks. Invalid entries are ignored, as other programs do.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let entries = text.split([',', ' ', '\t']).map(str::trim);
        Self(entries.filter_map(Exception::parse).collect())
    }

    /// Whether `host` (a name, or an address without brackets) is one of them.
    #[must_use]
    pub fn contains(&self, host: &str) -> bool {
        self.0.iter().any(|exception| exception.matches(host))
    }
}

impl Exception {
    fn parse(entry: &str) -> Option<Self> {
        if entry == "*" {
            return Some(Self::All);
        }
        let (address, bits) = match entry.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
            None => (entry, None),
        };
        if let Ok(address) = address.trim_matches(['[', ']']).parse::<IpAddr>() {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.unwrap_or(most);
            return (bits <= most).then_some(Self::Network(address, bits));
        }
        let name = entry.trim_start_matches('.').to_ascii_lowercase();
        (!name.is_empty() && bits.is_none()).then_some(Self::Name(name))
    }

    fn matches(&self, host: &str) -> bool {
        match self {
            Self::All => true,
            Self::Name(name) => {
                let host = host.to_ascii_lowercase();
                host.strip_suffix(name.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            Self::Network(network, bits) => host
                .parse()
                .is_ok_and(|address| same_prefix(*network, address, *bits)),
        }
    }
}

fn same_prefix(one: IpAddr, other: IpAddr, bits: u8) -> bool {
    let differing = match (one, other) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
        _ => return false,
    };
    differing >= u32::from(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_addresses_and_networks() {
        let except = Exceptions::parse(
            "Bank.example, .intra.example 192.0.2.7,10.0.0.0/8,[2001:db8::]/32,,/9,x/y,1.2.3.4/99",
        );
        for host in [
            "bank.example",
            "www.BANK.example",
            "intra.example",
            "a.intra.example",
            "192.0.2.7",
            "10.255.0.1",
            "2001:db8:1::1",
        ] {
            assert!(except.contains(host), "{host}");
        }
        for host in [
            "mybank.example",
            "example",
            "192.0.2.8",
            "11.0.0.1",
            "2001:db9::1",
            "1.2.3.4",
            "x",
        ] {
            assert!(!except.contains(host), "{host}");
        }
        assert!(Exceptions::parse("*").contains("anything"));
        assert!(!Exceptions::parse("").contains("anything"));
    }
}
