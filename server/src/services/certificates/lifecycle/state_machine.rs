//! Allowed transitions. Expiry is not a stored state: it follows from the time, so it is an argument.

use super::refusal::LifecycleRefusal;
use crate::store::certificates::State;
use crate::store::grants;

/// What can happen to a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The HSM's signature is verified and stored.
    Sign,
    /// The agent proved it over mutual TLS.
    Activate,
    /// Its successor is in use.
    Supersede,
    /// 事故登録.
    Suspend,
    /// Release of a suspension.
    Release,
    /// 失効.
    Revoke,
    /// It has expired, and another one is to be issued.
    Lapse,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Sign,
        Self::Activate,
        Self::Supersede,
        Self::Suspend,
        Self::Release,
        Self::Revoke,
        Self::Lapse,
    ];
}

/// The state after `event`, or why it cannot happen. `expired`: past the validity period.
///
/// # Errors
/// [`LifecycleRefusal`].
pub const fn next(state: State, event: Event, expired: bool) -> Result<State, LifecycleRefusal> {
    use Event as E;
    use LifecycleRefusal as No;
    use State as S;
    match (state, event) {
        // Final states stay, whatever the time.
        (S::Revoked, _) => Err(No::AlreadyRevoked),
        (S::Superseded, _) => Err(No::AlreadySuperseded),
        (S::Abandoned, _) => Err(No::NeverIssued),
        // A recorded intent is signed even if that took long; nobody can use it then.
        (S::Intent, E::Sign) => Ok(S::Issued),
        // Nobody has it; a signature that arrives later is discarded.
        (S::Intent, E::Revoke | E::Lapse) => Ok(S::Abandoned),
        (S::Intent, _) => Err(No::NotInUse),
        (S::Issued | S::Active | S::Suspended, E::Sign) => Err(No::AlreadyIssued),
        (S::Issued | S::Active | S::Suspended, E::Lapse) => {
            if expired {
                Ok(S::Superseded)
            } else {
                Err(No::NotExpired)
            }
        }
        // It may be superseded at any time: the successor is what counts.
        (S::Active, E::Supersede) => Ok(S::Superseded),
        (S::Issued | S::Active | S::Suspended, _) if expired => Err(No::Expired),
        (S::Issued, E::Activate) => Ok(S::Active),
        (S::Issued | S::Active | S::Suspended, E::Revoke) => Ok(S::Revoked),
        (S::Active, E::Suspend) => Ok(S::Suspended),
        (S::Suspended, E::Release) => Ok(S::Active),
        (S::Active, E::Activate) => Err(No::AlreadyActive),
        (S::Issued | S::Active, E::Release) => Err(No::NotSuspended),
        (S::Issued, E::Suspend | E::Supersede) => Err(No::NotInUse),
        (S::Suspended, E::Suspend | E::Activate | E::Supersede) => Err(No::AlreadySuspended),
    }
}

/// What can happen to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantEvent {
    /// A certificate is recorded under it.
    Use,
    /// Its deadline (取得期限) has passed, or its contract was cancelled.
    Lapse,
}

/// The state of a grant after `event`, or why it cannot happen. `late`: past its deadline.
///
/// # Errors
/// [`LifecycleRefusal`].
pub const fn next_grant(
    state: grants::State,
    event: GrantEvent,
    late: bool,
) -> Result<grants::State, LifecycleRefusal> {
    use grants::State as S;
    match (state, event) {
        (S::Used, _) => Err(LifecycleRefusal::GrantUsed),
        (S::Lapsed, _) => Err(LifecycleRefusal::GrantLapsed),
        (S::Open, GrantEvent::Use) if late => Err(LifecycleRefusal::GrantLapsed),
        (S::Open, GrantEvent::Use) => Ok(S::Used),
        (S::Open, GrantEvent::Lapse) => Ok(S::Lapsed),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Every transition that is allowed, and no other.
    #[test]
    fn the_allowed_transitions_are_these() {
        let mut allowed = Vec::new();
        for &state in State::ALL {
            for event in Event::ALL {
                for expired in [false, true] {
                    if let Ok(to) = next(state, event, expired) {
                        allowed.push((state, event, expired, to));
                    }
                }
            }
        }
        use Event as E;
        use State as S;
        let expected = vec![
            (S::Intent, E::Sign, false, S::Issued),
            (S::Intent, E::Sign, true, S::Issued),
            (S::Intent, E::Revoke, false, S::Abandoned),
            (S::Intent, E::Revoke, true, S::Abandoned),
            (S::Intent, E::Lapse, false, S::Abandoned),
            (S::Intent, E::Lapse, true, S::Abandoned),
            (S::Issued, E::Activate, false, S::Active),
            (S::Issued, E::Revoke, false, S::Revoked),
            (S::Issued, E::Lapse, true, S::Superseded),
            (S::Active, E::Supersede, false, S::Superseded),
            (S::Active, E::Supersede, true, S::Superseded),
            (S::Active, E::Suspend, false, S::Suspended),
            (S::Active, E::Revoke, false, S::Revoked),
            (S::Active, E::Lapse, true, S::Superseded),
            (S::Suspended, E::Release, false, S::Active),
            (S::Suspended, E::Revoke, false, S::Revoked),
            (S::Suspended, E::Lapse, true, S::Superseded),
        ];
        assert_eq!(allowed, expected);
    }

    #[test]
    fn what_is_over_says_why() {
        let revoke = |state, expired| next(state, Event::Revoke, expired).unwrap_err();
        assert_eq!(
            revoke(State::Revoked, false),
            LifecycleRefusal::AlreadyRevoked
        );
        assert_eq!(
            revoke(State::Revoked, true),
            LifecycleRefusal::AlreadyRevoked
        );
        assert_eq!(revoke(State::Active, true), LifecycleRefusal::Expired);
        let release = |state| next(state, Event::Release, false).unwrap_err();
        assert_eq!(release(State::Revoked), LifecycleRefusal::AlreadyRevoked);
        assert_eq!(release(State::Active), LifecycleRefusal::NotSuspended);
        let suspend = |state| next(state, Event::Suspend, false).unwrap_err();
        assert_eq!(
            suspend(State::Suspended),
            LifecycleRefusal::AlreadySuspended
        );
    }

    #[test]
    fn a_grant_is_used_once_and_before_it_lapses() {
        use grants::State as S;
        let used = |state, late| next_grant(state, GrantEvent::Use, late);
        assert_eq!(used(S::Open, false), Ok(S::Used));
        assert_eq!(used(S::Open, true), Err(LifecycleRefusal::GrantLapsed));
        assert_eq!(used(S::Used, false), Err(LifecycleRefusal::GrantUsed));
        assert_eq!(used(S::Lapsed, false), Err(LifecycleRefusal::GrantLapsed));
        let lapse = |state| next_grant(state, GrantEvent::Lapse, false);
        assert_eq!(lapse(S::Open), Ok(S::Lapsed));
        assert!(lapse(S::Used).is_err() && lapse(S::Lapsed).is_err());
    }
}
