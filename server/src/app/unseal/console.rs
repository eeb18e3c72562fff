//! What the console asks: an officer's share, sealed and opened; sealing.

use inkan_hsm_config::shares::ShareSet;
use inkan_hsm_config::unseal::Outcome;
use inkan_pki::messages::unseal::{OfficersShare, ShareTaken};

use super::unsealer::{Step, Unsealer};
use crate::services::operations::unseal_refusal::UnsealRefusal;
use crate::services::operations::unsealing::UnsealOrder;

impl Unsealer {
    /// Does what the console asks.
    pub(super) async fn obey(&self, order: UnsealOrder) {
        // Whoever asked may have gone.
        match order {
            UnsealOrder::Sealed(number, reply) => {
                let _ = reply.send(self.sealed_for(&number).await);
            }
            UnsealOrder::Take {
                context,
                number,
                share,
                reply,
            } => {
                let taken = self.unseal(&context, Some(&number), share.expose()).await;
                let taken = match taken {
                    Ok(Step::More) => Ok(self.response(Outcome::Accepted).await),
                    Ok(Step::Opened) => Ok(self.opened().await),
                    Err(refusal) => Err(UnsealRefusal::of_code(refusal.code)),
                };
                let _ = reply.send(taken.map(|response| ShareTaken {
                    unsealed: response.outcome == Outcome::Unsealed,
                    // After the last one nothing is kept.
                    have: match response.outcome {
                        Outcome::Accepted => response.have,
                        _ => response.need,
                    },
                    need: response.need,
                    state: response.state,
                }));
            }
            UnsealOrder::Seal(context, reply) => {
                self.seal(&context, "console").await;
                let _ = reply.send(Ok(()));
            }
        }
    }

    /// The share that is sealed to the token of the person with this employee number.
    async fn sealed_for(&self, number: &str) -> Result<OfficersShare, UnsealRefusal> {
        let collector = self.collector.lock().await;
        if !self.pool().is_sealed() {
            return Err(UnsealRefusal::NotSealed);
        }
        let of = |set: &ShareSet| {
            let (binding, share) = set.sealed_for(number)?;
            let share = share.clone();
            Some(OfficersShare { binding, share })
        };
        let share = match collector.as_ref().filter(|current| current.have() > 0) {
            Some(current) => of(current.set()),
            None => of(&self
                .load()
                .map_err(|refusal| UnsealRefusal::of_code(refusal.code))?),
        };
        share.ok_or(UnsealRefusal::NoShare)
    }
}
