//! Output on standard error: the log, and the program's last message.

use std::fmt::Display;
use std::io::Write;

use tracing_subscriber::EnvFilter;

use super::config::limits::{Log, LogFormat};

/// Starts the log. `RUST_LOG` overrides the level.
pub fn start(log: &Log) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| {
        // The libraries below log less than we do; one reports every mechanism without a name as an error.
        let ours = &log.level;
        EnvFilter::new(format!(
            "warn,cryptoki::mechanism=off,inkan_server={ours},inkan_ca={ours},inkan_store={ours},inkan_pki={ours}"
        ))
    });
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first.
    let _ = match log.format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.with_ansi(false).try_init(),
    };
}

/// One line on standard output.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// One line on standard error that does not end the program.
pub fn warn(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "warning: {line}");
}

/// Why the program ends.
pub fn last_words(error: &dyn Display) {
    let _ = writeln!(std::io::stderr().lock(), "inkan-server: {error}");
}
