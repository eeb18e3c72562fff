//! Which reasons a customer may give for 失効 (the bank: [`REASONS`]). Suspension, release and supersession have their own,
//! which nobody chooses.
//!
//! [`REASONS`]: crate::services::approvals::proposed_change::REASONS

use super::Reason;

/// A customer's choices, in the order in which they are offered.
pub const BY_CUSTOMER: [Reason; 5] = [
    Reason::KeyCompromise,
    Reason::Superseded,
    Reason::AffiliationChanged,
    Reason::CessationOfOperation,
    Reason::Unspecified,
];
