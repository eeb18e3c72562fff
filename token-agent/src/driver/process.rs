//! The agent's end of a driver's process: one request, one reply, a deadline.
//!
//! - `unix`, `windows`: starting it, so that it receives no Ctrl-C and ends with the agent

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::environment;
use super::frame::{self, Bytes};
use super::host::{HOST_ARGUMENT, Launch};
use super::message::{DriverResult, Reply, Request};
use super::source::Source;
use crate::error::TokenError;

/// How long a process may take to exit after it was asked to exit.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);

type Received = std::io::Result<Option<Bytes>>;

/// A running process. Dropping it ends the process.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Ends what the process has started.
    _group: system::Group,
    /// Dropping the sender closes the pipe, which makes the process exit.
    requests: Option<Sender<Bytes>>,
    responses: Receiver<Received>,
    driver: PathBuf,
    /// The error that ended the process; every later request returns it.
    ended: Option<TokenError>,
}

impl Process {
    pub(super) fn start(launch: &Launch, source: &Source) -> Result<Self, TokenError> {
        let failed = |e: std::io::Error| TokenError::Failed {
            operation: "start driver process".to_owned(),
            detail: e.to_string(),
        };
        let mut command = Command::new(&launch.host.0);
        command
            .env_clear()
            .envs(environment::given(
                std::env::vars_os(),
                source.environment(),
                &launch.hidden,
            ))
            .arg(HOST_ARGUMENT)
            // Modules write diagnostics there that users can do nothing about.
            .stderr(Stdio::null());
        let started = system::spawn(&mut command, &source.path()).map_err(failed)?;
        let (input, output) = (started.input, started.output);
        let (requests, queue) = channel();
        let (received, responses) = channel();
        let exchanging = thread::Builder::new()
            .name("driver".to_owned())
            .spawn(move || exchange(input, output, &queue, &received));
        let process = Self {
            child: started.child,
            _group: started.group,
            requests: Some(requests),
            responses,
            driver: source.path(),
            ended: None,
        };
        exchanging.map_err(failed)?;
        Ok(process)
    }

    /// Sends a request and waits at most `limit` for the reply.
    pub(super) fn call(&mut self, request: &Request, limit: Duration) -> Result<Reply, TokenError> {
        if let Some(error) = &self.ended {
            return Err(error.clone());
        }
        let message = frame::encode(request).map_err(|e| TokenError::Failed {
            operation: "call the driver".to_owned(),
            detail: e.to_string(),
        })?;
        // If the thread has ended, so has the process; the receiver reports why.
        let _ = self.requests.as_ref().map(|q| q.send(message));
        let fatal = match self.responses.recv_timeout(limit) {
            Ok(Ok(Some(answer))) => match frame::decode::<DriverResult>(&answer) {
                Ok(answer) => return answer,
                Err(error) => self.invalid_response(&error),
            },
            Ok(Err(error)) if error.kind() == ErrorKind::InvalidData => {
                self.invalid_response(&error)
            }
            Ok(Ok(None) | Err(_)) | Err(RecvTimeoutError::Disconnected) => self.crashed(),
            Err(RecvTimeoutError::Timeout) => TokenError::TimedOut,
        };
        self.ended = Some(fatal.clone());
        self.kill();
        Err(fatal)
    }

    fn invalid_response(&self, error: &std::io::Error) -> TokenError {
        TokenError::InvalidDriverResponse {
            driver: self.driver.clone(),
            detail: error.to_string(),
        }
    }

    fn crashed(&mut self) -> TokenError {
        let how = match self.wait_for(SHUTDOWN_TIMEOUT) {
            Some(status) => status.to_string(),
            None => "closed its output".to_owned(),
        };
        TokenError::DriverCrashed {
            driver: self.driver.clone(),
            how,
        }
    }

    fn wait_for(&mut self, limit: Duration) -> Option<std::process::ExitStatus> {
        let until = Instant::now() + limit;
        let mut pause = Duration::from_millis(1);
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if Instant::now() >= until {
                return None;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.requests.take();
        if self.ended.is_none() && self.wait_for(SHUTDOWN_TIMEOUT).is_none() {
            self.kill();
        }
    }
}

/// Writes and reads on a separate thread, because both can block as long as the process likes. Ends when the agent
/// drops the queue or the process exits.
fn exchange(
    mut input: impl Write,
    mut output: impl Read,
    requests: &Receiver<Bytes>,
    received: &Sender<Received>,
) {
    while let Ok(question) = requests.recv() {
        let answer = frame::write(&mut input, &question).and_then(|()| frame::read(&mut output));
        let over = !matches!(answer, Ok(Some(_)));
        if received.send(answer).is_err() || over {
            return;
        }
    }
}
