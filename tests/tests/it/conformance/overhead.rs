//! The cost of a separate process for each module: the same signature with the bare module, and through the agent.
//!
//! Measured only, and not asserted: on a busy machine it would fail without a defect.

use std::time::{Duration, Instant};

use inkan_pki::pkcs11::keys::find_private_key;
use inkan_pki::pkcs11::login::{PinOwner, log_in_once};
use inkan_pki::pkcs11::sign::sign;
use inkan_pki::pkcs11::{Access, Module, Session, TokenSelector};
use inkan_tests::Outcome;
use serde::{Deserialize, Serialize};

use super::suite::Subject;

/// Signatures in a round, and rounds.
const TIMES: u32 = 10;
const ROUNDS: usize = 8;

/// One measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Overhead {
    /// The key's type.
    pub(crate) algorithm: String,
    /// Microseconds for one signature by the module in this process.
    pub(crate) bare: u64,
    /// The same through the agent.
    pub(crate) agent: u64,
}

/// `None` for tokens without a module.
pub(crate) fn measure(subject: &mut Subject) -> Option<Overhead> {
    let (path, parameters) = subject.target.module.clone()?;
    let (token, key) = (subject.token().ok()?, subject.any_key().ok()?);
    let scheme = key.algorithm.default_scheme();
    let times = || -> Outcome<(Duration, Duration)> {
        let module = Module::load_with(&path, parameters.as_deref())?;
        let wanted = TokenSelector::Label(subject.target.wanted.clone());
        let session = Session::open(&module, &module.find_token(&wanted)?, Access::ReadOnly)?;
        log_in_once(&session, PinOwner::User, &subject.target.pin)?;
        let private = find_private_key(&session, &key.spki_der)?;
        side_by_side(
            || {
                sign(&session, &private, scheme, b"as fast as it can")?;
                Ok(())
            },
            || {
                token.with(|store| store.sign(&key.reference, scheme, b"as fast as it can"))?;
                Ok(())
            },
        )
    };
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let (bare, agent) = times().ok()?;
    Some(Overhead {
        algorithm: key.algorithm.to_string(),
        bare: micros(bare),
        agent: micros(agent),
    })
}

/// The mean of each in its best round: other load makes some rounds slower, and none faster.
fn side_by_side(
    mut bare: impl FnMut() -> Outcome,
    mut agent: impl FnMut() -> Outcome,
) -> Outcome<(Duration, Duration)> {
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        best.0 = best.0.min(mean(&mut bare)?);
        best.1 = best.1.min(mean(&mut agent)?);
    }
    Ok(best)
}

fn mean(once: &mut impl FnMut() -> Outcome) -> Outcome<Duration> {
    once()?;
    let started = Instant::now();
    for _ in 0..TIMES {
        once()?;
    }
    Ok(started.elapsed() / TIMES)
}
