//! What was found. The JSON is stable: fields are added, and `schema` changes when one changes its meaning.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The result of a probe, as `inkan-hsm probe --json` prints it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProbeReport {
    /// 1.
    pub schema: u32,
    /// When it began.
    pub at: Timestamp,
    /// The module.
    pub module: PathBuf,
    /// What the library reports about itself.
    pub library: Option<LibraryFacts>,
    /// All tokens.
    pub tokens: Vec<TokenFacts>,
    /// Label of the token of the parts below.
    pub token: Option<String>,
    /// How many sessions it opened.
    pub sessions: Option<SessionFacts>,
    /// Each kind of key.
    pub keys: Vec<KeyFacts>,
    /// After an idle time.
    pub idle: Option<IdleFacts>,
    /// Profiles that fit.
    pub profiles: Vec<FittingProfile>,
    /// What contradicts the specification.
    pub contradictions: Vec<Contradiction>,
    /// Why it ended early.
    pub stopped: Option<Stopped>,
}

/// `C_GetInfo`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named as in PKCS#11")]
pub struct LibraryFacts {
    pub manufacturer: String,
    pub description: String,
    pub version: String,
    pub cryptoki: String,
}

/// `C_GetTokenInfo`, `C_GetMechanismList`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named as in PKCS#11")]
pub struct TokenFacts {
    pub slot: u64,
    pub slot_name: String,
    pub label: String,
    pub serial: String,
    pub manufacturer: String,
    pub model: String,
    pub hardware: String,
    pub firmware: String,
    pub readable: bool,
    pub initialized: bool,
    pub write_protected: bool,
    pub login_required: bool,
    pub pin_pad: bool,
    /// `no-flag`, `count-low`, `final-try`, `locked`, `not-set`.
    pub pin: String,
    /// Likewise.
    pub so_pin: String,
    pub min_pin: usize,
    pub max_pin: usize,
    pub mechanisms: Vec<MechanismReport>,
    /// For each kind of key.
    pub suitability: Vec<Suitability>,
}

/// `C_GetMechanismInfo`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named as in PKCS#11")]
pub struct MechanismReport {
    pub name: String,
    pub code: u64,
    pub smallest_key: usize,
    pub largest_key: usize,
    pub flags: Vec<String>,
}

/// Whether the reported mechanisms suffice for a kind of key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suitability {
    /// As in a specification.
    pub algorithm: String,
    /// What is missing: `generation`, `size`, `signing`.
    pub lacks: Option<String>,
    /// Signature schemes.
    pub schemes: Vec<String>,
}

/// Sessions opened at the same time. All of them were closed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionFacts {
    /// How many were tried at most.
    pub tried: u32,
    /// How many were open at the same time.
    pub opened: u32,
    /// Why the next one was refused; nothing when the number tried was reached.
    pub refused: Option<String>,
}

/// One kind of key, made in a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyFacts {
    /// As in a specification.
    pub algorithm: String,
    /// Microseconds of the generation; nothing when it was refused.
    pub generated_us: Option<u64>,
    /// Why it was refused.
    pub refused: Option<String>,
    /// Which attributes of the private key's template the token accepts. Only for the first kind of key that it generates.
    pub templates: Vec<TemplateFacts>,
    /// Signing.
    pub sign: Option<SignFacts>,
}

/// A template that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateFacts {
    /// `everything`, `nothing`, or one attribute and its value.
    pub template: String,
    /// Why it was refused.
    pub refused: Option<String>,
}

/// How fast a key signs, one call after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignFacts {
    /// The scheme.
    pub scheme: String,
    /// How many signatures.
    pub calls: u32,
    /// Half of the calls took at most as many microseconds.
    pub p50_us: u64,
    /// 99 of 100 calls did.
    pub p99_us: u64,
    /// The slowest.
    pub max_us: u64,
    /// Why it ended before all calls were made.
    pub refused: Option<String>,
}

/// A session after an idle time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleFacts {
    /// How long.
    pub seconds: u64,
    /// Whether the session was alive afterwards.
    pub alive: bool,
    /// Its error, if it was not.
    pub error: Option<String>,
    /// Whether the login was still there; nothing without a login.
    pub logged_in: Option<bool>,
    /// Whether a signature succeeded; nothing without a key.
    pub signed: Option<bool>,
    /// Whether a new session could be opened.
    pub reopened: bool,
}

/// A profile that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FittingProfile {
    /// Its name in a specification.
    pub profile: String,
    /// Why.
    pub reason: String,
}

/// Something that contradicts the specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// Field of the specification.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// What it is.
    pub sentence: String,
}

/// Why a probe ended early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// In which phase.
    pub phase: String,
    /// Stable code.
    pub code: String,
    /// What happened.
    pub sentence: String,
    /// What to do next.
    pub next: String,
    /// A PIN could not be read, was refused, was withheld or got an unclear answer.
    pub pin: bool,
}
