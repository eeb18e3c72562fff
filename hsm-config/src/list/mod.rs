//! The revocation list of a root CA: which CAs must not be trusted any more. The root's key is offline, so its list is
//! made in a ceremony, for a year or so, and recorded in the same transcript. Customers' and staff's lists are the server's.
//!
//! - `sign`: making the next list
//! - `read`: the list in its file, checked
//! - `reason`: why a CA's certificate ended
//! - `error`: why there is no list

mod error;
mod read;
mod reason;
mod sign;

pub use error::ListError;
pub use read::{Bad, ReadList, read, read_der};
pub use reason::Reason;
pub use sign::{Order, Revoked, SignedList, sign};

/// Largest list file read, in octets.
pub const MAX_LIST_OCTETS: u64 = 1024 * 1024;
/// How long a list may be good for, in days.
pub const DAYS: std::ops::RangeInclusive<u32> = 1..=1100;

/// Name of the steps of a CA's lists in the transcript; the number follows.
pub(crate) fn step(ca: &str) -> String {
    format!("{STEP}{ca}:")
}

/// How the steps of all lists begin.
pub(crate) const STEP: &str = "crl:";
