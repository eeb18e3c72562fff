//! `CONNECT` (RFC 9110 §9.3.6), for a separate handshake, and to find out why an exchange through the proxy failed.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::{Kind, Proxy, socks};
use crate::config::bank::Origin;
use crate::error::{BankError, ProxyFault};

const CONNECT: Duration = Duration::from_secs(10);
/// The proxy first establishes its own connection to the bank.
const RESPONSE: Duration = Duration::from_secs(10);
/// Maximum size of a response header.
const MAX_HEAD: usize = 16 * 1024;

/// A connection to `origin` through the proxy.
///
/// # Errors
/// [`BankError::Proxy`].
pub fn open(proxy: &Proxy, origin: &Origin) -> Result<TcpStream, BankError> {
    connect_through(proxy, origin).map_err(|how| BankError::Proxy {
        proxy: proxy.name(),
        how,
    })
}

/// Why the proxy does not connect to `origin`; `None` if it does.
#[must_use]
pub fn diagnose(proxy: &Proxy, origin: &Origin) -> Option<BankError> {
    open(proxy, origin).err()
}

fn connect_through(proxy: &Proxy, origin: &Origin) -> Result<TcpStream, ProxyFault> {
    let mut socket = connect(proxy).ok_or(ProxyFault::Unreachable)?;
    if proxy.kind == Kind::Socks5 {
        socks::connect(&mut socket, proxy, origin)?;
        return Ok(socket);
    }
    let target = origin.authority();
    let mut head = Zeroizing::new(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"));
    if let Some(login) = proxy.intercept.basic_auth() {
        head.push_str("Proxy-Authorization: ");
        head.push_str(login.to_str().map_err(|_| ProxyFault::Dropped)?);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    let broken = |_| ProxyFault::Dropped;
    socket.set_write_timeout(Some(CONNECT)).map_err(broken)?;
    socket.write_all(head.as_bytes()).map_err(broken)?;
    match status(&mut socket)? {
        200..=299 => Ok(socket),
        407 if proxy.has_password() => Err(ProxyFault::LoginRefused),
        407 => Err(ProxyFault::LoginNeeded),
        status => Err(ProxyFault::Refused { status }),
    }
}

fn connect(proxy: &Proxy) -> Option<TcpStream> {
    let mut addresses = proxy.name().to_socket_addrs().ok()?;
    addresses.find_map(|address| TcpStream::connect_timeout(&address, CONNECT).ok())
}

/// The status of the response. Its header is read byte by byte: the bytes that follow belong to the bank.
fn status(socket: &mut TcpStream) -> Result<u16, ProxyFault> {
    let deadline = Instant::now() + RESPONSE;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ProxyFault::Timeout);
        }
        if head.len() >= MAX_HEAD || socket.set_read_timeout(Some(left)).is_err() {
            return Err(ProxyFault::Dropped);
        }
        let mut byte = [0];
        match socket.read(&mut byte) {
            Ok(1) => head.extend_from_slice(&byte),
            Ok(_) => return Err(ProxyFault::Dropped),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut => return Err(ProxyFault::Timeout),
                ErrorKind::Interrupted => {}
                _ => return Err(ProxyFault::Dropped),
            },
        }
    }
    let line = head.split(|b| *b == b'\r').next().unwrap_or_default();
    let line = std::str::from_utf8(line).unwrap_or_default();
    let mut words = line.split(' ');
    match (words.next(), words.next().map(str::parse)) {
        (Some("HTTP/1.1" | "HTTP/1.0"), Some(Ok(status))) => Ok(status),
        _ => Err(ProxyFault::Dropped),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use inkan_pki::secret::Secret;

    use super::*;

    /// The result for a proxy that sends `answer`, and the request it received.
    fn answered(login: &str, answer: &'static [u8]) -> (Result<(), ProxyFault>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let proxy = thread::spawn(move || {
            let (mut peer, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && peer.read(&mut byte).unwrap() == 1 {
                head.push(byte[0]);
            }
            peer.write_all(answer).unwrap();
            String::from_utf8(head).unwrap()
        });
        let configured = Proxy::parse(&Secret::new(format!("http://{login}{address}"))).unwrap();
        let origin = Origin::parse("https://bank.example").unwrap();
        let result = connect_through(&configured, &origin).map(drop);
        (result, proxy.join().unwrap())
    }

    #[test]
    fn the_responses_of_the_proxy_are_distinguished() {
        let ok: &[u8] = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n";
        let (result, sent) = answered("", ok);
        assert_eq!(result, Ok(()));
        assert!(
            sent.starts_with("CONNECT bank.example:443 HTTP/1.1\r\nHost: bank.example:443\r\n")
        );
        assert!(!sent.contains("Authorization"));
        let needs: &[u8] = b"HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\n\r\n";
        assert_eq!(answered("", needs).0, Err(ProxyFault::LoginNeeded));
        let (result, sent) = answered("us%3Aer:pass@", needs);
        assert_eq!(result, Err(ProxyFault::LoginRefused));
        // us:er:pass
        assert!(sent.contains("\r\nProxy-Authorization: Basic dXM6ZXI6cGFzcw==\r\n"));
        for (answer, expected) in [
            (
                &b"HTTP/1.0 403 No\r\n\r\n"[..],
                ProxyFault::Refused { status: 403 },
            ),
            (
                b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
                ProxyFault::Refused { status: 502 },
            ),
            (b"", ProxyFault::Dropped),
            (b"HTTP/1.1 200 O", ProxyFault::Dropped),
            (b"SSH-2.0-x\r\n\r\n", ProxyFault::Dropped),
            (b"HTTP/1.1 \xff\r\n\r\n", ProxyFault::Dropped),
        ] {
            assert_eq!(answered("", answer).0, Err(expected), "{answer:?}");
        }
    }

    #[test]
    fn an_unreachable_proxy_is_named_without_its_password() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let proxy = Proxy::parse(&Secret::new(format!("http://u:geheim@{address}"))).unwrap();
        let error = diagnose(&proxy, &Origin::parse("https://bank.example").unwrap()).unwrap();
        let text = format!("{error:?}");
        assert!(
            text.contains(&address.to_string()) && !text.contains("geheim"),
            "{text}"
        );
    }
}
