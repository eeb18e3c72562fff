//! The HSM: blocking PKCS#11 behind an asynchronous interface that never waits longer than its deadline.
//!
//! A [`HsmGroup`] of up to four units signs; each unit is a [`HsmPool`] in front of one token of one module.
//! The module is loaded in a process of its own. One session per worker thread, one more that keeps the login, one supervisor
//! thread that makes no call. A call that overruns costs its thread, not its caller; too many of them open a circuit breaker and
//! end the process. Not here: what is
//! signed (`issue`), where the PIN comes from (`main`), when it may be sent (`inkan_pki::pkcs11::pin_attempts`).
//!
//! - `group`: several units, and which of them signs
//! - [`config`]: token, keys, limits
//! - [`error`]: errors for callers
//! - [`state`]: a snapshot for operators; [`key_view`]: a key as the token reports it
//! - `pool`: one unit
//! - `job`: one signature in progress; `queue`: those that wait
//! - `key`: what is known about a configured key, and its circuit
//! - `shared`: queue, admission, keys, counters; `fault`: the last fault
//! - `call_watchdog`: a thread's note that it is in a call, and its deadline
//! - `reaction`: what to do about an error, by its class
//! - `breaker`: when to refuse at once (pure)
//! - `recovery`: recovery after a fault (pure)
//! - `driver`: the process with the module
//! - `token`: the calls of the threads to it
//! - `worker`: signs
//! - `login_session`: logs in, keeps the login, probes
//! - `worker_pool`: the threads and their states
//! - `supervisor`: receives events, watches deadlines, decides
//! - `pool_metrics`: metrics

mod breaker;
mod call_watchdog;
mod config;
mod driver;
mod error;
mod fault;
mod group;
mod job;
mod key;
pub mod key_view;
mod login_session;
mod pool;
mod pool_metrics;
mod queue;
mod reaction;
mod recovery;
mod shared;
mod state;
mod supervisor;
mod token;
mod worker;
mod worker_pool;

#[cfg(test)]
mod tests;

pub use inkan_hsm_driver::message::{Guard, Sandbox};

pub use self::config::{FIRST, HsmConfig, HsmKey, beside_this_program};
pub use self::driver::{is_product_variable, module_environment, set_variables};
pub use self::error::{HsmError, StartError};
pub use self::group::{GroupState, HEDGE_AFTER, HsmGroup, MAX_UNITS, UnitState};
pub use self::job::Priority;
pub use self::key_view::{KeyDifference, KeySeen, KeyState, SigningFault, Specified};
pub use self::pool::HsmPool;
pub use self::state::{BreakerState, DriverState, HsmPhase, HsmState, KeyFound, LastError};
