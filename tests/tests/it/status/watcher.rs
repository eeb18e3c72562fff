//! A customer at one server with each kind of connection: an open one with a login, one that follows a page's events,
//! one of a client that tries to resume its TLS session, and a new one.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use inkan_tests::Outcome;
use inkan_tests::bank::Dev;
use inkan_tests::browser::Browser;
use inkan_tests::screens::customer;
use inkan_tests::trust::{self, Identity};
use reqwest::Url;
use rustls::client::Resumption;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, StreamOwned};
use rustls_pki_types::ServerName;

/// Time limit for a server that does not respond.
const SILENCE: Duration = Duration::from_secs(60);

/// Logged in, and ready to resume TLS sessions.
pub(super) struct Watcher {
    server: &'static str,
    dev: Dev,
    identity: Identity,
    browser: Browser,
    resuming: Arc<ClientConfig>,
}

impl Watcher {
    /// Logs in at this server.
    pub(super) fn at(
        server: &'static str,
        dev: &Dev,
        identity: &Identity,
        password: &str,
    ) -> Outcome<Self> {
        let browser = Browser::presenting(&dev.server_ca, identity)?;
        customer::log_in_with_certificate(&browser, dev, password)?.must_show("BTOP001")?;
        let mut config = trust::client(&dev.server_ca, identity)?;
        config.resumption = Resumption::default();
        let watcher = Self {
            server,
            dev: dev.clone(),
            identity: identity.clone(),
            browser,
            resuming: Arc::new(config),
        };
        // While the certificate is active, this connection works: otherwise the later refusal would prove nothing. The
        // server resumes nothing, so the token signs each time.
        for _ in 0..2 {
            let (kind, page) = watcher.knock()?;
            assert!(
                kind == HandshakeKind::Full && page.contains("BLGI002"),
                "{kind:?}: {page}"
            );
        }
        Ok(watcher)
    }

    /// Starts 更新 and follows its page; returns the time at which the stream reports the end.
    pub(super) fn follow_renewal(&self) -> Outcome<JoinHandle<Outcome<Instant>>> {
        let at = |path: &str| format!("{}{path}", self.dev.certificate);
        let confirm = self.browser.open(&at("/renew"))?.must_show("BSMS012")?;
        self.browser
            .send(&confirm, &confirm.form("/renew")?)?
            .must_show("BSMS013")?;
        let stream = self.browser.listen(&at("/renew/events"))?;
        let mut lines = BufReader::new(stream).lines();
        // It is open once it has sent the agent's progress.
        let first = lines.next().ok_or("an empty stream")??;
        assert_eq!(first, "event: progress");
        Ok(std::thread::spawn(move || {
            for line in lines {
                if line? == "event: end" {
                    return Ok(Instant::now());
                }
            }
            Err("the stream broke off without a word".into())
        }))
    }

    /// Everything that worked is refused with `code`, at the first attempt; returns how long after `since`.
    pub(super) fn must_be_refused(&self, code: &str, since: Instant) -> Outcome {
        let mut said = Vec::new();
        let top = format!("{}/top", self.dev.certificate);
        self.browser.open(&top)?.must_show(code)?;
        said.push(("open session", since.elapsed()));
        let (kind, page) = self.knock()?;
        assert_eq!(kind, HandshakeKind::Full);
        assert!(
            page.starts_with("HTTP/1.1 403") && page.contains(code),
            "{page}"
        );
        said.push(("client that would resume", since.elapsed()));
        let fresh = Browser::presenting(&self.dev.server_ca, &self.identity)?;
        let page = fresh.open(&format!("{}/login", self.dev.certificate))?;
        assert_eq!(page.status, 403);
        page.must_show(code)?;
        said.push(("new connection", since.elapsed()));
        for (what, took) in said {
            println!(
                "{code} on the {} server, {what}: {took:?} after the click",
                self.server
            );
        }
        Ok(())
    }

    /// Logs in with certificate and password, which must succeed.
    pub(super) fn may_log_in(&self, password: &str) -> Outcome {
        let browser = Browser::presenting(&self.dev.server_ca, &self.identity)?;
        customer::log_in_with_certificate(&browser, &self.dev, password)?.must_show("BTOP001")?;
        Ok(())
    }

    /// The login page over a separate connection, by a client that tries to resume its session.
    fn knock(&self) -> Outcome<(HandshakeKind, String)> {
        let url = Url::parse(&self.dev.certificate)?;
        let host = url.host_str().ok_or("no host")?.to_owned();
        let port = url.port().ok_or("no port")?;
        let socket = TcpStream::connect((host.as_str(), port))?;
        socket.set_read_timeout(Some(SILENCE))?;
        let name = ServerName::try_from(host.clone())?;
        let connection = ClientConnection::new(Arc::clone(&self.resuming), name)?;
        let mut tls = StreamOwned::new(connection, socket);
        write!(
            tls,
            "GET /login HTTP/1.1\r\nHost: {host}:{port}\r\nAccept-Language: ja\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = Vec::new();
        // The connection may end without a TLS close_notify.
        if let Err(error) = tls.read_to_end(&mut answer)
            && answer.is_empty()
        {
            return Err(error.into());
        }
        let kind = tls.conn.handshake_kind().ok_or("no handshake")?;
        Ok((kind, String::from_utf8_lossy(&answer).into_owned()))
    }
}
