//! An HTTP proxy between the agent and the bank, as companies have them: `CONNECT` only, with faults on demand.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Outcome;

/// Maximum length of a request's head.
const MAX_HEAD: usize = 8 * 1024;

/// How a proxy treats its clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Connects them to anywhere.
    Open,
    /// Connects those with this user and password.
    Login(&'static str, &'static str),
    /// Responds with this status.
    Refuses(u16),
    /// Reads the request and never responds.
    Hangs,
    /// Reads the request and closes the connection.
    Drops,
}

/// A running proxy; it stops when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    targets: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
}

impl Proxy {
    /// Starts a proxy.
    pub fn start(manner: Manner) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let proxy = Self {
            address: listener.local_addr()?,
            targets: Arc::default(),
            over: Arc::default(),
        };
        let (targets, over) = (Arc::clone(&proxy.targets), Arc::clone(&proxy.over));
        thread::spawn(move || {
            for peer in listener.incoming().flatten() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (manner, targets, over) =
                    (manner.clone(), Arc::clone(&targets), Arc::clone(&over));
                // A failure of one connection ends that connection only.
                thread::spawn(move || drop(serve(peer, &manner, &targets, &over)));
            }
        });
        Ok(proxy)
    }

    /// Its address for a client; `login` is `user:password@` or empty.
    pub fn url(&self, login: &str) -> String {
        format!("http://{login}{}", self.address)
    }

    /// The requested destinations, in order.
    pub fn targets(&self) -> Vec<String> {
        self.targets.lock().map(|a| a.clone()).unwrap_or_default()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(
    mut peer: TcpStream,
    manner: &Manner,
    targets: &Mutex<Vec<String>>,
    over: &AtomicBool,
) -> Outcome {
    let head = head(&mut peer)?;
    let target = head
        .strip_prefix("CONNECT ")
        .and_then(|rest| rest.split(' ').next())
        .ok_or("not a CONNECT")?;
    if let Ok(mut targets) = targets.lock() {
        targets.push(target.to_owned());
    }
    match manner {
        Manner::Open => tunnel(peer, target),
        Manner::Login(user, password) => {
            let right = STANDARD.encode(format!("{user}:{password}"));
            if head.contains(&format!("Basic {right}\r\n")) {
                return tunnel(peer, target);
            }
            let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\n\
                           Proxy-Authenticate: Basic realm=\"company\"\r\nContent-Length: 0\r\n\r\n";
            Ok(peer.write_all(answer)?)
        }
        Manner::Refuses(status) => {
            let answer = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
            Ok(peer.write_all(answer.as_bytes())?)
        }
        Manner::Hangs => {
            while !over.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(20));
            }
            Ok(())
        }
        Manner::Drops => Ok(peer.shutdown(Shutdown::Both)?),
    }
}

fn head(peer: &mut TcpStream) -> Outcome<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= MAX_HEAD || peer.read(&mut byte)? == 0 {
            return Err("no request".into());
        }
        head.extend_from_slice(&byte);
    }
    Ok(String::from_utf8(head)?)
}

/// Copies bytes both ways, unchanged.
fn tunnel(mut peer: TcpStream, target: &str) -> Outcome {
    let mut bank = TcpStream::connect(target)?;
    peer.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut from_bank, mut to_peer) = (bank.try_clone()?, peer.try_clone()?);
    let back = thread::spawn(move || {
        let _ = std::io::copy(&mut from_bank, &mut to_peer);
        let _ = to_peer.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut peer, &mut bank);
    let _ = bank.shutdown(Shutdown::Write);
    back.join().map_err(|_| "copying")?;
    Ok(())
}
