//! One signature on its way from a caller to a worker.

use std::time::Instant;

use inkan_pki::algorithm::SignatureScheme;
use tokio::sync::oneshot;

use super::error::HsmError;

/// What a caller gets: a signature (DER for ECDSA) or the reason why not.
pub(super) type Answer = Result<Vec<u8>, HsmError>;

#[derive(Debug)]
pub(super) struct Job {
    /// Index of the key in the configuration.
    pub(super) key: usize,
    pub(super) scheme: SignatureScheme,
    pub(super) message: Vec<u8>,
    /// When the caller stops waiting.
    pub(super) expires: Instant,
    /// Failed once already, on a session that was then given up.
    pub(super) tried: bool,
    pub(super) reply: oneshot::Sender<Answer>,
}

impl Job {
    /// Nobody waits for it any more: the HSM is not troubled with it.
    pub(super) fn is_abandoned(&self, now: Instant) -> bool {
        self.reply.is_closed() || self.expires <= now
    }

    /// A caller that has gone away in the meantime is no error.
    pub(super) fn answer(self, answer: Answer) {
        let _ = self.reply.send(answer);
    }
}
