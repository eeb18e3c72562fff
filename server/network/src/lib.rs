//! The networks to which an address belongs: whoever has one address of a network can have many.
//!
//! A provider gives a customer a /64, a /56 or a /48 of IPv6, and few people have a whole /24 of IPv4. Limits per
//! address therefore apply to each of these networks, the wider ones with a multiple.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One network: an address without its host part, and how long the prefix is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network {
    base: IpAddr,
    prefix: u8,
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}

/// Prefix lengths of these networks, narrow to wide.
const IPV4: [u8; 2] = [32, 24];
const IPV6: [u8; 3] = [64, 56, 48];

/// The networks of an address, the narrowest first. An IPv4 address in IPv6 form counts as IPv4.
#[must_use]
pub fn networks(address: IpAddr) -> Vec<Network> {
    match address.to_canonical() {
        IpAddr::V4(v4) => IPV4.iter().map(|prefix| ipv4(v4, *prefix)).collect(),
        IpAddr::V6(v6) => IPV6.iter().map(|prefix| ipv6(v6, *prefix)).collect(),
    }
}

/// The widest network of an address.
#[must_use]
pub fn widest(address: IpAddr) -> Network {
    match address.to_canonical() {
        IpAddr::V4(v4) => ipv4(v4, 24),
        IpAddr::V6(v6) => ipv6(v6, 48),
    }
}

fn ipv4(address: Ipv4Addr, prefix: u8) -> Network {
    let mask = u32::MAX
        .checked_shl(32 - u32::from(prefix))
        .unwrap_or_default();
    Network {
        base: Ipv4Addr::from_bits(address.to_bits() & mask).into(),
        prefix,
    }
}

fn ipv6(address: Ipv6Addr, prefix: u8) -> Network {
    let mask = u128::MAX
        .checked_shl(128 - u32::from(prefix))
        .unwrap_or_default();
    Network {
        base: Ipv6Addr::from_bits(address.to_bits() & mask).into(),
        prefix,
    }
}

/// Counts of something for each network; only networks with a count are stored.
#[derive(Debug, Default)]
pub struct Holdings(HashMap<Network, usize>);

impl Holdings {
    /// The first of `networks` that may not hold one more: the narrowest may hold `each`, every wider one twice as many
    /// as the one within it.
    #[must_use]
    pub fn full(&self, networks: &[Network], each: usize) -> Option<Network> {
        let mut limit = each;
        for network in networks {
            if self.count(*network) >= limit {
                return Some(*network);
            }
            limit = limit.saturating_mul(2);
        }
        None
    }

    /// Adds one for each of them.
    pub fn add(&mut self, networks: &[Network]) {
        for network in networks {
            *self.0.entry(*network).or_insert(0) += 1;
        }
    }

    /// Subtracts one for each of them.
    pub fn remove(&mut self, networks: &[Network]) {
        for network in networks {
            if let Some(count) = self.0.get_mut(network) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    self.0.remove(network);
                }
            }
        }
    }

    /// Their counts, the widest first: of two clients, the one with the greater counts must give something up.
    #[must_use]
    pub fn weight(&self, networks: &[Network]) -> [usize; 3] {
        let mut weight = [0; 3];
        for (count, network) in weight.iter_mut().zip(networks.iter().rev()) {
            *count = self.count(*network);
        }
        weight
    }

    /// Whether all counts are zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn count(&self, network: Network) -> usize {
        self.0.get(&network).copied().unwrap_or(0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(address: &str) -> Vec<Network> {
        networks(address.parse().unwrap())
    }

    fn text(address: &str) -> Vec<String> {
        of(address).iter().map(Network::to_string).collect()
    }

    #[test]
    fn an_address_belongs_to_networks_of_growing_width() {
        assert_eq!(
            text("2001:db8:1:2345:6789::1"),
            [
                "2001:db8:1:2345::/64",
                "2001:db8:1:2300::/56",
                "2001:db8:1::/48"
            ]
        );
        assert_eq!(text("192.0.2.77"), ["192.0.2.77/32", "192.0.2.0/24"]);
        assert_eq!(text("::ffff:192.0.2.77"), text("192.0.2.77"));
        let narrow_to_wide = of("2001:db8:1:2345::1");
        assert_eq!(
            widest("2001:db8:1:ffff::9".parse().unwrap()),
            *narrow_to_wide.last().unwrap()
        );
    }

    #[test]
    fn a_wider_network_holds_a_multiple_and_no_more() {
        let mut held = Holdings::default();
        let mut taken = 0;
        // A new /64 for each: all of one /48.
        for n in 0..100u16 {
            let one = of(&format!("2001:db8:1:{n:x}::1"));
            if held.full(&one, 3).is_none() {
                held.add(&one);
                taken += 1;
            }
        }
        assert_eq!(taken, 6, "one /56");
        for n in 0..100u16 {
            let one = of(&format!("2001:db8:1:{:x}::1", n << 8));
            if held.full(&one, 3).is_none() {
                held.add(&one);
                taken += 1;
            }
        }
        assert_eq!(taken, 12, "one /48");
        assert_eq!(held.full(&of("2001:db8:2::1"), 3), None);
        held.remove(&of("2001:db8:1:0::1"));
        assert_eq!(held.full(&of("2001:db8:1:ff00::1"), 3), None);
    }

    #[test]
    fn what_is_given_back_is_forgotten() {
        let mut held = Holdings::default();
        let (one, other) = (of("192.0.2.1"), of("192.0.2.2"));
        held.add(&one);
        held.add(&other);
        held.add(&one);
        assert!(held.weight(&one) > held.weight(&other));
        assert_eq!(held.weight(&other), [3, 1, 0]);
        for networks in [&one, &other, &one] {
            held.remove(networks);
        }
        assert!(held.is_empty());
    }
}
