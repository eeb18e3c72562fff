//! The CA through its public interface, with a real token. Tests of the pool with a failing token are beside the pool.
//!
//! - [`encoding`]: the signed bytes, compared with those of another encoder
//! - [`issuing`]: certificates, CRLs and OCSP responses, checked by openssl and another parser
#![allow(clippy::unwrap_used)]

mod encoding;
mod issuing;
