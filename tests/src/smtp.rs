//! A mail server (aiosmtpd) that keeps the messages it accepts, with configurable behaviour: `tests/smtp/catch.py`.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::Outcome;
use crate::programs;

/// How long a message may take to arrive on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// An accepted message.
#[derive(Debug, Clone, Deserialize)]
pub struct Caught {
    /// Sender of the envelope: the address for bounces.
    pub from: String,
    /// Recipients of the envelope.
    pub to: Vec<String>,
    /// Headers, decoded, in order.
    pub headers: Vec<(String, String)>,
    /// Subject, decoded.
    pub subject: String,
    /// Message-ID.
    pub message_id: String,
    /// Content type of the whole.
    #[serde(rename = "type")]
    pub kind: String,
    /// The text part, decoded.
    pub plain: String,
    /// The HTML part, decoded.
    pub html: String,
    /// The whole message, as received.
    pub raw: String,
    /// Whether the connection used TLS.
    pub tls: bool,
    /// Who logged in.
    pub login: Option<String>,
}

impl Caught {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A mail server, running or not, on a port that stays reserved.
#[derive(Debug)]
pub struct MailServer {
    process: Option<Child>,
    directory: TempDir,
    identity: Option<(PathBuf, PathBuf)>,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl MailServer {
    /// Running, accepting everything, without TLS.
    pub fn open() -> Outcome<Self> {
        Self::behaving(&Value::Null, None)
    }

    /// Running with this behaviour; with certificate and key (PEM) if it is to use TLS.
    pub fn behaving(behaviour: &Value, identity: Option<(&Path, &Path)>) -> Outcome<Self> {
        let mut server = Self {
            process: None,
            directory: TempDir::with_prefix("inkan-mail-")?,
            identity: identity.map(|(c, k)| (c.to_owned(), k.to_owned())),
            port: 0,
        };
        server.behave(behaviour)?;
        server.start()?;
        Ok(server)
    }

    /// Changes its behaviour from the next command on.
    pub fn behave(&self, behaviour: &Value) -> Outcome {
        let path = self.directory.path().join("behaviour.json");
        let new = self.directory.path().join("behaviour.new");
        let told = if behaviour.is_null() {
            "{}".to_owned()
        } else {
            behaviour.to_string()
        };
        fs::write(&new, told)?;
        Ok(fs::rename(new, path)?)
    }

    /// Stops; the accepted messages remain.
    pub fn stop(&mut self) -> Outcome {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Starts, on the same port as before.
    pub fn start(&mut self) -> Outcome {
        let mut command = Command::new(python()?);
        command
            .args(["-W", "ignore"])
            .arg(programs::repository().join("tests/smtp/catch.py"))
            .arg(self.directory.path())
            .arg(self.port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        if let Some((certificate, key)) = &self.identity {
            command.arg(certificate).arg(key);
        }
        let mut process = command.spawn()?;
        let out = process
            .stdout
            .take()
            .ok_or("no output of the mail server")?;
        self.process = Some(process);
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let port = line.trim().parse();
        self.port = port.map_err(|_| format!("the mail server did not start: {line:?}"))?;
        Ok(())
    }

    /// Every message so far, in order.
    pub fn caught(&self) -> Outcome<Vec<Caught>> {
        let mut paths: Vec<PathBuf> = fs::read_dir(self.directory.path())?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
            .filter(|path| !path.ends_with("behaviour.json"))
            .collect();
        paths.sort();
        let read =
            |path: &PathBuf| -> Outcome<Caught> { Ok(serde_json::from_slice(&fs::read(path)?)?) };
        paths.iter().map(read).collect()
    }

    /// The messages, once there are `count` of them.
    pub fn wait_for(&self, count: usize) -> Outcome<Vec<Caught>> {
        let end = Instant::now() + TIMEOUT;
        loop {
            let caught = self.caught()?;
            if caught.len() >= count {
                return Ok(caught);
            }
            if Instant::now() > end {
                let subjects: Vec<_> = caught.iter().map(|mail| &mail.subject).collect();
                return Err(format!("{count} mails awaited, came: {subjects:?}").into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

/// The interpreter that has aiosmtpd: the one beside its program.
fn python() -> Outcome<PathBuf> {
    let program = programs::tool("aiosmtpd").canonicalize();
    let program = program.map_err(|_| "aiosmtpd is missing; run: scripts/install-packages test")?;
    Ok(program.with_file_name("python3"))
}
