//! The browser behind a request: one random cookie per listener.
//!
//! Before a login the value is only the browser's own secret; a login or a wizard replaces it by a session token of the
//! store. The token in every form is a hash of the cookie: it ends with the session, another session's token does not
//! match, and a page of another origin can neither read nor set it.

use axum::http::HeaderMap;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::cookie;

/// The cookie's listener. Browsers send cookies to all ports of a host, so the names must differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Realm {
    /// Portal.
    Portal,
    /// Certificate login.
    Certificate,
    /// Staff console.
    Staff,
}

impl Realm {
    /// Name of the cookie.
    pub fn cookie(self) -> &'static str {
        match self {
            Self::Portal => "__Host-inkan-portal",
            Self::Certificate => "__Host-inkan-certificate",
            Self::Staff => "__Host-inkan-staff",
        }
    }
}

/// The cookie of a request, or a new one to be set.
#[derive(Clone)]
pub struct Visitor {
    token: String,
    fresh: bool,
}

impl Visitor {
    /// Reads the cookie; anything that is not a token of ours is replaced.
    pub fn of(headers: &HeaderMap, realm: Realm) -> Result<Self, getrandom::Error> {
        if let Some(token) = cookie::find(headers, realm.cookie()).filter(|t| well_formed(t)) {
            return Ok(Self {
                token: token.to_owned(),
                fresh: false,
            });
        }
        let mut random = [0u8; 32];
        getrandom::fill(&mut random)?;
        Ok(Self {
            token: hex::encode(random),
            fresh: true,
        })
    }

    /// The cookie's value: possibly a session token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The browser did not send it.
    pub fn fresh(&self) -> bool {
        self.fresh
    }

    /// What forms of this browser must carry.
    pub fn form_token(&self) -> String {
        form_token(&self.token)
    }

    /// Whether a submitted form token is this browser's.
    pub fn owns_form(&self, submitted: &str) -> bool {
        !self.fresh && bool::from(self.form_token().as_bytes().ct_eq(submitted.as_bytes()))
    }
}

/// 64 hex digits, as [`Visitor::of`] and the store's sessions make them.
fn well_formed(token: &str) -> bool {
    token.len() == 64
        && token
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The form token for a cookie value.
pub fn form_token(cookie: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"inkan form token\0");
    hash.update(cookie.as_bytes());
    hex::encode(hash.finalize())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::http::header::COOKIE;

    fn with_cookie(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn http_visitor_form_token_fits_its_own_cookie_only() {
        let first = Visitor::of(&HeaderMap::new(), Realm::Portal).unwrap();
        assert!(first.fresh());
        assert!(!first.owns_form(&first.form_token()), "no cookie came back");
        let header = format!("__Host-inkan-portal={}", first.token());
        let again = Visitor::of(&with_cookie(&header), Realm::Portal).unwrap();
        assert!(!again.fresh());
        assert!(again.owns_form(&first.form_token()));
        assert!(!again.owns_form(""));
        assert!(!again.owns_form(&form_token("other")));
        let other_listener = Visitor::of(&with_cookie(&header), Realm::Certificate).unwrap();
        assert!(other_listener.fresh());
    }

    #[test]
    fn http_visitor_foreign_cookie_values_are_replaced() {
        for bad in ["", "abc", &"A".repeat(64), &"0".repeat(65)] {
            let header = format!("__Host-inkan-portal={bad}");
            assert!(
                Visitor::of(&with_cookie(&header), Realm::Portal)
                    .unwrap()
                    .fresh()
            );
        }
    }
}
