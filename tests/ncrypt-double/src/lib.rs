//! For tests only: a **test double** of Windows' `ncrypt.dll`. Wine's own keeps no keys and has no ECDSA. This one keeps
//! keys in files, and has Wine's `bcrypt.dll` generate and use them. It is not Windows: what runs on it shows the order of calls
//! and what the agent does with each result, and nothing about Windows itself. Empty on other systems.
//!
//! It has four providers. "Microsoft Platform Crypto Provider" behaves like most TPMs: RSA of 2048 bits only, PSS
//! with a salt that TLS does not accept, no export policy to set, no prompts. "Microsoft Software Key Storage Provider" has
//! everything, "Microsoft Smart Card Key Storage Provider" no more than the TPM, nor has "Other Vendor Key Storage Provider". Files are in
//! the directory `ncrypt-double` beside the DLL:
//!
//! | file | |
//! |---|---|
//! | `*.key` | one key |
//! | `calls` | one line for each call: its name, and what it concerns |
//! | `faults` | what to do wrong, one per line; read on each call |
//!
//! | fault | |
//! |---|---|
//! | `CALL CODE`, `CALL@PROVIDER CODE` | the call returns this code (hexadecimal); only for this provider, by the second word of its name |
//! | `CALL hang`, `CALL crash` | the call never returns; ends the process |
//! | `policy exportable`, `policy none` | keys report that they can be exported; report no export policy |
//! | `prompt ignored` | a prompt before each use is accepted and not stored |
//! | `pss hash` | the TPM signs PSS with a salt as long as the hash, and reports it |
//!
//! Never ship it.
//!
//! - `exports`: the functions
//! - `enumeration`: the names of keys, one by one
//! - `handles`: providers and keys as handles
//! - `files`: keys, calls and faults in files
//! - `math`: key pairs and signatures, by Wine's `bcrypt.dll`
#![cfg(windows)]
#![allow(
    unsafe_code,
    non_snake_case,
    clippy::missing_safety_doc,
    reason = "a DLL of Windows is a set of C functions, whose contract is Microsoft's"
)]

mod enumeration;
mod exports;
mod files;
mod handles;
mod math;
