//! Which of the bank's CAs: of customers or of staff, and which generation.

/// Kinds of CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IssuerId {
    /// Signs customers' certificates.
    Customer,
    /// Signs staff certificates.
    Staff,
}

impl IssuerId {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Customer, Self::Staff];

    /// Name of the first CA of this kind, in URLs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer-ca",
            Self::Staff => "staff-ca",
        }
    }
}

/// One CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CaId {
    /// Its kind.
    pub issuer: IssuerId,
    /// Its generation, from 1.
    pub generation: u32,
}

/// The first of its kind.
impl From<IssuerId> for CaId {
    fn from(issuer: IssuerId) -> Self {
        Self {
            issuer,
            generation: 1,
        }
    }
}

impl CaId {
    /// Its name in URLs: `customer-ca`, then `customer-ca-2`, ….
    #[must_use]
    pub fn name(self) -> String {
        match self.generation {
            1 => self.issuer.name().to_owned(),
            n => format!("{}-{n}", self.issuer.name()),
        }
    }

    /// The CA with this name; none for any other text, including another spelling of the same number.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (issuer, rest) = IssuerId::ALL
            .into_iter()
            .find_map(|issuer| Some((issuer, name.strip_prefix(issuer.name())?)))?;
        let generation = match rest.strip_prefix('-') {
            None if rest.is_empty() => 1,
            None => return None,
            Some(number) => number.parse().ok()?,
        };
        let id = Self { issuer, generation };
        (id.generation >= 1 && id.name() == name).then_some(id)
    }
}

impl std::fmt::Display for CaId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written_and_no_others() {
        for (issuer, generation, name) in [
            (IssuerId::Customer, 1, "customer-ca"),
            (IssuerId::Customer, 2, "customer-ca-2"),
            (IssuerId::Staff, 13, "staff-ca-13"),
        ] {
            let id = CaId { issuer, generation };
            assert_eq!((id.name().as_str(), CaId::parse(name)), (name, Some(id)));
        }
        for other in [
            "",
            "customer",
            "customer-ca-",
            "customer-ca-0",
            "customer-ca-1",
            "customer-ca-02",
            "customer-ca-+2",
            "customer-ca2",
            "staff-ca-99999999999",
            "root-ca",
            "customer-ca-2/..",
        ] {
            assert_eq!(CaId::parse(other), None, "{other}");
        }
    }
}
