//! pulled
