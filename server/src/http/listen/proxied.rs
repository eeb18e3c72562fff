//! Load balancers that say whose connection they pass on: PROXY protocol, versions 1 and 2 (HAProxy's specification, sections 2.1 and 2.2).
//!
//! Only from the named addresses is a header read, and from them it is required: what anybody else sends is no header.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use ppp::v1;
use ppp::v2::{Addresses, Command, Header, PROTOCOL_PREFIX, Protocol};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The part of a header of version 2 before its addresses, in bytes. A header of version 1 is longer, too.
const FIXED: usize = 16;
/// Longest rest of a header of version 2, in bytes: addresses, and the additional fields that balancers send.
const LONGEST: usize = 4096;
/// Beginning, end and longest length of a header of version 1 (section 2.1).
const LINE: (&[u8], &[u8], usize) = (b"PROXY ", b"\r\n", 107);
/// Shortest prefixes of networks that may be named, for IPv4 and IPv6: a wider one is a mistake.
const SHORTEST: (u8, u8) = (8, 32);

/// The addresses of the load balancers in front of a listener.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Balancers(Vec<IpNet>);

/// Why a list of balancers cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BalancersError {
    /// Not an address or network.
    #[error("{0:?} is not an address or a network; write for example 10.0.0.7 or 10.0.0.0/28")]
    Malformed(String),
    /// A network so wide that clients are in it, too.
    #[error("{0} contains more than load balancers; name their addresses")]
    TooWide(IpNet),
}

impl TryFrom<Vec<String>> for Balancers {
    type Error = BalancersError;

