//! The thread of one token: it owns the session, everybody else sends it jobs.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use inkan_pki::pkcs11::error::Pkcs11Error;
use inkan_pki::pkcs11::session::{Access, Session};

use super::fault::token_error;
use super::find::Found;
use crate::error::TokenError;

/// Longest wait for one job. An RSA-4096 key on a slow card takes minutes; a PIN pad waits for a person.
const LIMIT: Duration = Duration::from_secs(300);

type Job = Box<dyn FnOnce(&Session) + Send>;

/// Handle on a token's thread; the session closes when the last handle is gone.
#[derive(Debug, Clone)]
pub struct TokenThread {
    jobs: Sender<Job>,
}

impl TokenThread {
    /// Starts the thread and opens a session on it.
    ///
    /// # Errors
    /// What the token said, or [`TokenError::Hung`].
    pub fn start(token: &Found, access: Access) -> Result<Self, TokenError> {
        let (jobs, queue) = channel::<Job>();
        let (opened, opening) = sync_channel(1);
        let token = token.clone();
        let body = move || {
            run(&token, access, &opened, &queue);
        };
        thread::Builder::new()
            .name("token".to_owned())
            .spawn(body)
            .map_err(|e| TokenError::Failed {
                operation: "start thread".to_owned(),
                detail: e.to_string(),
            })?;
        wait(&opening)?.map_err(|e| token_error(&e))?;
        Ok(Self { jobs })
    }

    /// Runs `job` on the token's thread and waits for it.
    ///
    /// # Errors
    /// What the token said, or [`TokenError::Hung`].
    pub fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Session) -> Result<T, Pkcs11Error> + Send + 'static,
    ) -> Result<T, TokenError> {
        let (done, result) = sync_channel(1);
        let job: Job = Box::new(move |session| {
            // Whoever asked may have stopped waiting.
            let _ = done.send(job(session));
        });
        self.jobs.send(job).map_err(|_| TokenError::Removed)?;
        wait(&result)?.map_err(|e| token_error(&e))
    }
}

fn run(
    token: &Found,
    access: Access,
    opened: &SyncSender<Result<(), Pkcs11Error>>,
    queue: &Receiver<Job>,
) {
    match Session::open(&token.module, &token.info, access) {
        Ok(session) => {
            let _ = opened.send(Ok(()));
            while let Ok(job) = queue.recv() {
                job(&session);
            }
        }
        Err(error) => {
            let _ = opened.send(Err(error));
        }
    }
}

fn wait<T>(receiver: &Receiver<T>) -> Result<T, TokenError> {
    receiver.recv_timeout(LIMIT).map_err(|e| match e {
        RecvTimeoutError::Timeout => TokenError::Hung,
        RecvTimeoutError::Disconnected => TokenError::Removed,
    })
}
