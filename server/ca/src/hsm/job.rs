//! One signature on its way from a caller to a worker.

use std::time::Instant;

use inkan_pki::algorithm::SignatureScheme;
use tokio::sync::oneshot;

use super::error::HsmError;

/// The result for the caller: a signature (DER for ECDSA) or the error.
pub(super) type Answer = Result<Vec<u8>, HsmError>;

#[derive(Debug)]
pub(super) struct Job {
    /// Index of the key in the configuration.
    pub(super) key: usize,
    pub(super) scheme: SignatureScheme,
    pub(super) message: Vec<u8>,
    /// When the caller stops waiting.
    pub(super) expires: Instant,
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