    fn try_from(names: Vec<String>) -> Result<Self, BalancersError> {
        let read = |name: String| {
            let network = IpNet::from_str(&name)
                .or_else(|_| IpAddr::from_str(&name).map(IpNet::from))
                .map_err(|_| BalancersError::Malformed(name))?;
            let shortest = match network {
                IpNet::V4(_) => SHORTEST.0,
                IpNet::V6(_) => SHORTEST.1,
            };
            if network.prefix_len() < shortest {
                return Err(BalancersError::TooWide(network));
            }
            Ok(network)
        };
        names
            .into_iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl From<Balancers> for Vec<String> {
    fn from(balancers: Balancers) -> Self {
        balancers.0.iter().map(ToString::to_string).collect()
    }
}

impl Balancers {
    /// Whether a connection from there begins with a header.
    #[must_use]
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why the header of a balancer was not accepted.
#[derive(Debug, Error)]
pub(super) enum HeaderFault {
    #[error("it did not come within {0:?}")]
    Late(Duration),
    #[error("the connection ended: {0}")]
    Ended(io::ErrorKind),
    #[error("this is no header of the PROXY protocol")]
    NoHeader,
    #[error("{0} bytes are too long for a header")]
    TooLong(usize),
    #[error("{0}")]
    Malformed(String),
    #[error("it names no TCP connection over IPv4 or IPv6")]
    OtherProtocol,
}

/// Reads the header that a balancer sends first; returns the client's address, or the balancer's own for the
/// connections that it opens to see whether we are there (`LOCAL`, `UNKNOWN`).
pub(super) async fn client(
    stream: &mut (impl AsyncRead + Unpin),
    balancer: SocketAddr,
    limit: Duration,
) -> Result<SocketAddr, HeaderFault> {
    tokio::time::timeout(limit, read(stream, balancer))
        .await
        .unwrap_or(Err(HeaderFault::Late(limit)))
}

async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    balancer: SocketAddr,
) -> Result<SocketAddr, HeaderFault> {
    let mut fixed = [0; FIXED];
    stream.read_exact(&mut fixed).await?;
    if fixed.starts_with(LINE.0) {
        return line(stream, fixed.to_vec(), balancer).await;
    }
    let Some(&[_, _, high, low]) = fixed.strip_prefix(PROTOCOL_PREFIX) else {
        return Err(HeaderFault::NoHeader);
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > LONGEST {
        return Err(HeaderFault::TooLong(length));
    }
    let mut whole = fixed.to_vec();
    whole.resize(FIXED + length, 0);
    let rest = whole.get_mut(FIXED..).unwrap_or_default();
    stream.read_exact(rest).await?;
    let header = Header::try_from(&*whole).map_err(|e| HeaderFault::Malformed(e.to_string()))?;
    match (header.command, header.protocol, header.addresses) {
        (Command::Local, ..) => Ok(balancer),
        (Command::Proxy, Protocol::Stream, Addresses::IPv4(found)) => {
            Ok((found.source_address, found.source_port).into())
        }
        (Command::Proxy, Protocol::Stream, Addresses::IPv6(found)) => {
            Ok((found.source_address, found.source_port).into())
        }
        (Command::Proxy, ..) => Err(HeaderFault::OtherProtocol),
    }
}

/// A header of version 1, which is one line of text. Byte by byte: what is behind it belongs to TLS.
async fn line(
    stream: &mut (impl AsyncRead + Unpin),
    mut whole: Vec<u8>,
    balancer: SocketAddr,
) -> Result<SocketAddr, HeaderFault> {
    while !whole.ends_with(LINE.1) {
        if whole.len() >= LINE.2 {
            return Err(HeaderFault::TooLong(whole.len()));
        }
        whole.push(stream.read_u8().await?);
    }
    let header =
        v1::Header::try_from(&*whole).map_err(|e| HeaderFault::Malformed(e.to_string()))?;
    Ok(match header.addresses {
        v1::Addresses::Unknown => balancer,
        v1::Addresses::Tcp4(found) => (found.source_address, found.source_port).into(),
        v1::Addresses::Tcp6(found) => (found.source_address, found.source_port).into(),
    })
}

impl From<io::Error> for HeaderFault {
    fn from(error: io::Error) -> Self {
        Self::Ended(error.kind())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use ppp::v2::{Builder, IPv4, IPv6, Unix, Version};

    use super::*;

    const BALANCER: &str = "10.0.0.7:1000";
    const SECOND: Duration = Duration::from_secs(1);

    fn header(command: Command, protocol: Protocol, addresses: impl Into<Addresses>) -> Vec<u8> {
        let first = Version::Two | command;
        let builder = Builder::with_addresses(first, protocol, addresses);
        builder.build().unwrap()
    }

    fn v4() -> IPv4 {
        IPv4::new([192, 0, 2, 9], [10, 0, 0, 1], 4321, 443)
    }

    async fn read(mut bytes: &[u8]) -> Result<String, String> {
        let found = client(&mut bytes, BALANCER.parse().unwrap(), SECOND).await;
        let left = bytes.len();
        found
            .map(|address| format!("{address} {left}"))
            .map_err(|fault| fault.to_string())
    }

    #[tokio::test]
    async fn the_address_of_the_client_is_read_and_nothing_behind_the_header() {
        let tcp = Protocol::Stream;
        let mut bytes = header(Command::Proxy, tcp, v4());
        bytes.extend(b"\x16\x03\x01");
        assert_eq!(read(&bytes).await.unwrap(), "192.0.2.9:4321 3");
        let client: std::net::Ipv6Addr = "2001:db8::9".parse().unwrap();
        let bytes = header(Command::Proxy, tcp, IPv6::new(client, client, 4321, 443));
        assert_eq!(read(&bytes).await.unwrap(), "[2001:db8::9]:4321 0");
        // With an additional field, as balancers send them.
        let first = Version::Two | Command::Proxy;
        let with_field =
            Builder::with_addresses(first, tcp, v4()).write_tlv(2_u8, b"ib.bank.example");
        let bytes = with_field.unwrap().build().unwrap();
        assert_eq!(read(&bytes).await.unwrap(), "192.0.2.9:4321 0");
        let own = header(Command::Local, tcp, v4());
        assert_eq!(read(&own).await.unwrap(), format!("{BALANCER} 0"));
    }

    #[tokio::test]
    async fn version_1_is_one_line() {
        for (text, expected) in [
            (
                "PROXY TCP4 192.0.2.9 10.0.0.1 4321 443\r\n\x16\x03\x01",
                "192.0.2.9:4321 3",
            ),
            (
                "PROXY TCP6 2001:db8::9 2001:db8::1 4321 443\r\n",
                "[2001:db8::9]:4321 0",
            ),
            ("PROXY UNKNOWN whatever\r\n", "10.0.0.7:1000 0"),
        ] {
            assert_eq!(read(text.as_bytes()).await.unwrap(), expected, "{text}");
        }
        let endless = format!("PROXY TCP4 {}", "1".repeat(200));
        for (text, why) in [
            ("PROXY TCP4 192.0.2.9 10.0.0.1 4321 443", "ended"),
            (&endless, "too long"),
            ("PROXY TCP4 192.0.2.999 10.0.0.1 4321 443\r\n", ""),
            ("PROXY TCP4 192.0.2.9 10.0.0.1 4321\r\n", ""),
            ("PROXY UDP4 192.0.2.9 10.0.0.1 4321 443\r\n", ""),
            ("proxy TCP4 192.0.2.9 10.0.0.1 4321 443\r\n", "no header"),
        ] {
            let fault = read(text.as_bytes()).await.unwrap_err();
            assert!(fault.contains(why), "{text}: {fault}");
        }
    }

    #[tokio::test]
    async fn anything_else_is_refused() {
        let good = header(Command::Proxy, Protocol::Stream, v4());
        for end in 0..good.len() {
            let fault = read(good.get(..end).unwrap()).await.unwrap_err();
            assert!(fault.contains("ended"), "{end}: {fault}");
        }
        assert!(read(&[0x16; 64]).await.unwrap_err().contains("no header"));
        let mut long = good.clone();
        long.splice(14..16, [0xff, 0xff]);
        assert!(read(&long).await.unwrap_err().contains("65535"));
        let mut wrong = good.clone();
        wrong.splice(12..13, [0x41]);
        assert!(read(&wrong).await.is_err(), "version 4");
        // Fewer bytes than the addresses need.
        let mut short = good.get(..16 + 4).unwrap().to_vec();
        short.splice(14..16, [0, 4]);
        assert!(read(&short).await.is_err());
        for other in [
            header(Command::Proxy, Protocol::Datagram, v4()),
            header(
                Command::Proxy,
                Protocol::Stream,
                Unix::new([0; 108], [0; 108]),
            ),
        ] {
            assert!(read(&other).await.unwrap_err().contains("no TCP"));
        }
    }

    #[tokio::test]
    async fn a_balancer_that_says_nothing_is_not_waited_for() {
        let (mut ours, _theirs) = tokio::io::duplex(64);
        let fault = client(&mut ours, BALANCER.parse().unwrap(), Duration::ZERO).await;
        assert!(matches!(fault, Err(HeaderFault::Late(_))));
    }

    #[test]
    fn only_named_addresses_are_balancers() {
        let read = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            Balancers::try_from(names)
        };
        let named = read(&["10.0.0.7", "10.1.0.0/28", "2001:db8::/64"]).unwrap();
        for (address, expected) in [
            ("10.0.0.7", true),
            ("::ffff:10.0.0.7", true),
            ("10.0.0.8", false),
            ("10.1.0.15", true),
            ("10.1.0.16", false),
            ("2001:db8::1", true),
            ("2001:db8:0:1::1", false),
        ] {
            assert_eq!(
                named.contain(address.parse().unwrap()),
                expected,
                "{address}"
            );
        }
        assert!(!Balancers::default().contain("127.0.0.1".parse().unwrap()));
        for wrong in ["10.0.0", "balancer.bank.example", "10.0.0.7/33", ""] {
            assert!(matches!(read(&[wrong]), Err(BalancersError::Malformed(_))));
        }
        for wide in ["0.0.0.0/0", "10.0.0.0/7", "::/0"] {
            assert!(matches!(read(&[wide]), Err(BalancersError::TooWide(_))));
        }
    }
}
