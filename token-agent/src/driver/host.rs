//! The driver's process: how it is started, and what it does.

use std::ffi::OsStr;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use super::frame::{self, Bytes};
use super::limits::Limits;
use super::message::{Call, DriverResult, Reply, Request, WireSecret};
use super::stdio;
use crate::error::TokenError;
use crate::keystore::KeyStore;

/// The hidden command-line argument that starts it.
pub const HOST_ARGUMENT: &str = "driver-host";

/// How long the module may take to close its session after the agent has exited.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// The program that is started as a driver's process. Its `main` must call [`serve_if_requested`] first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostProgram(pub PathBuf);

impl HostProgram {
    /// The running program.
    ///
    /// # Errors
    /// If the system does not know its path.
    pub fn this() -> std::io::Result<Self> {
        std::env::current_exe().map(Self)
    }
}

/// How drivers are started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The program to run.
    pub host: HostProgram,
    /// Time limits.
    pub limits: Limits,
    /// Environment variables that are never passed: the PIN of one token must not reach the driver of another.
    pub hidden: Vec<String>,
}

/// Runs as a driver's process if the program was started for that; otherwise returns `None`. `main` must call this
/// first: before it parses the command line and before it starts any thread.
#[must_use]
pub fn serve_if_requested() -> Option<ExitCode> {
    let argument = std::env::args_os().nth(1);
    if argument.as_deref() != Some(OsStr::new(HOST_ARGUMENT)) {
        return None;
    }
    stdio::disable_core_dumps();
    let served = stdio::take().map(|(input, output)| serve(input, output));
    Some(match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

/// Handles one request after another. The module is only called on this thread.
fn serve(input: File, mut output: File) {
    let (requests, queue) = channel();
    let listener = thread::Builder::new()
        .name("questions".to_owned())
        .spawn(move || listen(input, &requests));
    if listener.is_err() {
        return;
    }
    let mut store: Option<Box<dyn KeyStore>> = None;
    while let Ok(question) = queue.recv() {
        // Only the agent sends requests: invalid data ends the process.
        let Ok(request) = frame::decode::<Request>(&question) else {
            return;
        };
        drop(question);
        let reply = answer(&mut store, request);
        let sent = frame::encode(&reply).and_then(|bytes| frame::write(&mut output, &bytes));
        if sent.is_err() {
            return;
        }
    }
}

/// Reads on a separate thread, so that the exit of the agent is noticed while the module hangs.
fn listen(mut input: File, requests: &Sender<Bytes>) {
    while let Ok(Some(question)) = frame::read(&mut input) {
        if requests.send(question).is_err() {
            break;
        }
    }
    // An empty message is invalid: `serve` ends with it, closes the session and ends the process, unless the module
    // hangs.
    let _ = requests.send(Bytes::new(Vec::new()));
    thread::sleep(SHUTDOWN_TIMEOUT);
    stdio::end_now();
}

fn answer(store: &mut Option<Box<dyn KeyStore>>, request: Request) -> DriverResult {
    match request {
        Request::Tokens(source) => source.tokens().map(Reply::Tokens),
        Request::Open(source, found) => {
            let opened = source.open(&found)?;
            let capabilities = opened.capabilities();
            *store = Some(opened);
            Ok(Reply::Opened(capabilities))
        }
        Request::Call(call) => {
            let store = store.as_mut().ok_or(TokenError::Removed)?;
            about(store.as_mut(), call)
        }
    }
}

fn about(store: &mut dyn KeyStore, call: Call) -> DriverResult {
    let done = |result: Result<(), TokenError>| result.map(|()| Reply::Done);
    match call {
        Call::NeedsLogin => store.needs_login().map(Reply::Flag),
        Call::PinState => store.pin_state().map(Reply::Pin),
        Call::Login(pin) => done(store.login(&pin.0)),
        Call::LoginPinPad => done(store.login_pin_pad()),
        Call::Administration => store.required_admin().map(Reply::Admin),
        Call::Administer(secret) => done(store.authenticate_admin(&secret.0)),
        Call::Content => store.content().map(Reply::Content),
        Call::Confined(key) => store.confined(&key).map(Reply::Flag),
        Call::Generate(new) => store.generate(&new).map(Reply::Key),
        Call::OfferedSchemes(algorithm) => store.offered_schemes(algorithm).map(Reply::Schemes),
        Call::Schemes(key) => store.schemes(&key).map(Reply::Schemes),
        Call::Sign {
            key,
            scheme,
            message,
        } => store.sign(&key, scheme, &message).map(Reply::Signature),
        Call::ShareKey => store.share_key().map(Reply::ShareKey),
        Call::GenerateShareKey => store.generate_share_key().map(Reply::Key),
        Call::Agree { key, peer } => {
            let agreed = store.agree(&key, &peer);
            agreed.map(|secret| Reply::Agreed(WireSecret(secret)))
        }
        Call::WriteCertificate { key, der, label } => {
            done(store.write_certificate(key.as_ref(), &der, &label))
        }
        Call::RepairLink { key, der } => store.repair_link(&key, &der).map(Reply::Flag),
        Call::DeleteCertificate(der) => done(store.delete_certificate(&der)),
        Call::DeleteKey(key) => done(store.delete_key(&key)),
        Call::ChangePin { old, new } => done(store.change_pin(&old.0, &new.0)),
        Call::ChangePinPad => done(store.change_pin_pad()),
        Call::UnblockState => store.unblock_state().map(Reply::Pin),
        Call::Unblock { puk, new } => done(store.unblock(&puk.0, &new.0)),
    }
}
