//! The CA through its public door, with a real token behind it. What the pool does with a token in trouble is beside the
//! pool.
//!
//! - [`encoding`]: the to-be-signed bytes, compared with another encoder's
//! - [`issuing`]: certificates, lists and answers, judged by openssl and by another parser
#![allow(clippy::unwrap_used)]

mod encoding;
mod issuing;
