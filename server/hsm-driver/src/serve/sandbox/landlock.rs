//! Landlock: a domain of its own. Processes outside it can be neither traced nor read, and, with a newer kernel, neither signalled nor
//! reached by abstract sockets. Files are not restricted: nobody can list what a vendor's module needs.

use landlock::{
    ABI, Access, AccessNet, LandlockStatus, Ruleset, RulesetAttr, RulesetStatus, Scope,
};

/// True if the whole of it is in force.
pub(super) fn enter(network: bool) -> bool {
    domain(network).unwrap_or(false)
}

fn domain(network: bool) -> Result<bool, landlock::RulesetError> {
    let ruleset = Ruleset::default().scope(Scope::from_all(ABI::V6))?;
    let ruleset = if network {
        ruleset
    } else {
        ruleset.handle_access(AccessNet::from_all(ABI::V4))?
    };
    let status = ruleset.create()?.restrict_self()?;
    let supported = !matches!(status.landlock, LandlockStatus::NotImplemented);
    Ok(supported && status.ruleset == RulesetStatus::FullyEnforced)
}
