//! Requests to the driver's process, and its replies.

use std::time::Duration;

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::officer::{AgreedSecret, ShareKeyPoint};
use inkan_pki::secret::Pin;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::limits::Limits;
use super::source::Source;
use crate::error::TokenError;
use crate::keystore::bytes;
use crate::keystore::capabilities::{Admin, Capabilities, NewKey};
use crate::keystore::content::{Content, KeyEntry, KeyRef};
use crate::keystore::discovery::FoundToken;
use crate::keystore::view::PinState;

/// A PIN sent to the driver. This is the only type that serializes a PIN.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct WirePin(pub(super) Pin);

impl Serialize for WirePin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

/// A secret that the token has agreed on, sent to the agent. This is the only type that serializes one.
#[derive(Debug)]
pub(super) struct WireSecret(pub(super) AgreedSecret);

impl Serialize for WireSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        bytes::serialize(self.0.expose(), serializer)
    }
}

impl<'de> Deserialize<'de> for WireSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let secret = Zeroizing::new(bytes::deserialize(deserializer)?);
        let secret = AgreedSecret::new(&secret);
        secret
            .map(Self)
            .ok_or_else(|| D::Error::custom("not a coordinate"))
    }
}

/// A request.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// List the tokens of this source.
    Tokens(Source),
    /// Open this token of this source; every later [`Call`] refers to it.
    Open(Source, Box<FoundToken>),
    /// A call on the open token.
    Call(Call),
}

/// The methods of [`KeyStore`](crate::keystore::KeyStore).
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Call {
    NeedsLogin,
    PinState,
    Login(WirePin),
    LoginPinPad,
    Administration,
    Administer(WirePin),
    Content,
    Confined(KeyRef),
    Generate(NewKey),
    OfferedSchemes(KeyAlgorithm),
    Schemes(KeyRef),
    Sign {
        key: KeyRef,
        scheme: SignatureScheme,
        #[serde(with = "bytes")]
        message: Vec<u8>,
    },
    ShareKey,
    GenerateShareKey,
    Agree {
        key: KeyRef,
        peer: ShareKeyPoint,
    },
    WriteCertificate {
        key: Option<KeyRef>,
        #[serde(with = "bytes")]
        der: Vec<u8>,
        label: String,
    },
    RepairLink {
        key: KeyRef,
        #[serde(with = "bytes")]
        der: Vec<u8>,
    },
    DeleteCertificate(#[serde(with = "bytes")] Vec<u8>),
    DeleteKey(KeyRef),
    ChangePin {
        old: WirePin,
        new: WirePin,
    },
    ChangePinPad,
    UnblockState,
    Unblock {
        puk: WirePin,
        new: WirePin,
    },
}

/// A reply.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    Tokens(Vec<FoundToken>),
    Opened(Capabilities),
    Done,
    Flag(bool),
    Pin(PinState),
    Admin(Option<Admin>),
    Content(Content),
    Key(KeyEntry),
    Schemes(Vec<SignatureScheme>),
    Signature(#[serde(with = "bytes")] Vec<u8>),
    ShareKey(Option<KeyEntry>),
    Agreed(WireSecret),
}

/// The result of a request.
pub(super) type DriverResult = Result<Reply, TokenError>;

impl Request {
    /// Time limit for the reply. `asks`: the use of a key may wait for a user, at a keypad or a prompt of Windows.
    pub(super) fn limit(&self, limits: &Limits, asks: bool) -> Duration {
        match self {
            Self::Tokens(_) | Self::Open(..) => limits.begin,
            Self::Call(
                Call::Generate(_) | Call::GenerateShareKey | Call::LoginPinPad | Call::ChangePinPad,
            ) => limits.long,
            Self::Call(Call::Sign { .. } | Call::Agree { .. } | Call::DeleteKey(_)) if asks => {
                limits.long
            }
            Self::Call(_) => limits.usual,
        }
    }
}
