//! When something must be done.

use jiff::SignedDuration;

/// How urgent it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing needs to be done.
    Fine,
    /// The warning period has begun.
    Soon,
    /// A quarter of that period is left.
    Urgent,
    /// It has expired.
    Over,
}

impl Level {
    /// All, from the least.
    pub const ALL: [Self; 4] = [Self::Fine, Self::Soon, Self::Urgent, Self::Over];

    pub(super) fn of(left: SignedDuration, limit: SignedDuration) -> Self {
        if !left.is_positive() {
            Self::Over
        } else if left <= limit / 4 {
            Self::Urgent
        } else if left <= limit {
            Self::Soon
        } else {
            Self::Fine
        }
    }

    /// With an error it is never fine.
    pub(super) fn at_least(self, wrong: bool) -> Self {
        if wrong { self.max(Self::Soon) } else { self }
    }

    /// Its stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Soon => "soon",
            Self::Urgent => "urgent",
            Self::Over => "over",
        }
    }
}

/// The warning period of each item, and the recipients.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The root's certificate.
    pub root: SignedDuration,
    /// A CA's certificate, and the last day it can sign.
    pub ca: SignedDuration,
    /// A listener's certificate.
    pub tls: SignedDuration,
    /// A staff member's certificate.
    pub staff: SignedDuration,
    /// The root CRL.
    pub root_crl: SignedDuration,
    /// Addresses of the bank's operators.
    pub operators: Vec<String>,
}

const fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n * 24)
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            root: days(730),
            ca: days(180),
            tls: days(30),
            staff: days(30),
            root_crl: days(60),
            operators: Vec::new(),
        }
    }
}
