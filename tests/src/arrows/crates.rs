//! Arrows between the crates: `tests → {server, token-agent, hsm-config} → pki`, `server → hsm-config`,
//! `inkan-dev → {server, hsm-config}`, and inside the server's part `server → {ca, store} → …`.

use serde_json::Value;

/// The workspace crates on which each crate may depend, apart from its tests.
const ALLOWED: [(&str, &[&str]); 19] = [
    ("inkan-pki", &[]),
    // Test helpers do not depend on the product.
    ("softhsm-test-helpers", &[]),
    ("inkan-virtual-card", &[]),
    ("inkan-token-shim", &[]),
    ("inkan-hostile-module", &[]),
    ("inkan-ncrypt-double", &[]),
    ("inkan-virtual-reader", &[]),
    ("inkan-hsm-config", &["inkan-pki"]),
    ("inkan-win32", &[]),
    ("inkan-agent", &["inkan-pki", "inkan-win32"]),
    (
        "inkan-agent-window",
        &["inkan-pki", "inkan-agent", "inkan-win32"],
    ),
    ("inkan-network", &[]),
    // No certificate, no key and no HSM in the database's crate; no database in the CA's.
    ("inkan-store", &["inkan-network"]),
    // What the server and the process with the HSM module say to each other, and that process.
    ("inkan-hsm-driver", &["inkan-pki"]),
    ("inkan-ca", &["inkan-pki", "inkan-hsm-driver"]),
    (
        "inkan-server",
        &[
            "inkan-pki",
            "inkan-hsm-config",
            "inkan-ca",
            "inkan-store",
            "inkan-network",
        ],
    ),
    (
        "inkan-server-fixtures",
        &[
            "inkan-pki",
            "inkan-ca",
            "softhsm-test-helpers",
            "inkan-hostile-module",
        ],
    ),
    // A program for development; of the product, only the server's tests depend on it.
    (
        "inkan-dev",
        &[
            "inkan-pki",
            "inkan-hsm-config",
            "inkan-server",
            "inkan-store",
        ],
    ),
    (
        "inkan-tests",
        &[
            "inkan-pki",
            "inkan-hsm-config",
            "inkan-hsm-driver",
            "inkan-agent",
            "inkan-server",
            "inkan-store",
            "inkan-hostile-module",
            "softhsm-test-helpers",
            "inkan-virtual-card",
        ],
    ),
];

/// What a crate's tests may depend on in addition.
const IN_TESTS: [(&str, &[&str]); 4] = [
    // The modules that run here sign in the server's own pool.
    ("inkan-tests", &["inkan-ca"]),
    ("inkan-store", &["inkan-server-fixtures"]),
    ("inkan-ca", &["inkan-server-fixtures"]),
    ("inkan-server", &["inkan-server-fixtures", "inkan-dev"]),
];

/// What every crate may use in its tests.
const HELPERS: [&str; 4] = [
    "softhsm-test-helpers",
    "inkan-virtual-card",
    "inkan-hostile-module",
    "inkan-virtual-reader",
];

/// Dependencies that a crate must not have outside its tests: running, serving, storing, signing and configuring belong
/// to other crates.
const DOES_WITHOUT: [(&str, &[&str]); 6] = [
    (
        "inkan-pki",
        &["tokio", "axum", "sqlx", "rusqlite", "hyper", "reqwest"],
    ),
    (
        "inkan-hsm-driver",
        &[
            "tokio", "axum", "sqlx", "rusqlite", "hyper", "reqwest", "tracing",
        ],
    ),
    (
        "inkan-network",
        &["tokio", "axum", "sqlx", "rusqlite", "hyper"],
    ),
    (
        "inkan-ca",
        &[
            "sqlx", "rusqlite", "axum", "hyper", "reqwest", "lettre", "askama", "toml", "clap",
        ],
    ),
    (
        "inkan-store",
        &[
            "cryptoki",
            "rcgen",
            "der",
            "x509-cert",
            "axum",
            "hyper",
            "reqwest",
            "lettre",
            "askama",
            "toml",
            "clap",
        ],
    ),
    ("inkan-server", &["sqlx", "rusqlite", "cryptoki", "rcgen"]),
];

/// Violations in the output of `cargo metadata --no-deps`.
pub fn complaints(metadata: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ALLOWED.iter().find(|(n, _)| *n == name) else {
            complaints.push(format!("{name} is a crate that no arrow is drawn for"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let other = dependency["name"].as_str().unwrap_or_default();
            let for_tests = dependency["kind"] == "dev";
            let ours = ALLOWED.iter().any(|(n, _)| *n == other);
            let in_tests = for_tests && (HELPERS.contains(&other) || lists(&IN_TESTS, name, other));
            if ours && !allowed.contains(&other) && !in_tests {
                complaints.push(format!("{name} must not depend on {other}"));
            }
            if !for_tests && lists(&DOES_WITHOUT, name, other) {
                complaints.push(format!("{name} must do without {other}"));
            }
        }
    }
    complaints
}

/// Whether `table` has `other` in the row of `name`.
fn lists(table: &[(&str, &[&str])], name: &str, other: &str) -> bool {
    table
        .iter()
        .any(|(n, others)| *n == name && others.contains(&other))
}
