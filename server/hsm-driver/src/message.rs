//! Requests, replies and their limits. One reply for each request, in order, on each connection.

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::pkcs11::key_attributes::KeyAttributes;
use inkan_pki::pkcs11::login::LoginOutcome;
use inkan_pki::pkcs11::{ErrorClass, LoginState, PinState, TokenSelector};
use inkan_pki::secret::Pin;
use serde::{Deserialize, Serialize, Serializer};
use serde_bytes::ByteBuf;

use crate::frame::Message;

/// Largest request, in bytes: a revocation list to be signed.
pub const MAX_REQUEST: usize = 64 * 1024 * 1024;
/// Largest reply, in bytes.
pub const MAX_REPLY: usize = 16 * 1024;
/// Longest text in a reply, in bytes.
pub const MAX_TEXT: usize = 1024;
/// Longest signature or public key in a reply, in bytes.
const MAX_BYTES: usize = 4096;
/// Most schemes in a reply.
const MAX_SCHEMES: usize = 16;

/// The first message on the control connection. After it come only connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Path of the module, as the system's bytes.
    #[serde(with = "serde_bytes")]
    pub module: Vec<u8>,
    /// The module may use the network.
    pub network: bool,
    /// The module may start programs.
    pub programs: bool,
}

/// One restriction of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Guard {
    /// In force.
    On,
    /// Not wanted: the module needs what it would refuse.
    Off,
    /// Wanted, and the kernel does not have it.
    Missing,
}

/// The answer to [`Start`]: what the process is kept from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// Privileges of the server, and gaining new ones by starting a program.
    pub privileges: Guard,
    /// Writing its memory to a file when it crashes.
    pub core_dumps: Guard,
    /// System calls that no module needs.
    pub system_calls: Guard,
    /// Reading, tracing and signalling other processes.
    pub processes: Guard,
    /// The network.
    pub network: Guard,
    /// Starting programs.
    pub programs: Guard,
}

impl Sandbox {
    /// Each restriction by its name in logs, metrics and documents.
    #[must_use]
    pub const fn parts(&self) -> [(&'static str, Guard); 6] {
        [
            ("privileges", self.privileges),
            ("core-dumps", self.core_dumps),
            ("system-calls", self.system_calls),
            ("processes", self.processes),
            ("network", self.network),
            ("programs", self.programs),
        ]
    }
}

/// A PIN on its way to the process. The only type that serializes one.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct WirePin(pub Pin);

impl Serialize for WirePin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl Message for Start {}

impl Message for Sandbox {}

impl Message for Reply {}

impl Message for Request {
    fn is_secret(&self) -> bool {
        matches!(self, Self::SendPin(_))
    }
}

/// A request on a session's connection.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Load and initialise the module. Answered by `Done`, also when it is loaded.
    Load,
    /// Find the token in which the sessions of this process are opened. `Done`.
    FindToken(TokenSelector),
    /// Open this connection's session. `Done`.
    Open,
    /// Who is logged in. `Login`.
    LoginState,
    /// The token's flags about the user's PIN. `Pin`.
    PinFlags,
    /// Send the user's PIN to the token, once. `LoggedIn`.
    SendPin(WirePin),
    /// Find a key by its public key (SubjectPublicKeyInfo, DER), by its label, or both. `Key`.
    FindKey {
        /// Public key.
        spki: Option<ByteBuf>,
        /// Label.
        label: Option<String>,
    },
    /// Read the attributes of the key with this public key. `Attributes`.
    ReadKey(ByteBuf),
    /// The schemes that the token offers for keys of this type. `Schemes`.
    Schemes(KeyAlgorithm),
    /// Sign. `Signature`.
    Sign {
        /// Public key of the key.
        spki: ByteBuf,
        /// Scheme.
        scheme: SignatureScheme,
        /// The whole message.
        message: ByteBuf,
    },
    /// Close this connection's session. `Done`.
    Close,
}

/// Whether the token has a key that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyAnswer {
    /// It has. With the public key, if only the label was known.
    Found(Option<ByteBuf>),
    /// It has one or more of that label, but none with the public key.
    Other,
}

/// What the token reports about a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyReport {
    /// Label.
    pub label: String,
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// Its attributes.
    pub attributes: KeyAttributes,
}

/// A reply.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    /// Success without a value.
    Done,
    /// Who is logged in.
    Login(LoginState),
    /// Flags about the PIN.
    Pin(PinState),
    /// The PIN was accepted, or not checked.
    LoggedIn(LoginOutcome),
    /// A key.
    Key(KeyAnswer),
    /// A key's attributes.
    Attributes(KeyReport),
    /// Schemes.
    Schemes(Vec<SignatureScheme>),
    /// DER for ECDSA.
    Signature(ByteBuf),
    /// The request failed.
    Failed(Failure),
}

impl Reply {
    /// False if a text, list or value is longer than any honest reply's.
    #[must_use]
    pub fn is_plausible(&self) -> bool {
        match self {
            Self::Done | Self::Login(_) | Self::Pin(_) | Self::LoggedIn(_) => true,
            Self::Key(KeyAnswer::Found(spki)) => {
                spki.as_ref().is_none_or(|spki| spki.len() <= MAX_BYTES)
            }
            Self::Key(KeyAnswer::Other) => true,
            Self::Attributes(report) => report.label.len() <= MAX_TEXT,
            Self::Schemes(schemes) => schemes.len() <= MAX_SCHEMES,
            Self::Signature(signature) => signature.len() <= MAX_BYTES,
            Self::Failed(failure) => failure.detail.len() <= MAX_TEXT,
        }
    }
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What it means.
    pub class: ErrorClass,
    /// The error's own text: names and return values, no secret.
    pub detail: String,
    /// False if the module was not called.
    pub reached_module: bool,
    /// The key requires the PIN for each use.
    pub pin_needed: bool,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn replies_longer_than_any_honest_one_are_not_plausible() {
        let failure = |length| {
            Reply::Failed(Failure {
                class: ErrorClass::Refused,
                detail: "x".repeat(length),
                reached_module: true,
                pin_needed: false,
            })
        };
        assert!(failure(MAX_TEXT).is_plausible());
        assert!(!failure(MAX_TEXT + 1).is_plausible());
        let signature = |length| Reply::Signature(ByteBuf::from(vec![0; length]));
        assert!(signature(MAX_BYTES).is_plausible());
        assert!(!signature(MAX_BYTES + 1).is_plausible());
        let key = |length| Reply::Key(KeyAnswer::Found(Some(ByteBuf::from(vec![0; length]))));
        assert!(key(MAX_BYTES).is_plausible() && !key(MAX_BYTES + 1).is_plausible());
        let schemes = |count| Reply::Schemes(vec![SignatureScheme::RsaPssSha256; count]);
        assert!(schemes(MAX_SCHEMES).is_plausible() && !schemes(MAX_SCHEMES + 1).is_plausible());
    }

    #[test]
    fn a_pin_is_not_printed_and_arrives_whole() {
        let request = Request::SendPin(WirePin(Pin::new("73519264")));
        assert!(!format!("{request:?}").contains("73519264"));
        let bytes = postcard::to_allocvec(&request).unwrap();
        let back: Request = postcard::from_bytes(&bytes).unwrap();
        assert!(matches!(back, Request::SendPin(WirePin(pin)) if pin.expose() == "73519264"));
    }
}
