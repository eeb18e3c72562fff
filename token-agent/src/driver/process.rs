//! The agent's end of a driver's process: one question, one answer, a deadline.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::environment;
use super::frame::{self, Bytes};
use super::host::{Launch, WORD};
use super::message::{Answer, Reply, Request};
use crate::config::modules::ModuleEntry;
use crate::error::TokenError;

/// How long a process may take to end that has been told to.
const FAREWELL: Duration = Duration::from_secs(3);

type Heard = std::io::Result<Option<Bytes>>;

/// A running process; ends with this value.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Closing it closes the pipe, which is the process's order to end.
    questions: Option<Sender<Bytes>>,
    answers: Receiver<Heard>,
    driver: PathBuf,
    /// What ended it; every later question gets the same answer.
    ended: Option<TokenError>,
}

impl Process {
    pub(super) fn start(launch: &Launch, entry: &ModuleEntry) -> Result<Self, TokenError> {
        let failed = |e: std::io::Error| TokenError::Failed {
            operation: "start driver process".to_owned(),
            detail: e.to_string(),
        };
        let mut command = Command::new(&launch.host.0);
        command
            .env_clear()
            .envs(environment::given(
                std::env::vars_os(),
                entry,
                &launch.hidden,
            ))
            .arg(WORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Modules complain there about things that nobody can mend.
            .stderr(Stdio::null());
        // Ctrl-C is for the agent to decide about.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(failed)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(ErrorKind::BrokenPipe.into()));
        };
        let (questions, queue) = channel();
        let (heard, answers) = channel();
        let talking = thread::Builder::new()
            .name("driver".to_owned())
            .spawn(move || talk(stdin, stdout, &queue, &heard));
        let process = Self {
            child,
            questions: Some(questions),
            answers,
            driver: entry.path.clone(),
            ended: None,
        };
        talking.map_err(failed)?;
        Ok(process)
    }

    /// Asks, and waits `limit` at most.
    pub(super) fn ask(&mut self, request: &Request, limit: Duration) -> Result<Reply, TokenError> {
        if let Some(error) = &self.ended {
            return Err(error.clone());
        }
        let question = frame::encode(request).map_err(|e| TokenError::Failed {
            operation: "ask the driver".to_owned(),
            detail: e.to_string(),
        })?;
        // When the other thread has gone, the process has, and the answer says how.
        let _ = self.questions.as_ref().map(|q| q.send(question));
        let fatal = match self.answers.recv_timeout(limit) {
            Ok(Ok(Some(answer))) => match frame::decode::<Answer>(&answer) {
                Ok(answer) => return answer,
                Err(error) => self.garbled(&error),
            },
            Ok(Err(error)) if error.kind() == ErrorKind::InvalidData => self.garbled(&error),
            Ok(Ok(None) | Err(_)) | Err(RecvTimeoutError::Disconnected) => self.crashed(),
            Err(RecvTimeoutError::Timeout) => TokenError::Hung,
        };
        self.ended = Some(fatal.clone());
        self.kill();
        Err(fatal)
    }

    fn garbled(&self, error: &std::io::Error) -> TokenError {
        TokenError::DriverGarbled {
            driver: self.driver.clone(),
            detail: error.to_string(),
        }
    }

    fn crashed(&mut self) -> TokenError {
        let how = match self.wait_for(FAREWELL) {
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
        self.questions.take();
        if self.ended.is_none() && self.wait_for(FAREWELL).is_none() {
            self.kill();
        }
    }
}

/// Writes and reads on a thread of its own: both can take as long as the process likes. Ends with the agent's end of the
/// queue, or with the process.
fn talk(
    mut stdin: ChildStdin,
    mut stdout: ChildStdout,
    questions: &Receiver<Bytes>,
    heard: &Sender<Heard>,
) {
    while let Ok(question) = questions.recv() {
        let answer = frame::write(&mut stdin, &question).and_then(|()| frame::read(&mut stdout));
        let over = !matches!(answer, Ok(Some(_)));
        if heard.send(answer).is_err() || over {
            return;
        }
    }
}
