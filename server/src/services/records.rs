//! Rows and words that the services return, so that `http` depends on neither `store` nor `ca`.

pub use crate::ca::hsm::{
    GroupState, Guard, HsmPhase, HsmState, KeyDifference, KeyFound, KeySeen, KeyState,
    SigningFault, UnitState,
};
pub use crate::ca::reason::Reason;
pub use crate::ca::{CaId, IssuerId};
pub use crate::store::agent_logins::State as AgentLoginState;
pub use crate::store::audit::history::Action as HistoryAction;
pub use crate::store::audit::{Chain, Outcome};
pub use crate::store::certificates::{Certificate, Issuer, State as CertificateState};
pub use crate::store::contracts::{AccountType, Contract, Method, Status as ContractStatus};
pub use crate::store::enrolment_requests::State as RequestState;
pub use crate::store::grants::{Grant, State as GrantState};
pub use crate::store::login_history::{Login, Method as LoginMethod, Via as LoginVia};
pub use crate::store::outbox::Language;
pub use crate::store::staff::{Role as StaffRole, StaffMember, Status as StaffStatus};
pub use crate::store::status_changes::StatusChange;
pub use crate::store::users::{PasswordState, Role as UserRole, Tries, User};
