//! Proxies: a SOCKS proxy connects to the bank; an unusable proxy stops only what would go through it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::harness::customer::{Run, finish};
use super::harness::{Bank, Customer};

/// A SOCKS5 proxy on threads, for clients with this login.
struct Socks {
    address: SocketAddr,
    /// The ports it connected to.
    led: Arc<Mutex<Vec<u16>>>,
}

impl Socks {
    fn start(login: Option<(&'static str, &'static str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let led = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&led);
        thread::spawn(move || {
            for peer in listener.incoming().flatten() {
                let seen = Arc::clone(&seen);
                thread::spawn(move || serve(peer, login, &seen));
            }
        });
        Self { address, led }
    }

    fn url(&self, scheme: &str, login: &str) -> String {
        format!("{scheme}://{login}{}", self.address)
    }
}

fn take<const N: usize>(peer: &mut TcpStream) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    peer.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn text(peer: &mut TcpStream) -> Option<String> {
    let [length] = take(peer)?;
    let mut bytes = vec![0; usize::from(length)];
    peer.read_exact(&mut bytes).ok()?;
    String::from_utf8(bytes).ok()
}

/// A peer that disconnects is not a failure here.
fn serve(mut peer: TcpStream, login: Option<(&str, &str)>, led: &Mutex<Vec<u16>>) -> Option<()> {
    let [5, count] = take(&mut peer)? else {
        return None;
    };
    let mut methods = vec![0; usize::from(count)];
    peer.read_exact(&mut methods).ok()?;
    match login {
        Some(_) if !methods.contains(&2) => return peer.write_all(&[5, 0xff]).ok(),
        Some((user, password)) => {
            peer.write_all(&[5, 2]).ok()?;
            let [_] = take(&mut peer)?;
            let given = (text(&mut peer)?, text(&mut peer)?);
            if (given.0.as_str(), given.1.as_str()) != (user, password) {
                return peer.write_all(&[1, 1]).ok();
            }
            peer.write_all(&[1, 0]).ok()?;
        }
        None => peer.write_all(&[5, 0]).ok()?,
    }
    let [5, 1, 0, kind] = take(&mut peer)? else {
        return None;
    };
    let host = match kind {
        1 => std::net::Ipv4Addr::from(take::<4>(&mut peer)?).to_string(),
        3 => text(&mut peer)?,
        _ => return None,
    };
    let port = u16::from_be_bytes(take(&mut peer)?);
    led.lock().unwrap().push(port);
    let mut bank = TcpStream::connect((host.as_str(), port)).ok()?;
    peer.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).ok()?;
    let (mut from, mut to) = (bank.try_clone().ok()?, peer.try_clone().ok()?);
    let back = thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut peer, &mut bank);
    let _ = bank.shutdown(Shutdown::Write);
    back.join().ok()
}

fn with(customer: &Customer, args: &[&str], variable: &str, value: &str) -> Run {
    let mut command = customer.command(args);
    command.env(variable, value);
    finish(command, "")
}

fn follow(bank: &Bank, customer: &Customer, variable: &str, value: &str) -> Run {
    let link = bank.link();
    let args = [
        "open",
        &link,
        "--yes",
        "--pin-env",
        "PIN",
        "--retry-for",
        "0",
    ];
    with(customer, &args, variable, value)
}

#[test]
fn a_socks_proxy_connects_to_the_bank_with_end_to_end_tls() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let proxy = Socks::start(Some(("taro", "p:ss")));
    let run = follow(
        &bank,
        &customer,
        "all_proxy",
        &proxy.url("socks", "taro:p%3Ass@"),
    );
    assert_eq!(run.code, 0, "{run:?}");
    let led = proxy.led.lock().unwrap().clone();
    assert!(led.contains(&bank.portal_port), "{led:?}");
    // `verify` makes its own handshake.
    let verify = ["verify", "kenmin", "--pin-env", "PIN"];
    let url = proxy.url("socks5", "taro:p%3Ass@");
    let run = with(&customer, &verify, "ALL_PROXY", &url);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(proxy.led.lock().unwrap().len() > led.len() + 1);

    for (login, code) in [
        ("", "proxy-login-needed"),
        ("taro:geheim@", "proxy-login-refused"),
    ] {
        let run = follow(
            &bank,
            &customer,
            "https_proxy",
            &proxy.url("socks5h", login),
        );
        assert_eq!(run.failure(), (14, code.to_owned()));
        assert!(!format!("{run:?}").contains("geheim"), "{run:?}");
    }
}

#[test]
fn an_unusable_proxy_stops_only_the_connections_that_would_use_it() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    for (variable, value) in [
        ("all_proxy", "socks4://taro:geheim@127.0.0.1:1"),
        ("https_proxy", "https://taro:geheim@127.0.0.1:1"),
        ("ALL_PROXY", "geheim"),
    ] {
        for offline in [
            &["bank", "list"][..],
            &["module", "list"],
            &["list", "--login", "--pin-env", "PIN"],
        ] {
            let run = with(&customer, offline, variable, value);
            assert_eq!(run.code, 0, "{variable} {offline:?}: {run:?}");
        }
        let run = follow(&bank, &customer, variable, value);
        assert_eq!(run.failure(), (5, "file-field".to_owned()));
        assert!(
            run.result()["sentence"]
                .as_str()
                .unwrap()
                .contains(variable)
        );
        assert!(!format!("{run:?}").contains("geheim"), "{run:?}");
        assert!(!bank.state().picked_up);
    }
    // Hosts that are reached without the proxy still work.
    let link = bank.link();
    let args = ["open", &link, "--yes", "--pin-env", "PIN"];
    let mut command = customer.command(&args);
    command
        .env("all_proxy", "socks4://127.0.0.1:1")
        .env("no_proxy", "127.0.0.1");
    assert_eq!(finish(command, "").code, 0);
}
