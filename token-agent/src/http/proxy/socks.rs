//! SOCKS5 (RFC 1928) with user name and password (RFC 1929): a connection to a host that the proxy looks up.

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
/// A proxy first makes its own connection to the bank.
const ANSWER: Duration = Duration::from_secs(10);

/// Has the proxy behind this connection lead to `origin`.
pub(super) fn ask(
    socket: &mut TcpStream,
    proxy: &Proxy,
    origin: &Origin,
) -> Result<(), ProxyFault> {
    let mut link = Link {
        socket,
        until: Instant::now() + ANSWER,
    };
    let methods: &[u8] = match proxy.login {
        Some(_) => &[NO_LOGIN, LOGIN],
        None => &[NO_LOGIN],
    };
    let count = u8::try_from(methods.len()).map_err(|_| ProxyFault::Dropped)?;
    link.say(&[&[VERSION, count], methods].concat())?;
    match (link.hear()?, &proxy.login) {
        ([VERSION, NO_LOGIN], _) => {}
        ([VERSION, LOGIN], Some((user, password))) => link.log_in(user, password.expose())?,
        ([VERSION, 0xff], None) => return Err(ProxyFault::LoginNeeded),
        ([VERSION, 0xff], Some(_)) => return Err(ProxyFault::LoginRefused),
        _ => return Err(ProxyFault::Dropped),
    }
    link.say(&request(origin)?)?;
    let [version, reply, _, kind] = link.hear()?;
    match (version, reply) {
        (VERSION, 0) => {}
        (VERSION, reply) => return Err(ProxyFault::SocksRefused { reply }),
        _ => return Err(ProxyFault::Dropped),
    }
    // The address that it speaks from is of no use to anybody, and has to be read.
    match kind {
        1 => link.hear::<6>().map(drop),
        4 => link.hear::<18>().map(drop),
        3 => {
            let [length] = link.hear()?;
            for _ in 0..usize::from(length) + 2 {
                link.hear::<1>()?;
            }
            Ok(())
        }
        _ => Err(ProxyFault::Dropped),
    }
}

fn request(origin: &Origin) -> Result<Vec<u8>, ProxyFault> {
    let host = origin.bare_host();
    let mut said = vec![VERSION, CONNECT, 0];
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            said.push(1);
            said.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            said.push(4);
            said.extend(address.octets());
        }
        Err(_) => {
            said.push(3);
            said.push(u8::try_from(host.len()).map_err(|_| ProxyFault::Dropped)?);
            said.extend(host.as_bytes());
        }
    }
    said.extend(origin.port().to_be_bytes());
    Ok(said)
}

struct Link<'a> {
    socket: &'a mut TcpStream,
    until: Instant,
}

impl Link<'_> {
    fn log_in(&mut self, user: &str, password: &str) -> Result<(), ProxyFault> {
        let mut said = Zeroizing::new(vec![1]);
        for part in [user, password] {
            said.push(u8::try_from(part.len()).map_err(|_| ProxyFault::LoginRefused)?);
            said.extend(part.as_bytes());
        }
        self.say(&said)?;
        match self.hear()? {
            [1, 0] => Ok(()),
            [1, _] => Err(ProxyFault::LoginRefused),
            _ => Err(ProxyFault::Dropped),
        }
    }

    fn say(&mut self, bytes: &[u8]) -> Result<(), ProxyFault> {
        let broken = |_| ProxyFault::Dropped;
        self.socket
            .set_write_timeout(Some(ANSWER))
            .map_err(broken)?;
        self.socket.write_all(bytes).map_err(broken)
    }

    /// Exactly so many bytes: what follows belongs to the bank.
    fn hear<const N: usize>(&mut self) -> Result<[u8; N], ProxyFault> {
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

    /// What comes of a proxy that gives these answers one after the other, and what it was told.
    fn asked(login: &str, origin: &str, answers: &[&[u8]]) -> (Result<(), ProxyFault>, Vec<u8>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers: Vec<Vec<u8>> = answers.iter().map(|a| a.to_vec()).collect();
        let peer = thread::spawn(move || {
            let (mut peer, _) = listener.accept().unwrap();
            let mut told = Vec::new();
            for answer in answers {
                let mut piece = [0; 600];
                let length = peer.read(&mut piece).unwrap();
                told.extend_from_slice(&piece[..length]);
                peer.write_all(&answer).unwrap();
            }
            told
        });
        let proxy = Proxy::parse(&Secret::new(format!("socks5://{login}{address}"))).unwrap();
        let mut socket = TcpStream::connect(address).unwrap();
        let result = ask(&mut socket, &proxy, &Origin::parse(origin).unwrap());
        drop(socket);
        (result, peer.join().unwrap())
    }

    #[test]
    fn what_the_proxy_answers_is_told_apart() {
        const BANK: &str = "https://bank.example:8443";
        let done: &[u8] = &[5, 0, 0, 1, 127, 0, 0, 1, 0, 80];
        let (result, told) = asked("", BANK, &[&[5, 0], done]);
        assert_eq!(result, Ok(()));
        let name = b"bank.example";
        let expected = [&[5, 1, 0, 5, 1, 0, 3, 12][..], name, &[0x20, 0xfb]].concat();
        assert_eq!(told, expected);

        let named: &[u8] = &[5, 0, 0, 3, 2, b'x', b'y', 0, 80];
        let (result, told) = asked(
            "us%3Aer:pw@",
            "https://192.0.2.7",
            &[&[5, 2], &[1, 0], named],
        );
        assert_eq!(result, Ok(()));
        let login = [&[5, 2, 0, 2, 1, 5][..], b"us:er", &[2], b"pw"].concat();
        let request = [5, 1, 0, 1, 192, 0, 2, 7, 1, 187];
        assert_eq!(told, [&login[..], &request].concat());

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
            assert_eq!(asked(login, BANK, answers).0, Err(expected), "{answers:?}");
        }
    }
}
