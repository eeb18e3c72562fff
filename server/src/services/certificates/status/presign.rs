//! Signing OCSP responses in advance: for every issued, unexpired certificate, before the last response expires and
//! after every change.

use jiff::{SignedDuration, Timestamp};

use crate::ca::ocsp::Digest;
use crate::services::{Result, Services};
use crate::store::ocsp_responses::{self, CertificateStatus, StoredResponse};

/// Certificates of one read, and responses stored in one transaction.
const PAGE: i64 = 200;
/// Signatures in progress at the same time.
const TOGETHER: usize = 8;
/// Responses of one run; the next run continues.
const MOST: usize = 20_000;
/// How long responses for expired certificates are kept.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

impl Services {
    /// Signs the responses that are missing, past half their validity, or of another state than their certificate.
    /// Returns how many.
    ///
    /// # Errors
    /// [`crate::services::Refusal::Unavailable`] while the HSM is unavailable: stored ones stay; faults.
    pub async fn refresh_ocsp_responses(&self, now: Timestamp) -> Result<usize> {
        let half = self.settings().periods.ocsp / 2;
        let older_than = now.checked_sub(half).unwrap_or(Timestamp::MIN);
        let mut signed = 0;
        for digest in Digest::ALL {
            let mut after = String::new();
            while signed < MOST {
                let store = &self.inner.store;
                let word = digest.as_str();
                let page =
                    ocsp_responses::wanted(store, word, now, older_than, &after, PAGE).await?;
                match page.last() {
                    Some(last) => after.clone_from(&last.serial),
                    None => break,
                }
                signed += self.presign(&page, digest, now).await?;
            }
        }
        let before = now.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
        let accounts = self.accounts();
        let forgotten = accounts.transaction(async |tx| {
            ocsp_responses::forget_before(tx, before).await?;
            Ok(signed)
        });
        forgotten.await
    }

    async fn presign(
        &self,
        page: &[CertificateStatus],
        digest: Digest,
        now: Timestamp,
    ) -> Result<usize> {
        let mut responses = Vec::with_capacity(page.len());
        for few in page.chunks(TOGETHER) {
            let mut tasks = Vec::with_capacity(few.len());
            for row in few {
                let (this, row) = (self.clone(), row.clone());
                tasks.push(tokio::spawn(async move {
                    this.presign_response(&row, digest, now).await
                }));
            }
            let mut failed = None;
            for task in tasks {
                match task.await {
                    Ok(Ok(answer)) => responses.extend(answer),
                    Ok(Err(error)) => failed = Some(error),
                    Err(error) => tracing::error!(%error, "an OCSP response could not be signed"),
                }
            }
            if let Some(error) = failed {
                self.keep(&responses).await?;
                return Err(error);
            }
        }
        self.keep(&responses).await?;
        Ok(responses.len())
    }

    /// Stores responses.
    pub(super) async fn keep(&self, responses: &[StoredResponse]) -> Result<()> {
        let accounts = self.accounts();
        let kept = accounts.transaction(async |tx| {
            for answer in responses {
                ocsp_responses::keep(tx, answer).await?;
            }
            Ok(())
        });
        kept.await
    }
}
