//! SOCKS5 (RFC 1928) with user name and password (RFC 1929). The proxy resolves the bank's host name.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, TcpStream};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::Proxy;
use crate::config::bank::Origin;
use crate::error::ProxyFault;

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const LOGIN: u8 = 2;
const CONNECT: u8 = 1;
/// The proxy first establishes its own connection to the bank.
const RESPONSE: Duration = Duration::from_secs(10);

/// Has the proxy at the other end of `socket` connect to `origin`.
pub(super) fn connect(
    socket: &mut TcpStream,
    proxy: &Proxy,
    origin: &Origin,
) -> Result<(), ProxyFault> {
    let mut negotiation = Negotiation {
        socket,
        until: Instant::now() + RESPONSE,
    };
    let login = proxy.intercept.raw_auth();
    let methods: &[u8] = match login {
        Some(_) => &[NO_LOGIN, LOGIN],
        None => &[NO_LOGIN],
    };
    let count = u8::try_from(methods.len()).map_err(|_| ProxyFault::Dropped)?;
    negotiation.send(&[&[VERSION, count], methods].concat())?;
    match (negotiation.receive()?, login) {
        ([VERSION, NO_LOGIN], _) => {}
        ([VERSION, LOGIN], Some((user, password))) => {
            negotiation.log_in(user, password)?;
        }
        ([VERSION, 0xff], None) => return Err(ProxyFault::LoginNeeded),
        ([VERSION, 0xff], Some(_)) => return Err(ProxyFault::LoginRefused),
        _ => return Err(ProxyFault::Dropped),
    }
    negotiation.send(&request(origin)?)?;
    let [version, reply, _, kind] = negotiation.receive()?;
    match (version, reply) {
        (VERSION, 0) => {}
        (VERSION, reply) => return Err(ProxyFault::SocksRefused { reply }),
        _ => return Err(ProxyFault::Dropped),
    }
    // The bound address is not used, but it must be read.
    match kind {
        1 => negotiation.receive::<6>().map(drop),
        4 => negotiation.receive::<18>().map(drop),
        3 => {
            let [length] = negotiation.receive()?;
            for _ in 0..usize::from(length) + 2 {
                negotiation.receive::<1>()?;
            }
            Ok(())
        }
        _ => Err(ProxyFault::Dropped),
    }
}

fn request(origin: &Origin) -> Result<Vec<u8>, ProxyFault> {
    let host = origin.bare_host();
    let mut message = vec![VERSION, CONNECT, 0];
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            message.push(1);
            message.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            message.push(4);
            message.extend(address.octets());
        }
        Err(_) => {
            message.push(3);
            message.push(u8::try_from(host.len()).map_err(|_| ProxyFault::Dropped)?);
            message.extend(host.as_bytes());
        }
    }
    message.extend(origin.port().to_be_bytes());
    Ok(message)
}

struct Negotiation<'a> {
    socket: &'a mut TcpStream,
    until: Instant,
}

impl Negotiation<'_> {
    fn log_in(&mut self, user: &str, password: &str) -> Result<(), ProxyFault> {
        let mut message = Zeroizing::new(vec![1]);
        for part in [user, password] {
            message.push(u8::try_from(part.len()).map_err(|_| ProxyFault::LoginRefused)?);
            message.extend(part.as_bytes());
        }
        self.send(&message)?;
        match self.receive()? {
            [1, 0] => Ok(()),
            [1, _] => Err(ProxyFault::LoginRefused),
            _ => Err(ProxyFault::Dropped),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), ProxyFault> {
        let broken = |_| ProxyFault::Dropped;
        self.socket
            .set_write_timeout(Some(RESPONSE))
            .map_err(broken)?;
        self.socket.write_all(bytes).map_err(broken)
    }

    /// Reads exactly `N` bytes: the bytes that follow belong to the bank.
    fn receive<const N: usize>(&mut self) -> Result<[u8; N], ProxyFault> {
        let mut bytes = [0; N];
        let mut at = 0;
        while at < N {
            let left = self.until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ProxyFault::Timeout);
            }
            let limited = self.socket.set_read_timeout(Some(left));
            limited.map_err(|_| ProxyFault::Dropped)?;
            match self.socket.read(&mut bytes[at..]) {
                Ok(0) => return Err(ProxyFault::Dropped),
                Ok(more) => at += more,
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => return Err(ProxyFault::Timeout),
                    ErrorKind::Interrupted => {}
                    _ => return Err(ProxyFault::Dropped),
                },
            }
        }
        Ok(bytes)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use inkan_pki::secret::Secret;

    use super::*;

    /// The result of a negotiation with a proxy that sends these answers, and the bytes it received.
    fn negotiate(
        login: &str,
        origin: &str,
        answers: &[&[u8]],
    ) -> (Result<(), ProxyFault>, Vec<u8>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers: Vec<Vec<u8>> = answers.iter().map(|a| a.to_vec()).collect();
        let peer = thread::spawn(move || {
            let (mut peer, _) = listener.accept().unwrap();
            let mut received = Vec::new();
            for answer in answers {
                let mut piece = [0; 600];
                let length = peer.read(&mut piece).unwrap();
                received.extend_from_slice(&piece[..length]);
                peer.write_all(&answer).unwrap();
            }
            received
        });
        let proxy = Proxy::parse(&Secret::new(format!("socks5://{login}{address}"))).unwrap();
        let mut socket = TcpStream::connect(address).unwrap();
        let result = connect(&mut socket, &proxy, &Origin::parse(origin).unwrap());
        drop(socket);
        (result, peer.join().unwrap())
    }

    #[test]
    fn the_replies_of_the_proxy_are_distinguished() {
        const BANK: &str = "https://bank.example:8443";
        let done: &[u8] = &[5, 0, 0, 1, 127, 0, 0, 1, 0, 80];
        let (result, received) = negotiate("", BANK, &[&[5, 0], done]);
        assert_eq!(result, Ok(()));
        let name = b"bank.example";
        let expected = [&[5, 1, 0, 5, 1, 0, 3, 12][..], name, &[0x20, 0xfb]].concat();
        assert_eq!(received, expected);

        let named: &[u8] = &[5, 0, 0, 3, 2, b'x', b'y', 0, 80];
        let (result, received) = negotiate(
            "us%3Aer:pw@",
            "https://192.0.2.7",
            &[&[5, 2], &[1, 0], named],
        );
        assert_eq!(result, Ok(()));
        let login = [&[5, 2, 0, 2, 1, 5][..], b"us:er", &[2], b"pw"].concat();
        let request = [5, 1, 0, 1, 192, 0, 2, 7, 1, 187];
        assert_eq!(received, [&login[..], &request].concat());

        for (login, answers, expected) in [
            ("", &[&[5, 0xff][..]][..], ProxyFault::LoginNeeded),
            ("u:p@", &[&[5, 0xff]], ProxyFault::LoginRefused),
            ("u:p@", &[&[5, 2], &[1, 1]], ProxyFault::LoginRefused),
            (
                "",
                &[&[5, 0], &[5, 2, 0, 1]],
                ProxyFault::SocksRefused { reply: 2 },
            ),
            ("", &[&[5, 0], &[5, 0, 0, 9]], ProxyFault::Dropped),
            ("", &[&[5, 2]], ProxyFault::Dropped),
            ("", &[b"HTTP/1.1 400 X\r\n\r\n"], ProxyFault::Dropped),
            ("", &[&[]], ProxyFault::Dropped),
        ] {
            assert_eq!(
                negotiate(login, BANK, answers).0,
                Err(expected),
                "{answers:?}"
            );
        }
    }
}
