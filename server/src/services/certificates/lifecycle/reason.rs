//! Which reasons a customer may give for 失効 (the bank: [`REASONS`]). Suspension, release and supersession have their own,
//! which nobody chooses.
//!
//! [`REASONS`]: crate::services::approvals::proposed_change::REASONS

use super::Reason;

/// What a customer may choose, in the order in which it is offered.
pub const BY_CUSTOMER: [Reason; 5] = [
    Reason::KeyCompromise,
    Reason::Superseded,
    Reason::AffiliationChanged,
    Reason::CessationOfOperation,
    Reason::Unspecified,
];
