//! The proof: the bank sees the registered certificate in a TLS connection that only the token's key can make, and gives
//! a code for it.

use inkan_pki::messages::login::{LoginPickedUp, open_url};
use inkan_pki::secret::Secret;

use crate::clock::Clock;
use crate::config::bank::Bank;
use crate::error::{BankError, Failure};
use crate::http::certificate::proved;
use crate::http::patience::Patience;
use crate::http::portal::{Portal, refused};
use crate::keystore::content::KeyEntry;
use crate::operations::{Context, mutual};
use crate::output::event::Event;
use crate::prompt::Person;
use crate::token::opened::OpenToken;

/// What a proof needs.
pub(super) struct Job<'a> {
    pub(super) context: &'a Context,
    pub(super) person: &'a dyn Person,
    pub(super) bank: &'a Bank,
    pub(super) portal: &'a Portal,
    pub(super) picked: &'a LoginPickedUp,
    /// The bank's time.
    pub(super) clock: Clock,
}

impl Job<'_> {
    /// Proves this certificate (DER) of that key; the address to open. Safe to repeat: each answer has a new code.
    ///
    /// # Errors
    /// What the token or the bank said, or cancelled.
    pub(super) fn address(
        &self,
        token: &OpenToken,
        certificate: &[u8],
        key: &KeyEntry,
    ) -> Result<Secret, Failure> {
        const EXCHANGE: &str = "proof";
        let Self {
            context,
            person,
            bank,
            portal,
            picked,
            clock,
        } = self;
        let channel = mutual::channel(context, *person, bank, token, certificate, key)?;
        let left = picked.expires_at.duration_since(clock.now());
        let answer = Patience::within(context.patience, left)
            .run_while(
                || !person.wants_to_stop(),
                || portal.prove(&channel, EXCHANGE),
                |seconds, attempt| person.tell(&Event::Waiting { seconds, attempt }),
            )
            .result;
        // Whatever the bank said: nothing is half done, and no page opens for somebody who cancelled.
        if person.wants_to_stop() {
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
