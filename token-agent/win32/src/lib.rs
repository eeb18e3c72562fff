//! The functions of Windows that the agent calls, as safe functions. The only crate of the agent with unsafe code, and empty
//! on other systems.
//!
//! It knows nothing of banks, tokens or sentences: a function takes and returns plain values, and an error carries the
//! call and the code that Windows returned. `docs/windows.md` lists every call and where it is exercised.
//!
//! - [`error`]: a failed call and its code
//! - [`system`]: version, code pages, volumes
//! - [`text`]: UTF-16 strings
//! - [`cng`]: key storage providers and their keys
//! - [`legacy`]: keys of legacy providers (CryptoAPI)
//! - [`certificates`]: the certificate stores
//! - [`account`]: the users of processes, the rights and the session of this one
//! - [`security`]: who owns an object, who may read a file
//! - [`handle`]: which handles a child process inherits, and the pipes that this one inherited
//! - [`job`]: child processes that end with this one
//! - [`process`]: crashes without dialogs and dumps, and the end of this process
//! - [`console`]: Ctrl-C, and the end of the console
//! - [`pipe`]: named pipes for this user only
//! - [`language`]: the language of the user interface
//! - [`screen`]: the foreground, message boxes, the high-contrast theme
//! - [`shell`]: what the desktop must be told
#![cfg(windows)]
#![allow(unsafe_code)] // calls of a C interface

pub mod account;
pub mod certificates;
pub mod cng;
pub mod console;
pub mod error;
pub mod handle;
pub mod job;
pub mod language;
pub mod legacy;
mod memory;
pub mod pipe;
pub mod process;
pub mod screen;
pub mod security;
pub mod shell;
pub mod system;
pub mod text;
