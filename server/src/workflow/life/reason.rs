//! Which reasons a person may give for 失効. Suspension, release and supersession have their own, which nobody chooses.

use super::Reason;
use super::authority::Asker;

/// What a customer may choose, in the order in which it is offered.
pub const BY_CUSTOMER: [Reason; 5] = [
    Reason::KeyCompromise,
    Reason::Superseded,
    Reason::AffiliationChanged,
    Reason::CessationOfOperation,
    Reason::Unspecified,
];

/// What the bank may choose, in the order in which it is offered.
pub const BY_BANK: [Reason; 6] = [
    Reason::KeyCompromise,
    Reason::Superseded,
    Reason::AffiliationChanged,
    Reason::CessationOfOperation,
    Reason::PrivilegeWithdrawn,
    Reason::Unspecified,
];

/// Whether this kind of person may give this reason.
pub(super) fn may_give(asker: Asker, reason: Reason) -> bool {
    match asker {
        Asker::Customer => BY_CUSTOMER.contains(&reason),
        Asker::Bank => BY_BANK.contains(&reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_chooses_hold_or_remove() {
        for reason in [Reason::CertificateHold, Reason::RemoveFromCrl] {
            assert!(!may_give(Asker::Customer, reason) && !may_give(Asker::Bank, reason));
        }
        assert!(!may_give(Asker::Customer, Reason::PrivilegeWithdrawn));
        assert!(may_give(Asker::Bank, Reason::PrivilegeWithdrawn));
    }
}
