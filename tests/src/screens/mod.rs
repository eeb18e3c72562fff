//! The paths through the screens, as a user would click them. What the user should see is checked on the way.
//!
//! - [`customer`]: registration, the request for a certificate, both logins
//! - [`counter`]: an application entered by one member of staff and approved by another

pub mod counter;
pub mod customer;
