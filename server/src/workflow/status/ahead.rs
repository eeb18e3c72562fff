//! Signing OCSP answers ahead: for everything that was issued and is not over, before the last answer ends and after
//! every change.

use jiff::{SignedDuration, Timestamp};

use crate::ca::ocsp::Digest;
use crate::store::ocsp_answers::{self, CertificateStanding, StoredAnswer};
use crate::workflow::{Result, Workflows};

/// Certificates of one read, and answers stored in one transaction.
const PAGE: i64 = 200;
/// Signatures under way at the same time.
const TOGETHER: usize = 8;
/// Answers of one run; the next run goes on.
const MOST: usize = 20_000;
/// Answers about certificates that are over are kept for this long.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

impl Workflows {
    /// Signs the answers that are missing, past half their time, or of another state than their certificate. Answers
    /// how many.
    ///
    /// # Errors
    /// [`crate::workflow::Refusal::Unavailable`] while the HSM is away: what is kept stays; faults.
    pub async fn refresh_ocsp_answers(&self, now: Timestamp) -> Result<usize> {
        let half = self.settings().periods.ocsp / 2;
        let older_than = now.checked_sub(half).unwrap_or(Timestamp::MIN);
        let mut signed = 0;
        for digest in Digest::ALL {
            let mut after = String::new();
            while signed < MOST {
                let store = &self.inner.store;
                let word = digest.as_str();
                let page = ocsp_answers::wanted(store, word, now, older_than, &after, PAGE).await?;
                match page.last() {
                    Some(last) => after.clone_from(&last.serial),
                    None => break,
                }
                signed += self.sign_ahead(&page, digest, now).await?;
            }
        }
        let before = now.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
        let people = self.people();
        let forgotten = people.transaction(async |tx| {
            ocsp_answers::forget_before(tx, before).await?;
            Ok(signed)
        });
        forgotten.await
    }

    async fn sign_ahead(
        &self,
        page: &[CertificateStanding],
        digest: Digest,
        now: Timestamp,
    ) -> Result<usize> {
        let mut answers = Vec::with_capacity(page.len());
        for few in page.chunks(TOGETHER) {
            let mut tasks = Vec::with_capacity(few.len());
            for row in few {
                let (this, row) = (self.clone(), row.clone());
                tasks.push(tokio::spawn(async move {
                    this.answer_ahead(&row, digest, now).await
                }));
            }
            let mut failed = None;
            for task in tasks {
                match task.await {
                    Ok(Ok(answer)) => answers.extend(answer),
                    Ok(Err(error)) => failed = Some(error),
                    Err(error) => tracing::error!(%error, "an answer could not be signed"),
                }
            }
            if let Some(error) = failed {
                self.keep(&answers).await?;
                return Err(error);
            }
        }
        self.keep(&answers).await?;
        Ok(answers.len())
    }

    /// Keeps responses for whoever asks next.
    pub(super) async fn keep(&self, answers: &[StoredAnswer]) -> Result<()> {
        let people = self.people();
        let kept = people.transaction(async |tx| {
            for answer in answers {
                ocsp_answers::keep(tx, answer).await?;
            }
            Ok(())
        });
        kept.await
    }
}
