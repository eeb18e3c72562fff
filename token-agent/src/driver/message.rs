//! Questions to the process of a driver, and its answers.

use std::time::Duration;

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::secret::Pin;
use serde::{Deserialize, Serialize, Serializer};

use super::limits::Limits;
use crate::config::modules::ModuleEntry;
use crate::error::TokenError;
use crate::keystore::abilities::{Abilities, Admin, NewKey};
use crate::keystore::bytes;
use crate::keystore::content::{Content, KeyEntry, KeyRef};
use crate::keystore::places::Found;
use crate::keystore::view::PinState;

/// A PIN on its way to the driver: the one place where it is written out.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct WirePin(pub(super) Pin);

impl Serialize for WirePin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

/// A question.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Load this module and say which tokens it sees.
    Tokens(ModuleEntry),
    /// Load this module and open that token; every [`Call`] is about it from then on.
    Open(ModuleEntry, Box<Found>),
    /// About the opened token.
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
    WriteCertificate {
        key: Option<KeyRef>,
        #[serde(with = "bytes")]
        der: Vec<u8>,
        label: String,
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

/// An answer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    Tokens(Vec<Found>),
    Opened(Abilities),
    Done,
    Flag(bool),
    Pin(PinState),
    Admin(Option<Admin>),
    Content(Content),
    Key(KeyEntry),
    Schemes(Vec<SignatureScheme>),
    Signature(#[serde(with = "bytes")] Vec<u8>),
}

/// What comes back.
pub(super) type Answer = Result<Reply, TokenError>;

impl Request {
    /// How long the answer may take. `pin_pad`: a signature may wait for a person.
    pub(super) fn limit(&self, limits: &Limits, pin_pad: bool) -> Duration {
        match self {
            Self::Tokens(_) | Self::Open(..) => limits.begin,
            Self::Call(Call::Generate(_) | Call::LoginPinPad | Call::ChangePinPad) => limits.long,
            Self::Call(Call::Sign { .. }) if pin_pad => limits.long,
            Self::Call(_) => limits.usual,
        }
    }
}
