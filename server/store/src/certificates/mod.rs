//! Certificates: recorded before they are signed, and every later state. One row is one key, certified once.
//!
//! - this file: the row and its states
//! - `ca`: which CA, and which generation of it (re-exported)
//! - `find`: reading (re-exported)
//! - `expiring`: those that expire soon, with their owners (re-exported)
//! - `change`: intent, issue, activation, other changes (re-exported)

mod ca;
mod change;
mod expiring;
mod find;

use jiff::Timestamp;

use super::row::Row;
use super::text_enum::text_enum;
use super::{StoreError, Subject};
use crate::sql::Record;

pub use ca::{Ca, all_cas};
pub use change::{insert_intent, set_active, set_ended_at, set_issued, set_state};
pub use expiring::{Expiring, expiring, expiring_after};
pub use find::{
    active_for_user, by_grant, by_serial, by_sha256, by_spki_sha256, ended_serials, ending, find,
    given_up, in_state, intents_without_result, list_for, list_for_staff, list_for_user,
    pending_for_user, staff_ending,
};

text_enum! {
    /// Which kind of CA.
    pub enum Issuer {
        /// Customers' certificates.
        Customer => "customer",
        /// Staff certificates.
        Staff => "staff",
    }
}

text_enum! {
    /// State of a certificate.
    pub enum State {
        /// Recorded, not signed yet.
        Intent => "intent",
        /// Signed and stored; the agent has not proved it yet.
        Issued => "issued",
        /// In use.
        Active => "active",
        /// Its successor is in use.
        Superseded => "superseded",
        /// Suspended.
        Suspended => "suspended",
        /// Revoked.
        Revoked => "revoked",
        /// Never signed, and never will be.
        Abandoned => "abandoned",
    }
}

impl State {
    /// Whether CRLs, OCSP and logins treat such a certificate as unusable.
    #[must_use]
    pub const fn is_inactive(self) -> bool {
        match self {
            Self::Superseded | Self::Suspended | Self::Revoked => true,
            Self::Intent | Self::Issued | Self::Active | Self::Abandoned => false,
        }
    }
}

/// What is recorded before the HSM signs.
#[derive(Debug, Clone)]
pub struct NewIntent {
    /// Id (see [`super::id::new_id`]).
    pub id: String,
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Which kind of CA.
    pub issuer: Issuer,
    /// Generation of the CA, from 1.
    pub generation: u32,
    /// The customer's user; set exactly when `issuer` is the customer CA.
    pub user_id: Option<String>,
    /// The staff member; set exactly when `issuer` is the staff CA.
    pub staff_id: Option<String>,
    /// The grant that it uses; a customer certificate has this or `replaces`.
    pub grant_id: Option<String>,
    /// Its enrolment request.
    pub request_id: Option<String>,
    /// The certificate that it renews.
    pub replaces: Option<String>,
    /// SubjectPublicKeyInfo, DER; its SHA-256 is stored beside it.
    pub spki: Vec<u8>,
    /// The CSR, DER.
    pub csr: Option<Vec<u8>>,
    /// The exact TBSCertificate, DER.
    pub tbs: Vec<u8>,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// Time when it was recorded.
    pub created_at: Timestamp,
    /// The CRL shard that it points to.
    pub shard: String,
}

/// A certificate's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Id.
    pub id: String,
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Which kind of CA.
    pub issuer: Issuer,
    /// Generation of the CA, from 1.
    pub generation: u32,
    /// The customer's user.
    pub user_id: Option<String>,
    /// The staff member.
    pub staff_id: Option<String>,
    /// The grant that it used.
    pub grant_id: Option<String>,
    /// Its enrolment request.
    pub request_id: Option<String>,
    /// The certificate that it renews.
    pub replaces: Option<String>,
    /// SHA-256 of the key, hex.
    pub spki_sha256: String,
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
    /// The CSR, DER.
    pub csr: Option<Vec<u8>>,
    /// The TBSCertificate, DER.
    pub tbs: Vec<u8>,
    /// The certificate, DER, once signed.
    pub der: Option<Vec<u8>>,
    /// SHA-256 of the certificate, hex, once signed.
    pub sha256: Option<String>,
    /// State.
    pub state: State,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// Time when it was recorded.
    pub created_at: Timestamp,
    /// Time of the signature.
    pub issued_at: Option<Timestamp>,
    /// Time of its activation.
    pub activated_at: Option<Timestamp>,
    /// Time when it was superseded, suspended, revoked or abandoned.
    pub ended_at: Option<Timestamp>,
    /// Why.
    pub reason: Option<String>,
    /// The CRL shard that it points to; empty for one issued before there were shards.
    pub shard: String,
}

/// `SELECT` of every column, with the rest of the statement.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, serial, issuer, user_id, staff_id, grant_id, request_id, replaces, spki_sha256, spki, csr, \
             tbs, der, sha256, state, not_before, not_after, created_at, issued_at, activated_at, ended_at, reason, \
             shard, generation FROM certificates ",
            $rest
        )
    };
}
use select;

impl Certificate {
    /// The CA that signs it.
    #[must_use]
    pub fn ca(&self) -> Ca {
        Ca {
            issuer: self.issuer,
            generation: self.generation,
        }
    }

    /// For whom it is.
    ///
    /// # Errors
    /// [`StoreError::Row`] for a row that breaks the schema's rule.
    pub fn subject(&self) -> Result<Subject, StoreError> {
        let subject = Subject::of(self.user_id.clone(), self.staff_id.clone());
        subject.ok_or(StoreError::Row {
            table: "certificates",
            column: "user_id",
            what: "not exactly one subject".to_owned(),
        })
    }

    /// Recorded or signed, and never in use so far.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self.state, State::Intent | State::Issued)
    }

    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("certificates", row);
        Ok(Certificate {
            id: row.text("id")?,
            serial: row.text("serial")?,
            issuer: row.word("issuer")?,
            generation: row.count("generation")?,
            user_id: row.opt_text("user_id")?,
            staff_id: row.opt_text("staff_id")?,
            grant_id: row.opt_text("grant_id")?,
            request_id: row.opt_text("request_id")?,
            replaces: row.opt_text("replaces")?,
            spki_sha256: row.text("spki_sha256")?,
            spki: row.blob("spki")?,
            csr: row.opt_blob("csr")?,
            tbs: row.blob("tbs")?,
            der: row.opt_blob("der")?,
            sha256: row.opt_text("sha256")?,
            state: row.word("state")?,
            not_before: row.time("not_before")?,
            not_after: row.time("not_after")?,
            created_at: row.time("created_at")?,
            issued_at: row.opt_time("issued_at")?,
            activated_at: row.opt_time("activated_at")?,
            ended_at: row.opt_time("ended_at")?,
            reason: row.opt_text("reason")?,
            shard: row.text("shard")?,
        })
    }
}
