//! The process that loads the module. It tells the supervisor each phase before it begins, and what it found.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::login::{PinOwner, log_in_once};
use inkan_pki::pkcs11::{Access, Module, Pkcs11Error, Session, TokenInfo};

use super::message::Message;
use super::report::Stopped;
use super::request::{Request, pin_source};
use super::{idle, keys, sessions, tokens};
use crate::apply::is_pin;
use crate::catalogue::{self, Explanation};
use crate::pin_source::Prompt;

/// Largest request read, in bytes.
const MAX_REQUEST: u64 = 64 * 1024;
/// Most tokens described.
const MAX_TOKENS: usize = 64;

/// Serves one probe: the request comes on standard input, messages go to standard output.
///
/// # Errors
/// When either cannot be used; the supervisor sees that the messages end.
pub fn run_worker() -> io::Result<()> {
    end_with_the_supervisor();
    let mut request = Vec::new();
    io::stdin().take(MAX_REQUEST).read_to_end(&mut request)?;
    let request: Request = serde_json::from_slice(&request)?;
    let mut worker = Worker {
        out: messages()?,
        phase: String::new(),
    };
    match worker.run(&request.bounded()) {
        Ok(()) => worker.tell(&Message::End),
        Err(Ended::Output(error)) => Err(error),
        Err(Ended::Hsm(error)) => worker.stopped(catalogue::pkcs11(&error), is_pin(&error)),
        Err(Ended::Explained(explanation, pin)) => worker.stopped(explanation, pin),
    }
}

/// Standard output for messages alone: a module that writes to it meets nothing.
#[cfg(unix)]
fn messages() -> io::Result<File> {
    use std::os::fd::AsFd as _;
    let out = io::stdout().as_fd().try_clone_to_owned()?;
    let nothing = File::options().write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdout(&nothing)?;
    rustix::stdio::dup2_stderr(&nothing)?;
    Ok(File::from(out))
}

#[cfg(not(unix))]
fn messages() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A module that hangs would keep this process for ever.
fn end_with_the_supervisor() {
    #[cfg(target_os = "linux")]
    // Where this is refused, the supervisor still ends this process at its deadline.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

enum Ended {
    Output(io::Error),
    Hsm(Pkcs11Error),
    Explained(Explanation, bool),
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<Pkcs11Error> for Ended {
    fn from(error: Pkcs11Error) -> Self {
        Self::Hsm(error)
    }
}

struct Worker {
    out: File,
    phase: String,
}

impl Worker {
    fn run(&mut self, request: &Request) -> Result<(), Ended> {
        self.begin("load the module", Some(0))?;
        let module = Module::load_with(&request.module, request.parameters.as_deref())?;
        self.begin("read the library", Some(0))?;
        self.tell(&Message::Library(tokens::library(&module)?))?;
        self.begin("list the tokens", Some(0))?;
        let listed = module.tokens()?;
        for (n, info) in listed.iter().take(MAX_TOKENS).enumerate() {
            self.begin(&format!("read token {}", n + 1), Some(0))?;
            self.tell(&Message::Token(Box::new(tokens::token(&module, info)?)))?;
        }
        let Some(token) = choose(&listed, request)? else {
            return Ok(());
        };
        self.tell(&Message::Chosen(token.label.clone()))?;
        if request.sessions > 0 {
            self.begin("open sessions", Some(0))?;
            let facts = sessions::count(&module, token, request.sessions);
            self.tell(&Message::Sessions(facts))?;
        }
        if request.keys || request.idle > 0 {
            self.in_a_session(&module, token, request)?;
        }
        Ok(())
    }

    fn in_a_session(
        &mut self,
        module: &Arc<Module>,
        token: &TokenInfo,
        request: &Request,
    ) -> Result<(), Ended> {
        self.begin("open a session", Some(0))?;
        // Without write access, the token itself refuses to change what it keeps.
        let session = Session::open(module, token, Access::ReadOnly)?;
        let mut fastest = None;
        if request.keys {
            self.log_in(&session, token, request)?;
            for algorithm in KeyAlgorithm::ALL {
                self.begin(&format!("keys of type {algorithm}"), Some(0))?;
                let first = fastest.is_none();
                let facts = keys::probe(&session, algorithm, request.calls, first)?;
                if first && facts.generated_us.is_some() {
                    fastest = Some(algorithm);
                }
                self.tell(&Message::Key(facts))?;
            }
        }
        if request.idle > 0 {
            self.begin("idle time", Some(request.idle))?;
            let facts = idle::probe(module, token, &session, fastest, request.idle);
            self.tell(&Message::Idle(facts))?;
        }
        Ok(())
    }

    fn log_in(
        &mut self,
        session: &Session,
        token: &TokenInfo,
        request: &Request,
    ) -> Result<(), Ended> {
        self.begin("read the PIN", None)?;
        let question = format!("PIN of token \"{}\"", token.label);
        let unknown = || Ended::Explained(catalogue::probe_pin_source(), false);
        let source = pin_source(&request.pin).ok_or_else(unknown)?;
        let pin = source
            .read(Prompt::Ask(&question))
            .map_err(|error| Ended::Explained(catalogue::pin(&error), true))?;
        self.begin("log in", Some(0))?;
        Ok(log_in_once(session, PinOwner::User, &pin)?)
    }

    fn begin(&mut self, phase: &str, extra: Option<u64>) -> Result<(), Ended> {
        phase.clone_into(&mut self.phase);
        let phase = phase.to_owned();
        Ok(self.tell(&Message::Begin { phase, extra })?)
    }

    fn stopped(&mut self, explanation: Explanation, pin: bool) -> io::Result<()> {
        let stopped = Stopped {
            phase: self.phase.clone(),
            code: explanation.code.to_owned(),
            sentence: explanation.sentence,
            next: explanation.next,
            pin,
        };
        self.tell(&Message::Stopped(stopped))
    }

    fn tell(&mut self, message: &Message) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        self.out.write_all(&line)
    }
}

/// The named token, or the only initialised one; `None` when there is none, or no telling which.
fn choose<'a>(listed: &'a [TokenInfo], request: &Request) -> Result<Option<&'a TokenInfo>, Ended> {
    let ready = |token: &&TokenInfo| token.readable && token.initialized;
    let mut fitting = listed.iter().filter(ready).filter(|token| {
        let wanted = request.token.as_ref();
        wanted.is_none_or(|label| *label == token.label)
    });
    match (fitting.next(), fitting.next(), &request.token) {
        (Some(token), None, _) => Ok(Some(token)),
        (None, _, Some(_)) if !request.must_exist => Ok(None),
        (found, _, Some(label)) => Err(Ended::Explained(
            catalogue::probe_token(label, found.is_some()),
            false,
        )),
        (_, _, None) => Ok(None),
    }
}
