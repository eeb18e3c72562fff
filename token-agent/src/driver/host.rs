//! The process of a driver: where it is started from, and what it does.

use std::ffi::OsStr;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use super::frame::{self, Bytes};
use super::limits::Limits;
use super::message::{Answer, Call, Reply, Request};
use super::stdio;
use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::pkcs11::find;
use crate::pkcs11::store::Pkcs11Store;

/// The hidden word on the command line.
pub const WORD: &str = "driver-host";

/// How long the module may take to close its session when the agent has gone.
const FAREWELL: Duration = Duration::from_secs(2);

/// The program that is started for a driver. Its `main` must call [`host_if_asked`] first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostProgram(pub PathBuf);

impl HostProgram {
    /// The program that runs now.
    ///
    /// # Errors
    /// What the system says when it does not know.
    pub fn this() -> std::io::Result<Self> {
        std::env::current_exe().map(Self)
    }
}

/// How drivers are started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// In this program.
    pub host: HostProgram,
    /// With these deadlines.
    pub limits: Limits,
    /// Without these environment variables, whoever lists them: one token's PIN is nothing for another maker's driver.
    pub hidden: Vec<String>,
}

/// Serves a driver to the end if that is what this program was started for; `None` when it was not. To be called first in
/// `main`: before the command line is looked at and before any other thread runs.
#[must_use]
pub fn host_if_asked() -> Option<ExitCode> {
    let asked = std::env::args_os().nth(1);
    if asked.as_deref() != Some(OsStr::new(WORD)) {
        return None;
    }
    stdio::leave_no_core();
    let served = stdio::take().map(|(input, output)| serve(input, output));
    Some(match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

/// Answers question after question. The module is only ever called on this thread.
fn serve(input: File, mut output: File) {
    let (questions, queue) = channel();
    let listener = thread::Builder::new()
        .name("questions".to_owned())
        .spawn(move || listen(input, &questions));
    if listener.is_err() {
        return;
    }
    let mut store: Option<Box<dyn KeyStore>> = None;
    while let Ok(question) = queue.recv() {
        // What is no question comes from nobody we know.
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

/// Reads on a thread of its own, so that the end of the agent is seen while the module hangs.
fn listen(mut input: File, questions: &Sender<Bytes>) {
    while let Ok(Some(question)) = frame::read(&mut input) {
        if questions.send(question).is_err() {
            break;
        }
    }
    // Nothing is no question: `serve` ends with it, closes the session and with it the process, unless the module hangs.
    let _ = questions.send(Bytes::new(Vec::new()));
    thread::sleep(FAREWELL);
    stdio::end_now();
}

fn answer(store: &mut Option<Box<dyn KeyStore>>, request: Request) -> Answer {
    match request {
        Request::Tokens(entry) => find::tokens(&entry).map(Reply::Tokens),
        Request::Open(entry, found) => {
            let opened = Pkcs11Store::open(&entry, &found)?;
            let abilities = opened.abilities();
            *store = Some(Box::new(opened));
            Ok(Reply::Opened(abilities))
        }
        Request::Call(call) => {
            let store = store.as_mut().ok_or(TokenError::Removed)?;
            about(store.as_mut(), call)
        }
    }
}

fn about(store: &mut dyn KeyStore, call: Call) -> Answer {
    let done = |result: Result<(), TokenError>| result.map(|()| Reply::Done);
    match call {
        Call::NeedsLogin => store.needs_login().map(Reply::Flag),
        Call::PinState => store.pin_state().map(Reply::Pin),
        Call::Login(pin) => done(store.login(&pin.0)),
        Call::LoginPinPad => done(store.login_pin_pad()),
        Call::Administration => store.administration().map(Reply::Admin),
        Call::Administer(secret) => done(store.administer(&secret.0)),
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
        Call::WriteCertificate { key, der, label } => {
            done(store.write_certificate(key.as_ref(), &der, &label))
        }
        Call::DeleteCertificate(der) => done(store.delete_certificate(&der)),
        Call::DeleteKey(key) => done(store.delete_key(&key)),
        Call::ChangePin { old, new } => done(store.change_pin(&old.0, &new.0)),
        Call::ChangePinPad => done(store.change_pin_pad()),
        Call::UnblockState => store.unblock_state().map(Reply::Pin),
        Call::Unblock { puk, new } => done(store.unblock(&puk.0, &new.0)),
    }
}
