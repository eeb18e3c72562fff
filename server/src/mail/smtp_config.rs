//! The bank as a sender of mail.

use std::fmt;
use std::time::Duration;

use inkan_pki::secret::Secret;
use jiff::SignedDuration;
use lettre::Address;
use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};

use super::return_path::ReturnPath;

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// TLS after STARTTLS, or nothing is sent.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// None; for a mail server on this machine.
    None,
}

/// The mail server.
pub struct Server {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection of the connection.
    pub protection: Protection,
    /// PEM: the CAs trusted for its certificate; otherwise those of this system.
    pub roots: Option<Vec<u8>>,
    /// User and password.
    pub login: Option<(String, Secret)>,
}

/// What a message says about the bank, in one language.
#[derive(Debug, Clone)]
pub struct Contact {
    /// The bank's name; also the sender's.
    pub bank: String,
    /// The help desk's name.
    pub desk: String,
    /// Its telephone number.
    pub telephone: String,
    /// Its opening hours.
    pub hours: Vec<String>,
}

/// Everything needed to send the bank's mail.
pub struct SmtpConfig {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) protection: Protection,
    pub(super) tls: Option<TlsParameters>,
    pub(super) login: Option<(String, Secret)>,
    /// Sender.
    pub from: Address,
    /// Address for replies.
    pub reply_to: Option<Address>,
    /// Address for bounces.
    pub return_path: ReturnPath,
    /// The bank, in Japanese and English.
    pub contact: (Contact, Contact),
    /// Longest wait for one step of the mail server.
    pub timeout: Duration,
    /// A message that could not be sent for this long is given up.
    pub give_up: SignedDuration,
}

/// Addresses, texts and limits of an [`SmtpConfig`].
pub struct Sender {
    /// Sender.
    pub from: Address,
    /// Address for replies.
    pub reply_to: Option<Address>,
    /// Address for bounces.
    pub return_path: ReturnPath,
    /// The bank, in Japanese and English.
    pub contact: (Contact, Contact),
    /// Longest wait for one step of the mail server.
    pub timeout: Duration,
    /// A message that could not be sent for this long is given up.
    pub give_up: SignedDuration,
}

impl SmtpConfig {
    /// Combines the parts.
    ///
    /// # Errors
    /// The problem with the certificates in `roots`, as text.
    pub fn new(server: Server, sender: Sender) -> Result<Self, String> {
        let tls = match server.protection {
            Protection::None => None,
            Protection::Starttls | Protection::Implicit => {
                let builder = TlsParameters::builder(server.host.clone());
                let builder = match &server.roots {
                    None => builder.certificate_store(CertificateStore::Default),
                    Some(pem) => builder
                        .certificate_store(CertificateStore::None)
                        .add_root_certificate(
                            Certificate::from_pem(pem).map_err(|e| e.to_string())?,
                        ),
                };
                Some(builder.build_rustls().map_err(|e| e.to_string())?)
            }
        };
        Ok(Self {
            host: server.host,
            port: server.port,
            protection: server.protection,
            tls,
            login: server.login,
            from: sender.from,
            reply_to: sender.reply_to,
            return_path: sender.return_path,
            contact: sender.contact,
            timeout: sender.timeout,
            give_up: sender.give_up,
        })
    }
}

/// Omits the login.
impl fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Office")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("protection", &self.protection)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}
