//! The proof: the bank sees the registered certificate in a TLS connection that only the token's key can establish, and
//! returns a code.

use inkan_pki::messages::login::{LoginPickedUp, open_url};
use inkan_pki::secret::Secret;

use crate::clock::Clock;
use crate::config::bank::Bank;
use crate::error::{BankError, Failure};
use crate::http::certificate::proved;
use crate::http::portal::{Portal, refused};
use crate::http::retry::RetryPolicy;
use crate::keystore::content::KeyEntry;
use crate::operations::{Context, mutual};
use crate::output::event::Event;
use crate::prompt::UserInterface;
use crate::token::open_token::OpenToken;

/// What a proof needs.
pub(super) struct Job<'a> {
    pub(super) context: &'a Context,
    pub(super) ui: &'a dyn UserInterface,
    pub(super) bank: &'a Bank,
    pub(super) portal: &'a Portal,
    pub(super) picked: &'a LoginPickedUp,
    /// The bank's time.
    pub(super) clock: Clock,
}

impl Job<'_> {
    /// Proves this certificate (DER) of that key, and returns the URL to open. Safe to repeat: each response has a new
    /// code.
    ///
    /// # Errors
    /// The error that the token or the bank reports, or cancelled.
    pub(super) fn address(
        &self,
        token: &OpenToken,
        certificate: &[u8],
        key: &KeyEntry,
    ) -> Result<Secret, Failure> {
        const EXCHANGE: &str = "proof";
        let Self {
            context,
            ui,
            bank,
            portal,
            picked,
            clock,
        } = self;
        let channel = mutual::channel(context, *ui, bank, token, certificate, key)?;
        let left = picked.expires_at.duration_since(clock.now());
        let answer = RetryPolicy::within(context.retry_for, left)
            .run_while(
                || !ui.is_cancelled(),
                || portal.prove(&channel, EXCHANGE),
                |seconds, attempt| ui.notify(&Event::Waiting { seconds, attempt }),
            )
            .result;
        // Whatever the bank responded: nothing is half done, and no page opens after the user cancelled.
        if ui.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        let answer = answer?;
        if answer.is_busy() {
            return Err(BankError::Busy.into());
        }
        if let Some(refusal) = answer.refusal(EXCHANGE)? {
            return Err(refused(refusal).into());
        }
        let unexpected = BankError::Unexpected {
            status: answer.status,
            exchange: EXCHANGE,
        };
        let proved = proved(&answer, EXCHANGE)?;
        open_url(&bank.portal.text(), &proved.code).ok_or_else(|| unexpected.into())
    }
}
