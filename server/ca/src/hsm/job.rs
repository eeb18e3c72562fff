//! One signature on its way from a caller to a worker.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use inkan_pki::algorithm::SignatureScheme;
use tokio::sync::oneshot;

use super::error::HsmError;

/// The result for the caller: a signature (DER for ECDSA) or the error.
pub(super) type Answer = Result<Vec<u8>, HsmError>;

/// Which signatures go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// What others rely on at a fixed time: CRLs, OCSP responses and their signers, heads of the audit chain. There are few.
    Status,
    /// Certificates, as many as are requested.
    Issuing,
}

/// A signature that a caller wants.
#[derive(Debug, Clone)]
pub(super) struct SignRequest<'a> {
    /// The key's name in the configuration.
    pub(super) key: &'a str,
    pub(super) scheme: SignatureScheme,
    /// Megabytes, for a CRL; several units may have it at the same time.
    pub(super) message: Arc<Vec<u8>>,
    pub(super) priority: Priority,
    /// When the caller stops waiting.
    pub(super) expires: Instant,
}

#[derive(Debug)]
pub(super) struct Job {
    /// Index of the key in the configuration.
    pub(super) key: usize,
    pub(super) scheme: SignatureScheme,
    pub(super) message: Arc<Vec<u8>>,
    pub(super) priority: Priority,
    /// When the caller stops waiting.
    pub(super) expires: Instant,
    /// When the HSM was first called for it.
    pub(super) called: Arc<OnceLock<Instant>>,
    /// Failed once already, on a session that was then abandoned.
    pub(super) tried: bool,
    pub(super) reply: oneshot::Sender<Answer>,
}

impl Job {
    /// Nobody waits for it any more, so the HSM is not called.
    pub(super) fn is_abandoned(&self, now: Instant) -> bool {
        self.reply.is_closed() || self.expires <= now
    }

    /// It is no error if the caller has gone in the meantime.
    pub(super) fn answer(self, answer: Answer) {
        let _ = self.reply.send(answer);
    }
}

/// A job as its caller sees it. Dropping it cancels the job.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) answer: oneshot::Receiver<Answer>,
    /// When the HSM was first called for it.
    pub(super) called: Arc<OnceLock<Instant>>,
}
