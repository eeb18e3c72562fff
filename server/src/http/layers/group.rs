//! What the routes of a group have in common. The router states it when it adds them; the layers read it here, and none
//! of them checks a path.

use crate::http::app::Shared;
use crate::http::visitor::Realm;

/// Who sends the requests of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A browser: it gets pages and a cookie, and every POST is a form.
    Browser(Realm),
    /// The agent or an EST client: problem documents, credentials instead of cookies.
    Program,
    /// The bank's own systems, at the JSON API.
    Api,
    /// Anybody on a listener without TLS.
    Public,
}

/// Which certificate a request of the group needs before its handler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// None, or the handler decides.
    Open,
    /// A customer's: registered, active and within its validity period.
    Customer,
    /// As [`Gate::Customer`]; also the certificate that its own renewal has superseded, which the connection still
    /// presents.
    CustomerRenewed,
    /// A staff certificate, whose role the table of rights admits.
    Staff,
}

/// A group of routes.
#[derive(Debug, Clone, Copy)]
pub struct RouteGroup {
    /// Who sends the requests.
    pub audience: Audience,
    /// The certificate they need.
    pub gate: Gate,
    /// Whether a POST carries a password, or writes a row whenever it is sent: counted per address.
    pub passwords: bool,
    /// Whether a POST uploads a list of contracts.
    pub import: bool,
}

impl RouteGroup {
    /// Requests of this audience without a gate.
    pub const fn open(audience: Audience) -> Self {
        Self {
            audience,
            gate: Gate::Open,
            passwords: false,
            import: false,
        }
    }

    /// The same behind a gate.
    pub const fn behind(self, gate: Gate) -> Self {
        Self { gate, ..self }
    }

    /// The same for forms with a password.
    pub const fn with_passwords(self) -> Self {
        Self {
            passwords: true,
            ..self
        }
    }

    /// The same for a list of contracts.
    pub const fn with_import(self) -> Self {
        Self {
            import: true,
            ..self
        }
    }
}

/// What a layer around a group is given.
#[derive(Clone)]
pub struct Around {
    /// Shared state.
    pub app: Shared,
    /// The group.
    pub group: RouteGroup,
}
